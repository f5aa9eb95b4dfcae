//! Orders: what was bought, frozen at purchase, and the states an order goes through.

use super::{
    error::InvalidValue,
    ids::{OrderEventId, OrderId, OrderLineId, ProductId, RecommendationId, ReturnId, UserId, VariantId},
    money::{Currency, Money},
    payment::PaymentStatus,
    people::Address,
    text::Email,
    time::Timestamp,
};

/// Where an order is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderStatus {
    /// Placed, goods reserved, not paid for.
    Created,
    /// Paid for.
    Paid,
    /// Some of it is on its way.
    PartiallyShipped,
    /// All of it is on its way.
    Shipped,
    /// Arrived.
    Completed,
    /// Called off before it was shipped.
    Cancelled,
    /// All the money went back.
    Refunded,
    /// Never paid for; the goods are free again.
    Expired,
}

impl OrderStatus {
    /// Every status, in the order of an order's life.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Paid,
        Self::PartiallyShipped,
        Self::Shipped,
        Self::Completed,
        Self::Cancelled,
        Self::Refunded,
        Self::Expired,
    ];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Paid => "PAID",
            Self::PartiallyShipped => "PARTIALLY_SHIPPED",
            Self::Shipped => "SHIPPED",
            Self::Completed => "COMPLETED",
            Self::Cancelled => "CANCELLED",
            Self::Refunded => "REFUNDED",
            Self::Expired => "EXPIRED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// The statuses an order may take next. An expired order may still be paid: the gateway's
    /// word can come after the reservation ran out.
    pub const fn allowed_transitions(self) -> &'static [Self] {
        match self {
            Self::Created => &[Self::Paid, Self::Cancelled, Self::Expired],
            Self::Paid => &[Self::PartiallyShipped, Self::Shipped, Self::Cancelled, Self::Refunded],
            Self::PartiallyShipped => &[Self::Shipped, Self::Refunded],
            Self::Shipped => &[Self::Completed, Self::Refunded],
            Self::Completed => &[Self::Refunded],
            Self::Cancelled => &[Self::Refunded],
            Self::Expired => &[Self::Paid],
            Self::Refunded => &[],
        }
    }

    /// Whether an order may go from here to `next`.
    pub fn can_become(self, next: Self) -> bool {
        self.allowed_transitions().contains(&next)
    }

    /// Whether the goods count as sold.
    pub const fn is_sale(self) -> bool {
        matches!(self, Self::Paid | Self::PartiallyShipped | Self::Shipped | Self::Completed)
    }
}

/// An order. All of its amounts are in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// What people call it. Unique.
    pub number: String,
    /// Who placed it; none for guests and closed accounts.
    pub user_id: Option<UserId>,
    /// Where to write to.
    pub email: Option<Email>,
    /// Where it is in its life.
    pub status: OrderStatus,
    /// How its payments stand.
    pub payment_status: PaymentStatus,
    /// What it costs.
    pub cost: OrderCost,
    /// Paid so far, in minor units.
    pub paid_minor: i64,
    /// Given back so far, in minor units.
    pub refunded_minor: i64,
    /// Where it goes.
    pub shipping_address: Option<Address>,
    /// Where the bill goes, when elsewhere.
    pub billing_address: Option<Address>,
    /// How it goes.
    pub shipping_option: Option<ShippingOption>,
    /// Vouchers that lowered it.
    pub vouchers: Vec<AppliedVoucher>,
    /// What the buyer wanted to say.
    pub note: Option<String>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the reservation of its goods runs out; none once paid.
    pub expires_at: Option<Timestamp>,
    /// When it was called off.
    pub cancelled_at: Option<Timestamp>,
    /// Why.
    pub cancel_reason: Option<String>,
    /// Rises by one with every change, for optimistic locking; starts at 1.
    pub version: i64,
}

/// What is known of an order placed elsewhere, or before this shop kept its orders.
#[derive(Debug, Clone)]
pub struct PastOrder {
    /// Its id.
    pub id: OrderId,
    /// What people call it.
    pub number: String,
    /// Who placed it.
    pub user_id: Option<UserId>,
    /// How far it came: paid at least.
    pub status: OrderStatus,
    /// The currency of its lines.
    pub currency: Currency,
    /// When it was placed.
    pub placed_at: Timestamp,
}

