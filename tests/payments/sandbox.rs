//! The sandbox: its cards, its page, its signed events.

use shelfwise::domain::money::{Currency, Money};
use shelfwise::domain::payment::{Payment, PaymentNextAction, RefundStatus};
use shelfwise::payments::sandbox::{Card, Event, EventKind, Sandbox};
use shelfwise::payments::{Gateway, GatewayError, Stage, WebhookRejected};

use crate::{context, payment, purpose, refund};

fn gateway() -> Sandbox {
    Sandbox::new(b"secret".to_vec(), "https://shop.example/", Currency::SEK, context())
}

fn with(card: Card, capture_now: bool) -> Payment {
    let mut payment = payment(1990, Currency::EUR);
    payment.terms.method = Some(card.token().to_owned());
    payment.terms.capture_now = capture_now;
    payment
}

#[tokio::test]
async fn every_card_does_what_its_name_says_and_does_it_again() {
    for gateway in [gateway(), gateway()] {
        for _ in 0..2 {
            let created = async |card| gateway.create(&with(card, true), &purpose()).await;
            assert_eq!(created(Card::Succeeds).await.unwrap().captured_minor, Some(1990));
            let Err(GatewayError::Declined(decline)) = created(Card::Declined).await else {
                panic!("declined")
            };
            assert_eq!((decline.code.as_str(), decline.retryable), ("card_declined", false));
            let Err(GatewayError::Declined(decline)) = created(Card::InsufficientFunds).await else {
                panic!("declined")
            };
            assert!(decline.retryable);
            assert!(matches!(created(Card::Timeout).await, Err(GatewayError::Unavailable(_))));
            assert!(matches!(created(Card::Unavailable).await, Err(GatewayError::Unavailable(_))));
            assert!(created(Card::Redirect).await.unwrap().next_action.is_some());
        }
        let told = gateway.verify(&with(Card::Timeout, true)).await.unwrap();
        assert_eq!(told.stage, Stage::Captured, "it had succeeded after all");
    }
    let mut odd = payment(1990, Currency::EUR);
    odd.terms.method = Some("4242424242424242".to_owned());
    assert!(matches!(gateway().create(&odd, &purpose()).await, Err(GatewayError::Refused { .. })));
}

#[tokio::test]
async fn money_can_be_promised_taken_or_let_go() {
    let gateway = gateway();
    let payment = with(Card::Succeeds, false);
    assert_eq!(gateway.create(&payment, &purpose()).await.unwrap().stage, Stage::Authorized);
    let taken = gateway.capture(&payment, Money::new(1500, Currency::EUR)).await.unwrap();
    assert_eq!(taken.captured_minor, Some(1500));
    assert_eq!(gateway.void(&payment).await.unwrap().captured_minor, Some(1500), "it was taken");
    let gateway = self::gateway();
    assert_eq!(gateway.void(&payment).await.unwrap().stage, Stage::Voided);
    assert_eq!(gateway.verify(&payment).await.unwrap().stage, Stage::Voided);
    let late = gateway.capture(&payment, Money::new(1500, Currency::EUR)).await.unwrap();
    assert_eq!(late.stage, Stage::Voided);
    let taken = with(Card::Succeeds, true);
    let other = Sandbox::new(b"secret".to_vec(), "https://shop.example", Currency::EUR, context());
    assert_eq!(other.void(&taken).await.unwrap().stage, Stage::Captured);
}

#[tokio::test]
async fn without_a_card_the_buyer_decides_on_the_page_once() {
    let gateway = gateway();
    let payment = payment(1990, Currency::EUR);
    let Some(PaymentNextAction::Redirect { url, .. }) =
        gateway.create(&payment, &purpose()).await.unwrap().next_action
    else {
        panic!("a page")
    };
    let token = url.rsplit('/').next().unwrap();
    assert_eq!(url, format!("https://shop.example/sandbox/payments/{}/{token}", payment.id));
    assert!(gateway.knows_page(payment.id, token));
    let forged = "00".repeat(16);
    for wrong in ["", "0", "zz", &token[..30], forged.as_str()] {
        assert!(!gateway.knows_page(payment.id, wrong), "{wrong}");
    }
    let approved = gateway.decide(&payment, true);
    let again = gateway.decide(&payment, false);
    let verified = gateway.parse_webhook(&approved.delivery()).unwrap();
    assert_eq!(gateway.parse_webhook(&again.delivery()).unwrap(), verified, "the first decision stands");
    let notice = gateway.read_notice(&verified.payload).unwrap().unwrap();
    assert_eq!((notice.target.payment, notice.report.captured_minor), (Some(payment.id), Some(1990)));
    assert_eq!(gateway.verify(&payment).await.unwrap().stage, Stage::Captured);
}

#[tokio::test]
async fn events_are_believed_only_under_the_signature() {
    let gateway = gateway();
    let payment = payment(1990, Currency::EUR);
    let mut event = gateway.sign(&Event::about(&payment, EventKind::Captured));
    assert!(gateway.parse_webhook(&event.delivery()).is_ok());
    event.body = String::from_utf8(event.body).unwrap().replace("1990", "9999").into_bytes();
    assert_eq!(gateway.parse_webhook(&event.delivery()), Err(WebhookRejected::BadSignature));
}

#[tokio::test]
async fn refunds_follow_the_card() {
    let gateway = gateway();
    let back = |card: Card, again| {
        let payment = with(card, true);
        let refund = refund(&payment, 500);
        let gateway = &gateway;
        async move { gateway.refund(&payment, &refund, again).await }
    };
    assert_eq!(back(Card::Succeeds, false).await.unwrap().status, RefundStatus::Succeeded);
    assert_eq!(back(Card::RefundPending, false).await.unwrap().status, RefundStatus::Pending);
    assert!(matches!(back(Card::RefundRefused, false).await, Err(GatewayError::Refused { .. })));
    assert!(matches!(back(Card::RefundTimeout, false).await, Err(GatewayError::Unavailable(_))));
    assert_eq!(back(Card::RefundTimeout, true).await.unwrap().status, RefundStatus::Succeeded);
}
