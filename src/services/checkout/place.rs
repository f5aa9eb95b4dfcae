//! The transaction of a checkout.

use std::sync::Arc;

use super::{Checked, Checkout, Problem, ServiceError, number};
use crate::domain::caller::Caller;
use crate::domain::cart::{Cart, CartStatus};
use crate::domain::catalogue::Category;
use crate::domain::ids::{OrderId, VariantId};
use crate::domain::interaction::{Interaction, InteractionKind, Subject};
use crate::domain::order::{Order, OrderLine, OrderStatus};
use crate::domain::payment::{Payment, PaymentEvent, PaymentEventKind, PaymentStatus, PaymentTerms};
use crate::domain::text::Email;
use crate::domain::time::Timestamp;
use crate::services::carts::{Goods, Pieces, PricedCart, may_use};
use crate::services::error::{Mistake, Mistakes};
use crate::services::messages::Message;
use crate::services::orders::{Entry, News, PLACED, rising};
use crate::storage::UnitOfWork;
use crate::storage::carts::Redemption;
use crate::storage::checkout::KeyClaim;
use crate::storage::orders::OrderRecord;

impl Checkout {
    /// Places the order, or finds the one the key placed before. Answers with its id and whether it was there.
    pub(super) async fn place(
        &self,
        caller: &Caller,
        checked: &Checked,
        account_email: Option<Email>,
        tree: Arc<[Category]>,
        subject: Option<Subject>,
    ) -> Result<(OrderId, bool), ServiceError> {
        let now = self.context.now();
        let request = &checked.request;
        let recording = self.live.recording().await;
        let mut unit = self.storage.begin().await?;
        let key = request.idempotency_key.as_str();
        match unit.claim_key(&checked.scope, key, &checked.fingerprint, now).await? {
            KeyClaim::New => {}
            KeyClaim::Done(result) => {
                let kept = result.parse().map_err(|_| ServiceError::Internal("a kept result".to_owned()))?;
                return Ok((kept, true));
            }
            KeyClaim::Reused => {
                return Err(ServiceError::refuse(["idempotencyKey"], Problem::IdempotencyKeyReused));
            }
        }
        let gone = || ServiceError::refuse(["cartId"], Problem::NotFound { what: "cart" });
        let held = unit.cart_for_update(request.cart).await?;
        let (cart, lines) = held.filter(|(cart, _)| may_use(caller, cart)).ok_or_else(gone)?;
        if cart.status != CartStatus::Active {
            return Err(ServiceError::refuse(["cartId"], Problem::CartCompleted));
        }
        let vouchers = unit.vouchers_of_cart(cart.id).await?;
        let used: Vec<_> = vouchers.iter().map(|voucher| voucher.id).collect();
        let ids: Vec<VariantId> = lines.iter().map(|line| line.variant_id).collect();
        let goods = Goods::of(unit.goods(&ids, true).await?, tree);
        let cart = self.carts.priced(Pieces { cart, lines, vouchers, account_email, goods })?;
        check(&cart, request.expected_total.minor())?;

        let record = self.order(&cart, request.note.clone(), now);
        let order = &record.order;
        unit.insert_order(&record).await?;
        let pieces: Vec<(VariantId, u32)> =
            record.lines.iter().map(|line| (line.variant_id, line.quantity)).collect();
        let shortages = unit.reserve_stock(order.id, &pieces, now).await?;
        let mut mistakes = Mistakes::default();
        for shortage in shortages {
            let (variant, requested, available) = (shortage.variant, shortage.requested, shortage.available);
            mistakes.add(["cartId"], Problem::Shortage { variant, requested, available });
        }
        mistakes.done()?;
        let mut used: Vec<_> = used.into_iter().enumerate().collect();
        // By rising id, so that two checkouts never wait for each other.
        used.sort_unstable_by_key(|(_, voucher)| *voucher);
        for (index, voucher) in used {
            if unit.redeem_voucher(voucher, order.id, order.user_id, now).await? == Redemption::Refused {
                let reason = "the voucher is used up";
                let path = ["cartId".to_owned(), "vouchers".to_owned(), index.to_string()];
                return Err(ServiceError::refuse(path, Problem::VoucherNotApplicable { reason }));
            }
        }
        let placed = Entry {
            kind: PLACED,
            step: Some((None, OrderStatus::Created)),
            actor: caller.user(),
            message: None,
        };
        // Before the first version, so that its id lies before those of all later events.
        let unborn = Order { version: 0, ..order.clone() };
        self.orders.note(unit.as_mut(), &unborn, [placed]).await?;
        let mut news = News::of(order);
        for line in &record.lines {
            news.stock(line.variant_id, line.product_id);
        }
        unit.post(&[Message::OrderPlaced { order: order.id }.to_outbox(&self.context)]).await?;
        if order.cost.total_minor == 0 {
            // Nothing to wait for.
            let settled = self.orders.captured(unit.as_mut(), order.id, 0).await?;
            drop(settled.news);
        } else {
            self.write_payment(unit.as_mut(), order, checked, now).await?;
        }
        let deeds = subject.map(|subject| self.purchases(subject, &record, now)).unwrap_or_default();
        let accepted =
            if deeds.is_empty() { Vec::new() } else { unit.record_interactions(&deeds, now).await?.accepted };
        let closed = Cart {
            status: CartStatus::Completed,
            order_id: Some(order.id),
            updated_at: now,
            expires_at: None,
            ..cart.cart
        };
        unit.update_cart(&closed).await?;
        unit.keep_result(&checked.scope, key, &order.id.to_string()).await?;
        unit.save().await?;

        let accepted: Vec<Interaction> =
            accepted.into_iter().filter_map(|index| deeds.get(index)).cloned().collect();
        recording.observe(&accepted);
        drop(recording);
        self.carts.tell(closed.id);
        let id = order.id;
        self.orders.tell(news).await;
        Ok((id, false))
    }