impl Order {
    /// Notes that pieces of `line` came back and were refunded at the price paid, at most those that had not yet.
    /// Returns the line as it is now.
    pub fn take_back(&mut self, mut line: OrderLine, pieces: u32) -> OrderLine {
        let pieces = pieces.min(line.quantity.saturating_sub(line.refunded_quantity));
        line.refunded_quantity += pieces;
        let amount = line.unit_price_minor.saturating_mul(i64::from(pieces));
        self.refunded_minor = self.refunded_minor.saturating_add(amount).min(self.paid_minor);
        self.payment_status = paid_in_full(self.cost.total_minor, self.refunded_minor);
        line
    }

    /// An order of the past: its lines, without discount and tax, were paid for at once, and what came back was
    /// refunded at the price paid.
    ///
    /// # Errors
    /// When its amounts cannot be added up.
    pub fn of_the_past(past: PastOrder, lines: &[OrderLine]) -> Result<Self, InvalidValue> {
        let total = sum(lines.iter().map(|line| Some(line.total_minor)))?;
        let refund = |line: &OrderLine| line.unit_price_minor.checked_mul(i64::from(line.refunded_quantity));
        let refunded = sum(lines.iter().map(refund))?;
        Ok(Self {
            id: past.id,
            number: past.number,
            user_id: past.user_id,
            email: None,
            status: past.status,
            payment_status: paid_in_full(total, refunded),
            cost: OrderCost {
                currency: past.currency,
                subtotal_minor: total,
                discount_minor: 0,
                shipping_minor: 0,
                tax_minor: 0,
                total_minor: total,
                tax_lines: Vec::new(),
            },
            paid_minor: total,
            refunded_minor: refunded,
            shipping_address: None,
            billing_address: None,
            shipping_option: None,
            vouchers: Vec::new(),
            note: None,
            placed_at: past.placed_at,
            updated_at: past.placed_at,
            expires_at: None,
            cancelled_at: None,
            cancel_reason: None,
            version: 1,
        })
    }

    /// An amount of this order.
    pub const fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.cost.currency)
    }

    /// What has to go back: everything where nothing is owed any more, else what was paid beyond the total; never
    /// negative.
    pub fn owed_back(&self) -> Money {
        let owed = match self.status {
            OrderStatus::Cancelled | OrderStatus::Expired | OrderStatus::Refunded => 0,
            _ => self.cost.total_minor,
        };
        self.money((self.paid_minor.saturating_sub(owed)).saturating_sub(self.refunded_minor).max(0))
    }

    /// How its payments stand by what was paid and given back; `open` while nothing was.
    pub const fn payment_standing(&self, open: PaymentStatus) -> PaymentStatus {
        let surplus =
            if self.paid_minor > self.cost.total_minor { self.paid_minor - self.cost.total_minor } else { 0 };
        if self.refunded_minor > surplus {
            if self.refunded_minor >= self.paid_minor {
                PaymentStatus::Refunded
            } else {
                PaymentStatus::PartiallyRefunded
            }
        } else if self.paid_minor >= self.cost.total_minor {
            PaymentStatus::Paid
        } else if self.paid_minor > 0 {
            PaymentStatus::PartiallyPaid
        } else {
            open
        }
    }

    /// What is still to be paid; never negative.
    pub fn due(&self) -> Money {
        self.money(self.cost.total_minor.saturating_sub(self.paid_minor).max(0))
    }
}

/// What an order or a cart costs, in minor units of one currency: `total = subtotal − discount + shipping`, and
/// `+ tax` where prices do not contain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderCost {
    /// The currency of every figure.
    pub currency: Currency,
    /// The lines before discounts.
    pub subtotal_minor: i64,
    /// What vouchers take off.
    pub discount_minor: i64,
    /// Carriage.
    pub shipping_minor: i64,
    /// The sum of `tax_lines`: contained in the other figures where prices include tax, on top of them elsewhere.
    pub tax_minor: i64,
    /// What is paid.
    pub total_minor: i64,
    /// The tax by name and rate.
    pub tax_lines: Vec<TaxLine>,
}

impl OrderCost {
    /// Whether the other figures contain the tax already.
    pub const fn includes_tax(&self) -> bool {
        self.total_minor == self.subtotal_minor - self.discount_minor + self.shipping_minor
    }
}

/// One tax of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// What it is called.
    pub name: String,
    /// The rate in parts of a million: 190 000 is 19 %.
    pub rate_millionths: u32,
    /// Its amount in minor units.
    pub amount_minor: i64,
}

