//! Payments through the use cases, with the sandbox as the gateway, on both databases.

mod begin;
mod capture;
mod late;
mod refunds;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use shelfwise::domain::caller::{Caller, Credential};
use shelfwise::domain::ids::{OrderId, PaymentId};
use shelfwise::domain::order::{Order, OrderLine, OrderStatus};
use shelfwise::domain::payment::{Payment, PaymentEventKind, PaymentStatus, Refund};
use shelfwise::domain::people::User;
use shelfwise::payments::sandbox::{Card, SignedEvent};
use shelfwise::services::Services;
use shelfwise::services::error::{Problem, ServiceError};
use shelfwise::services::payments::{Done, Initialization, Received};

use crate::support::services::services_over;
use crate::support::shop::Shop;

const MINUTE: Duration = Duration::from_secs(60);

/// An order of 20.00 EUR waiting for its payment: two mugs out of ten.
struct Till<'a> {
    shop: &'a Shop,
    services: Arc<Services>,
    buyer: Caller,
    order: OrderId,
}

impl<'a> Till<'a> {
    async fn open(shop: &'a Shop) -> Self {
        let (services, _) = services_over(shop).await;
        let user = shop.join("ann").await;
        let mug = shop.product("mug");
        shop.stock(&[&mug]).await;
        let mut record = shop.order("SW-1", Some(user.id), &[&mug]);
        let line: &mut OrderLine = &mut record.lines[0];
        line.quantity = 2;
        line.total_minor = 2000;
        let order: &mut Order = &mut record.order;
        (order.status, order.payment_status) = (OrderStatus::Created, PaymentStatus::Unpaid);
        (order.cost.subtotal_minor, order.cost.total_minor, order.paid_minor) = (2000, 2000, 0);
        order.expires_at = Some(shop.now() + 15 * MINUTE);
        let pieces = [(line.variant_id, 2)];
        let mut work = shop.begin().await;
        work.insert_order(&record).await.unwrap();
        assert!(work.reserve_stock(record.order.id, &pieces, shop.now()).await.unwrap().is_empty());
        work.save().await.unwrap();
        Self { shop, services, buyer: signed_in(shop, &user), order: record.order.id }
    }

    fn request(&self, card: Option<Card>, key: &str) -> Initialization {
        Initialization {
            order: self.order,
            gateway: "sandbox".to_owned(),
            amount: None,
            capture_now: true,
            return_url: None,
            method: card.map(|card| card.token().to_owned()),
            idempotency_key: key.to_owned(),
        }
    }

    async fn pay(&self, card: Card, key: &str) -> Done {
        let request = self.request(Some(card), key);
        self.services.payments.initialize(&self.buyer, request).await.unwrap()
    }

    /// Begun without a card: the buyer is on the sandbox's page.
    async fn redirected(&self, key: &str) -> Payment {
        let done = self.services.payments.initialize(&self.buyer, self.request(None, key)).await.unwrap();
        assert!(done.refusal.is_none() && done.payment.next_action.is_some());
        done.payment
    }

    async fn hear(&self, event: &SignedEvent) {
        let received = self.services.payments.receive("sandbox", &event.delivery()).await.unwrap();
        assert!(matches!(received, Received::Taken(_)), "{received:?}");
    }

    async fn order(&self) -> Order {
        self.shop.store.orders(&[self.order]).await.unwrap().remove(&self.order).unwrap()
    }

    async fn payment(&self, id: PaymentId) -> Payment {
        self.shop.store.payments(&[id]).await.unwrap().remove(&id).unwrap()
    }

    async fn refunds(&self) -> Vec<Refund> {
        self.shop.store.refunds_of(&[self.order]).await.unwrap().remove(&self.order).unwrap_or_default()
    }

    async fn history(&self, id: PaymentId) -> Vec<PaymentEventKind> {
        let events = self.shop.store.payment_events_of(&[id]).await.unwrap().remove(&id).unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }

    /// On hand and reserved, of the mug.
    async fn stock(&self) -> (u32, u32) {
        let lines = self.shop.store.order_lines_of(&[self.order]).await.unwrap().remove(&self.order).unwrap();
        let id = lines[0].variant_id;
        let variant = self.shop.store.variants(&[id]).await.unwrap().remove(&id).unwrap();
        (variant.stock.on_hand, variant.stock.reserved)
    }
}

fn signed_in(shop: &Shop, user: &User) -> Caller {
    let signed_in = shelfwise::domain::caller::SignedIn {
        user: user.id,
        credential: Credential::Session(shop.id()),
        role: user.role,
        permissions: user.role.effective(user.permissions),
        expires_at: shop.now() + 15 * MINUTE,
    };
    Caller { signed_in: Some(signed_in), ..Caller::default() }
}

/// The first thing that was wrong.
fn problem(refusal: ServiceError) -> Problem {
    match refusal {
        ServiceError::Refused(mistakes) => mistakes.into_iter().next().unwrap().problem,
        other => panic!("{other:?}"),
    }
}