    fn order(&self, cart: &PricedCart, note: Option<String>, now: Timestamp) -> OrderRecord {
        let id: OrderId = self.context.new_id();
        let line = |(position, goods): (u32, &crate::services::carts::CartGoods)| OrderLine {
            id: self.context.new_id(),
            order_id: id,
            position,
            product_id: goods.product.id,
            variant_id: goods.variant.id,
            product_name: goods.product.name.clone(),
            sku: goods.variant.sku.to_string(),
            quantity: goods.line.quantity,
            fulfilled_quantity: 0,
            refunded_quantity: 0,
            unit_price_minor: goods.variant.price.minor(),
            discount_minor: goods.cost.discount,
            tax_minor: goods.cost.tax,
            total_minor: goods.cost.total,
            recommendation_id: goods.line.recommendation_id,
        };
        let order = Order {
            id,
            number: number::order_number(&self.context),
            user_id: cart.cart.user_id,
            email: cart.email.clone(),
            status: OrderStatus::Created,
            payment_status: PaymentStatus::Pending,
            cost: cart.cost.clone(),
            paid_minor: 0,
            refunded_minor: 0,
            shipping_address: cart.cart.shipping_address.clone(),
            billing_address: cart.cart.billing_address.clone(),
            shipping_option: cart.shipping_option.clone(),
            vouchers: cart.vouchers.clone(),
            note,
            placed_at: now,
            updated_at: now,
            expires_at: Some(now + self.patience),
            cancelled_at: None,
            cancel_reason: None,
            version: 1,
        };
        OrderRecord { order, lines: (0..).zip(&cart.lines).map(line).collect() }
    }

    async fn write_payment(
        &self,
        unit: &mut dyn UnitOfWork,
        order: &Order,
        checked: &Checked,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let payment = Payment {
            id: self.context.new_id(),
            order_id: order.id,
            gateway: checked.request.gateway.clone(),
            status: PaymentStatus::Pending,
            currency: order.cost.currency,
            amount_minor: order.cost.total_minor,
            captured_minor: 0,
            refunded_minor: 0,
            gateway_reference: None,
            terms: PaymentTerms {
                return_url: checked.request.return_url.clone(),
                method: checked.request.payment_method.clone(),
                ..PaymentTerms::default()
            },
            next_action: None,
            idempotency_key: format!("checkout:{}", order.id),
            created_at: now,
            updated_at: now,
            // Before its first version, so that its history begins here.
            version: 0,
        };
        unit.insert_payment(&payment).await?;
        let begun = PaymentEvent {
            id: rising(self.context.new_id(), payment.version, 0).into(),
            payment_id: payment.id,
            kind: PaymentEventKind::Initialized,
            amount_minor: Some(payment.amount_minor),
            gateway_event_id: None,
            message: None,
            at: now,
        };
        Ok(unit.insert_payment_event(&begun).await?)
    }

    fn purchases(&self, subject: Subject, record: &OrderRecord, now: Timestamp) -> Vec<Interaction> {
        let deed = |line: &OrderLine| Interaction {
            event_id: format!("purchase:{}", line.id),
            subject,
            product_id: line.product_id,
            kind: InteractionKind::Purchase,
            occurred_at: now,
            duration_ms: None,
            quantity: line.quantity,
            recommendation_id: line.recommendation_id,
            position: None,
            order_id: Some(record.order.id),
            context: None,
        };
        record.lines.iter().map(deed).collect()
    }
}

/// Refuses a cart that cannot become an order, or costs something else than the buyer saw.
fn check(cart: &PricedCart, expected_minor: i64) -> Result<(), ServiceError> {
    let place = |mistake: &Mistake| {
        let path = std::iter::once("cartId".to_owned()).chain(mistake.path.iter().cloned()).collect();
        Mistake { path, problem: mistake.problem.clone() }
    };
    if !cart.problems.is_empty() {
        return Err(ServiceError::Refused(cart.problems.iter().map(place).collect()));
    }
    if cart.cost.total_minor != expected_minor {
        let (expected, actual) = (cart.money(expected_minor), cart.money(cart.cost.total_minor));
        return Err(ServiceError::refuse(["expectedTotal"], Problem::PriceChanged { expected, actual }));
    }
    Ok(())
}