/// A way to send goods, as chosen; frozen in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingOption {
    /// Its name in the configuration.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Who carries.
    pub carrier: String,
    /// What it costs.
    pub price: Money,
    /// The least number of days it takes.
    pub min_days: Option<u16>,
    /// The most number of days it takes.
    pub max_days: Option<u16>,
}

/// A voucher as it was applied; frozen in the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedVoucher {
    /// Its code.
    pub code: String,
    /// What it took off, in minor units.
    pub discount_minor: i64,
    /// What it says.
    pub description: String,
}

impl OrderLine {
    /// Pieces still to be sent: neither on their way nor paid back.
    pub const fn to_fulfill(&self) -> u32 {
        self.quantity.saturating_sub(self.fulfilled_quantity).saturating_sub(self.refunded_quantity)
    }

    /// Pieces that were not paid back.
    pub const fn kept(&self) -> u32 {
        self.quantity.saturating_sub(self.refunded_quantity)
    }
}

/// A line of an order. Name, SKU and prices are copied at purchase and never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// Its id.
    pub id: OrderLineId,
    /// The order.
    pub order_id: OrderId,
    /// Its place in the order, from 0.
    pub position: u32,
    /// What was bought.
    pub product_id: ProductId,
    /// Which variant.
    pub variant_id: VariantId,
    /// What it was called then.
    pub product_name: String,
    /// Its stock-keeping unit then.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// How many are on their way or arrived.
    pub fulfilled_quantity: u32,
    /// How many were paid back.
    pub refunded_quantity: u32,
    /// What one cost, in minor units of the order's currency.
    pub unit_price_minor: i64,
    /// What vouchers took off the line.
    pub discount_minor: i64,
    /// Tax on the line.
    pub tax_minor: i64,
    /// What the line costs in all.
    pub total_minor: i64,
    /// The list of recommendations that led to it.
    pub recommendation_id: Option<RecommendationId>,
}

/// Something that happened to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEvent {
    /// Its id; ids rise with time, so they say what came since.
    pub id: OrderEventId,
    /// The order.
    pub order_id: OrderId,
    /// What happened: `PLACED`, `STATUS_CHANGED`, `PAYMENT`, `SHIPMENT`, `REFUND`, `NOTE`.
    pub kind: String,
    /// The status before, when it changed.
    pub from: Option<OrderStatus>,
    /// The status after, when it changed.
    pub to: Option<OrderStatus>,
    /// Who did it; none when the shop itself.
    pub actor_id: Option<UserId>,
    /// In words.
    pub message: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// Goods that came back, as an imported shop records them: not always against a known order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    /// Its id.
    pub id: ReturnId,
    /// Its number in the system it came from. Unique together with `position`.
    pub number: String,
    /// Its line in that document, from 0.
    pub position: u32,
    /// The order, when known.
    pub order_id: Option<OrderId>,
    /// Who sent it back.
    pub user_id: Option<UserId>,
    /// What came back.
    pub product_id: ProductId,
    /// Which variant.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: u32,
    /// What was given back for it.
    pub amount: Money,
    /// When.
    pub returned_at: Timestamp,
}

/// How the payment of an order stands of which `refunded` came back.
const fn paid_in_full(total: i64, refunded: i64) -> PaymentStatus {
    match refunded {
        0 => PaymentStatus::Paid,
        refunded if refunded < total => PaymentStatus::PartiallyRefunded,
        _ => PaymentStatus::Refunded,
    }
}

fn sum(mut amounts: impl Iterator<Item = Option<i64>>) -> Result<i64, InvalidValue> {
    let total = amounts.try_fold(0_i64, |total, amount| total.checked_add(amount?));
    total.ok_or(InvalidValue::Overflow { what: "unit_price" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_paid_before_it_is_shipped() {
        assert!(OrderStatus::Created.can_become(OrderStatus::Paid));
        assert!(!OrderStatus::Created.can_become(OrderStatus::Shipped));
        assert!(!OrderStatus::Shipped.can_become(OrderStatus::Cancelled));
        assert!(OrderStatus::Refunded.allowed_transitions().is_empty());
    }

    #[test]
    fn money_that_comes_late_still_counts() {
        assert!(OrderStatus::Expired.can_become(OrderStatus::Paid));
    }

    #[test]
    fn no_status_leads_to_itself_or_back_to_the_start() {
        for status in OrderStatus::ALL {
            assert!(!status.can_become(status));
            assert!(!status.can_become(OrderStatus::Created));
            assert_eq!(OrderStatus::from_name(status.as_str()), Some(status));
        }
    }
}
