//! Stripe: the requests it documents, what its answers mean, and its webhooks.

use serde_json::{Value, json};
use shelfwise::domain::money::{Currency, Money};
use shelfwise::domain::payment::{PaymentNextAction, PaymentTerms, RefundStatus};
use shelfwise::payments::stripe::{Stripe, StripeSettings};
use shelfwise::payments::{Delivery, Gateway, GatewayError, Remote, Stage, WebhookRejected};

use crate::server::{Answer, Server};
use crate::{START, client, context, payment, purpose, refund};

pub(crate) fn gateway(url: &str, remote: Remote) -> Stripe {
    let settings = StripeSettings {
        base_url: url.to_owned(),
        secret_key: "sk_test_1".to_owned(),
        publishable_key: "pk_test_1".to_owned(),
        webhook_secret: "whsec_test".to_owned(),
        currencies: vec![Currency::EUR, Currency::USD],
    };
    Stripe::new(settings, remote, context())
}

pub(crate) fn intent(status: &str, received: i64) -> Value {
    json!({
        "id": "pi_1", "object": "payment_intent", "status": status, "amount": 1990, "currency": "eur",
        "amount_received": received, "client_secret": "pi_1_secret", "next_action": null,
        "last_payment_error": null,
        "metadata": {"payment_id": "018bcfe5-6800-7000-8000-000000000001"},
    })
}

#[tokio::test]
async fn a_payment_begins_as_an_intent_for_the_buyers_widget() {
    let server = Server::start(|_, _| Answer::json(200, &intent("requires_payment_method", 0))).await;
    let report =
        gateway(&server.url, client()).create(&payment(1990, Currency::EUR), &purpose()).await.unwrap();
    assert_eq!((report.stage, report.reference.as_deref()), (Stage::Pending, Some("pi_1")));
    let secret = PaymentNextAction::ClientSecret {
        client_secret: "pi_1_secret".to_owned(),
        publishable_key: "pk_test_1".to_owned(),
    };
    assert_eq!(report.next_action, Some(secret));
    let seen = &server.seen()[0];
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v1/payment_intents"));
    assert_eq!(seen.header("authorization"), "Bearer sk_test_1");
    assert_eq!(seen.header("stripe-version"), "2024-06-20");
    assert_eq!(seen.header("idempotency-key"), "create:018bcfe5-6800-7000-8000-000000000001");
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
    let field = |name| seen.field(name);
    assert_eq!(field("amount").as_deref(), Some("1990"));
    assert_eq!(field("currency").as_deref(), Some("eur"));
    assert_eq!(field("capture_method").as_deref(), Some("automatic"));
    assert_eq!(field("metadata[order_number]").as_deref(), Some("SW-1"));
    assert_eq!(field("confirm"), None);
}

#[tokio::test]
async fn a_chosen_card_is_confirmed_at_once_and_may_be_declined() {
    let server = Server::start(|_, _| {
        let error = json!({"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds",
            "message": "Your card has insufficient funds.", "payment_intent": intent("requires_payment_method", 0)});
        Answer::json(402, &json!({"error": error}))
    })
    .await;
    let mut payment = payment(1990, Currency::EUR);
    let method = Some("pm_card_1".to_owned());
    payment.terms = PaymentTerms { capture_now: false, method, ..PaymentTerms::default() };
    let declined = gateway(&server.url, client()).create(&payment, &purpose()).await;
    let Err(GatewayError::Declined(decline)) = declined else { panic!("{declined:?}") };
    assert_eq!((decline.code.as_str(), decline.retryable), ("insufficient_funds", true));
    let seen = &server.seen()[0];
    assert_eq!(seen.field("confirm").as_deref(), Some("true"));
    assert_eq!(seen.field("payment_method").as_deref(), Some("pm_card_1"));
    assert_eq!(seen.field("capture_method").as_deref(), Some("manual"));
}

