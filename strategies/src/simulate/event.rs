//! What happens in the simulated shop.

use serde::Serialize;

/// Something a shopper did, or an order they placed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// Unix milliseconds; events come in this order.
    pub at_ms: i64,
    /// Index of the shopper.
    pub shopper: u32,
    /// Visit it belongs to; an unbroken series of actions by one shopper. 0 for what happens afterwards.
    pub session: u64,
    /// What happened.
    pub action: Action,
}

/// Kinds of events.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Action {
    /// Looked at a product page for so long.
    View {
        /// Index of the product.
        product: u32,
        /// Time spent on the page.
        duration_ms: u32,
    },
    /// Put on the wish list.
    Like {
        /// Index of the product.
        product: u32,
    },
    /// Asked not to see it again.
    Dismiss {
        /// Index of the product.
        product: u32,
    },
    /// Put in the cart.
    Cart {
        /// Index of the product.
        product: u32,
        /// Position among the product's variants.
        variant: u8,
        /// Units.
        quantity: u32,
    },
    /// Placed and paid for an order.
    Order(Order),
    /// Sent a line of an order back.
    Return {
        /// Number of the order.
        order: u64,
        /// Index of the product.
        product: u32,
        /// Units.
        quantity: u32,
        /// In the shopper's words.
        reason: &'static str,
    },
    /// Wrote about a product bought before.
    Review {
        /// Index of the product.
        product: u32,
        /// 1 to 5.
        rating: u8,
        /// A few words.
        title: &'static str,
        /// A sentence or two.
        body: &'static str,
    },
}

/// An order with at least one line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Order {
    /// Unique; rises from 1 in the order in which visits begin.
    pub number: u64,
    /// Distinct products.
    pub lines: Vec<OrderLine>,
}

/// A line of an order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OrderLine {
    /// Index of the product.
    pub product: u32,
    /// Position among the product's variants.
    pub variant: u8,
    /// Units.
    pub quantity: u32,
    /// Minor units.
    pub unit_price: i64,
}

impl Order {
    /// Sum of the lines in minor units.
    pub fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.unit_price * i64::from(line.quantity)).sum()
    }
}
