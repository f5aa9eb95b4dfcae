//! Payment gateways against local servers that speak each one's documented wire format.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod alipay;
mod keys;
mod remote;
mod sandbox;
mod server;
mod stripe;
mod wechat;

use std::sync::Arc;

use shelfwise::context::{Context, ManualClock, SeededEntropy};
use shelfwise::domain::money::{Currency, Money};
use shelfwise::domain::payment::{Payment, PaymentStatus, PaymentTerms, Refund, RefundStatus};
use shelfwise::domain::time::Timestamp;
use shelfwise::payments::{Purpose, Remote, RemoteSettings};
use uuid::Uuid;

/// 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp(1_767_225_600_000);

fn context() -> Context {
    Context::new(Arc::new(ManualClock::at(START)), Arc::new(SeededEntropy::new(7)))
}

fn client() -> Remote {
    Remote::new(RemoteSettings::default()).unwrap()
}

fn payment(amount_minor: i64, currency: Currency) -> Payment {
    Payment {
        id: Uuid::from_u128(0x018b_cfe5_6800_7000_8000_0000_0000_0001).into(),
        order_id: Uuid::from_u128(2).into(),
        gateway: "test".to_owned(),
        status: PaymentStatus::Pending,
        currency,
        amount_minor,
        captured_minor: 0,
        refunded_minor: 0,
        gateway_reference: None,
        terms: PaymentTerms::default(),
        next_action: None,
        idempotency_key: "key".to_owned(),
        created_at: START,
        updated_at: START,
        version: 1,
    }
}

fn refund(payment: &Payment, amount_minor: i64) -> Refund {
    Refund {
        id: Uuid::from_u128(0x018b_cfe5_6800_7000_8000_0000_0000_0009).into(),
        payment_id: payment.id,
        order_id: payment.order_id,
        amount: Money::new(amount_minor, payment.currency),
        reason: Some("broken".to_owned()),
        status: RefundStatus::Pending,
        lines: vec![],
        restock: false,
        idempotency_key: "refund".to_owned(),
        created_at: START,
        updated_at: START,
    }
}

fn purpose() -> Purpose {
    Purpose { order_number: "SW-1".to_owned(), description: "Shelfwise, order SW-1".to_owned() }
}