#[tokio::test]
async fn how_a_payment_stands_follows_the_intents_status() {
    let cases = [
        ("succeeded", 1990, Stage::Captured, Some(1990)),
        ("requires_capture", 0, Stage::Authorized, None),
        ("canceled", 0, Stage::Voided, None),
        ("processing", 0, Stage::Pending, None),
        ("requires_action", 0, Stage::Pending, None),
        ("a_status_of_tomorrow", 0, Stage::Pending, None),
    ];
    for (status, received, stage, captured) in cases {
        let server = Server::start(move |_, _| Answer::json(200, &intent(status, received))).await;
        let mut payment = payment(1990, Currency::EUR);
        payment.gateway_reference = Some("pi_1".to_owned());
        let report = gateway(&server.url, client()).verify(&payment).await.unwrap();
        assert_eq!((report.stage, report.captured_minor), (stage, captured), "{status}");
        assert_eq!(server.seen()[0].path, "/v1/payment_intents/pi_1");
        assert_eq!(server.seen()[0].method, "GET");
    }
}

#[tokio::test]
async fn a_payment_never_begun_is_unknown() {
    let server = Server::start(|_, _| {
        let error = json!({"type": "invalid_request_error", "code": "resource_missing"});
        Answer::json(404, &json!({"error": error}))
    })
    .await;
    let mut payment = payment(1990, Currency::EUR);
    let gateway = gateway(&server.url, client());
    assert_eq!(gateway.verify(&payment).await, Err(GatewayError::Unknown));
    payment.gateway_reference = Some("pi_1".to_owned());
    assert_eq!(gateway.verify(&payment).await, Err(GatewayError::Unknown));
    payment.gateway_reference = Some("../refunds".to_owned());
    assert_eq!(gateway.verify(&payment).await, Err(GatewayError::Unknown));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_payment_in_another_currency_is_not_believed() {
    let server = Server::start(|_, _| Answer::json(200, &intent("succeeded", 1990))).await;
    let odd = gateway(&server.url, client()).create(&payment(1990, Currency::USD), &purpose()).await;
    assert!(matches!(odd, Err(GatewayError::BadAnswer(_))));
}

#[tokio::test]
async fn money_is_taken_once_by_amount_and_calling_off_what_was_taken_tells_so() {
    let server = Server::start(|number, _| {
        if number == 0 {
            return Answer::json(200, &intent("succeeded", 1500));
        }
        let error = json!({"type": "invalid_request_error", "code": "payment_intent_unexpected_state",
            "payment_intent": intent("succeeded", 1500)});
        Answer::json(400, &json!({"error": error}))
    })
    .await;
    let mut payment = payment(1990, Currency::EUR);
    payment.gateway_reference = Some("pi_1".to_owned());
    let gateway = gateway(&server.url, client());
    let taken = gateway.capture(&payment, Money::new(1500, Currency::EUR)).await.unwrap();
    assert_eq!(taken.captured_minor, Some(1500));
    let seen = server.seen();
    assert_eq!(seen[0].path, "/v1/payment_intents/pi_1/capture");
    assert_eq!(seen[0].field("amount_to_capture").as_deref(), Some("1500"));
    let off = gateway.void(&payment).await.unwrap();
    assert_eq!((off.stage, off.captured_minor), (Stage::Captured, Some(1500)));
    assert_eq!(server.seen()[1].path, "/v1/payment_intents/pi_1/cancel");
}

#[tokio::test]
async fn a_refund_is_known_by_our_id_when_it_is_asked_for_again() {
    let made = json!({"id": "re_1", "amount": 500, "currency": "eur", "payment_intent": "pi_1",
        "status": "pending", "metadata": {"refund_id": "018bcfe5-6800-7000-8000-000000000009"}});
    let listed = json!({"object": "list", "data": [made.clone()]});
    let server =
        Server::start(move |_, seen| Answer::json(200, if seen.method == "GET" { &listed } else { &made }))
            .await;
    let mut payment = payment(1990, Currency::EUR);
    payment.gateway_reference = Some("pi_1".to_owned());
    let back = refund(&payment, 500);
    let gateway = gateway(&server.url, client());
    let first = gateway.refund(&payment, &back, false).await.unwrap();
    assert_eq!(
        (first.refund, first.status, first.amount_minor),
        (Some(back.id), RefundStatus::Pending, Some(500))
    );
    assert_eq!(gateway.refund(&payment, &back, true).await.unwrap(), first);
    let seen = server.seen();
    assert_eq!(seen[0].path, "/v1/refunds");
    assert_eq!(seen[0].field("amount").as_deref(), Some("500"));
    assert_eq!(seen.len(), 2, "the second time it is found in the list");
    assert_eq!(seen[1].path, "/v1/refunds?payment_intent=pi_1&limit=100");
}

fn event(kind: &str, object: &Value) -> String {
    json!({"id": "evt_1", "object": "event", "type": kind, "data": {"object": object}}).to_string()
}

/// The header as Stripe documents it, made without the code under test.
fn sign(body: &str, seconds: i64) -> Vec<(String, String)> {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"whsec_test").unwrap();
    mac.update(format!("{seconds}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    vec![("stripe-signature".to_owned(), format!("t={seconds},v1={hex},v0=ignored"))]
}

#[tokio::test]
async fn an_event_is_believed_under_its_signature_for_five_minutes() {
    let gateway = gateway("http://127.0.0.1:1", client());
    let body = event("payment_intent.succeeded", &intent("succeeded", 1990));
    let now = START.as_millis() / 1000;
    let check = |body: &str, headers: &[(String, String)]| {
        gateway.parse_webhook(&Delivery { headers, body: body.as_bytes() })
    };
    let verified = check(&body, &sign(&body, now - 299)).unwrap();
    assert_eq!(verified.event_id, "evt_1");
    assert_eq!(check(&body, &sign(&body, now - 301)), Err(WebhookRejected::Stale));
    assert_eq!(check(&body, &[]), Err(WebhookRejected::BadSignature));
    let touched = body.replace("1990", "1");
    assert_eq!(check(&touched, &sign(&body, now)), Err(WebhookRejected::BadSignature));
    let twice = [sign(&body, now), sign(&body, now)].concat();
    assert_eq!(check(&body, &twice), Err(WebhookRejected::BadSignature), "two signature headers");
    assert!(matches!(check("[]", &sign("[]", now)), Err(WebhookRejected::Malformed(_))));
    let notice = gateway.read_notice(&verified.payload).unwrap().unwrap();
    assert_eq!(notice.target.payment, Some(payment(1990, Currency::EUR).id));
    assert_eq!(notice.report.captured_minor, Some(1990));
}

#[tokio::test]
async fn events_tell_of_refunds_disputes_and_refused_attempts() {
    let gateway = gateway("http://127.0.0.1:1", client());
    let read = |kind: &str, object: &Value| gateway.read_notice(&event(kind, object)).unwrap();
    let made = json!({"id": "re_1", "amount": 500, "currency": "eur", "payment_intent": "pi_1",
        "status": "succeeded", "metadata": {}});
    let notice = read("refund.updated", &made).unwrap();
    assert_eq!(notice.target.reference.as_deref(), Some("pi_1"));
    let told = &notice.report.refunds[0];
    assert_eq!((told.refund, told.status, told.amount_minor), (None, RefundStatus::Succeeded, Some(500)));
    let dispute = json!({"id": "dp_1", "amount": 1990, "currency": "eur", "payment_intent": "pi_1"});
    assert!(read("charge.dispute.funds_withdrawn", &dispute).unwrap().report.refunds[0].chargeback);
    let mut failed = intent("requires_payment_method", 0);
    failed["last_payment_error"] = json!({"type": "card_error", "code": "expired_card"});
    let notice = read("payment_intent.payment_failed", &failed).unwrap();
    assert_eq!(notice.report.stage, Stage::Pending, "the buyer may try another card");
    assert_eq!(notice.report.decline.unwrap().code, "expired_card");
    assert_eq!(read("customer.created", &json!({})), None);
    assert!(gateway.read_notice("{}").is_err());
}
