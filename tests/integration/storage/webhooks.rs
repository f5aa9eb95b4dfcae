//! Servers that hear of events, and what was sent to each.

use std::time::Duration;

use shelfwise::domain::ids::WebhookId;
use shelfwise::domain::job::JobStatus;
use shelfwise::domain::webhook::{Webhook, WebhookDelivery, WebhookEvent};

use crate::support::on_both;
use crate::support::shop::Shop;

fn webhook(shop: &Shop) -> Webhook {
    Webhook {
        id: shop.id(),
        url: "https://erp.example/hook".to_owned(),
        events: vec![WebhookEvent::OrderCreated, WebhookEvent::StockChanged],
        secret: "whsec_0".to_owned(),
        created_at: shop.now(),
        removed_at: None,
    }
}

fn delivery(shop: &Shop, webhook_id: WebhookId, number: u64) -> WebhookDelivery {
    WebhookDelivery {
        id: shop.id(),
        webhook_id,
        event_id: format!("event-{number}"),
        event: WebhookEvent::OrderCreated,
        payload: "{}".to_owned(),
        status: JobStatus::Queued,
        attempts: 0,
        response_status: None,
        next_attempt_at: Some(shop.now()),
        created_at: shop.now() + Duration::from_secs(number),
    }
}

on_both! {
    async fn a_server_is_listed_until_it_is_removed(shop: &Shop) {
        let one = webhook(shop);
        let mut work = shop.begin().await;
        work.insert_webhook(&one).await.unwrap();
        work.save().await.unwrap();
        assert_eq!(shop.store.webhooks().await.unwrap(), std::slice::from_ref(&one));
        let mut work = shop.begin().await;
        assert!(work.remove_webhook(one.id, shop.now()).await.unwrap());
        assert!(!work.remove_webhook(one.id, shop.now()).await.unwrap());
        work.save().await.unwrap();
        assert!(shop.store.webhooks().await.unwrap().is_empty());
        let kept = shop.store.webhooks_by_id(&[one.id]).await.unwrap();
        assert_eq!(kept[&one.id], Webhook { removed_at: Some(shop.now()), ..one });
    }

    async fn an_event_goes_to_a_server_once_and_the_latest_are_listed_first(shop: &Shop) {
        let one = webhook(shop);
        let sent: Vec<_> = (0..3).map(|number| delivery(shop, one.id, number)).collect();
        let mut work = shop.begin().await;
        work.insert_webhook(&one).await.unwrap();
        work.insert_deliveries(&sent).await.unwrap();
        work.insert_deliveries(&[WebhookDelivery { id: shop.id(), ..sent[0].clone() }]).await.unwrap();
        let done = WebhookDelivery {
            status: JobStatus::Succeeded,
            attempts: 2,
            response_status: Some(204),
            next_attempt_at: None,
            ..sent[2].clone()
        };
        work.update_delivery(&done).await.unwrap();
        work.save().await.unwrap();
        let listed = shop.store.deliveries_of(&[one.id], 2).await.unwrap();
        assert_eq!(listed[&one.id], [done.clone(), sent[1].clone()]);
        assert_eq!(shop.store.webhook_deliveries(&[done.id]).await.unwrap()[&done.id], done);
        let mut work = shop.begin().await;
        assert_eq!(work.remove_deliveries(sent[1].created_at).await.unwrap(), 1);
        work.save().await.unwrap();
    }
}
