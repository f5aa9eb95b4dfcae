//! WeChat Pay v3: signed requests, signed answers, sealed notices.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};
use shelfwise::domain::money::Currency;
use shelfwise::domain::payment::{PaymentNextAction, RefundStatus};
use shelfwise::payments::wechat::{WeChatPay, WeChatSettings};
use shelfwise::payments::{Delivery, Gateway, GatewayError, Stage, WebhookRejected};

use crate::keys::{GATEWAY_CERTIFICATE, GATEWAY_KEY, SHOP_KEY, SHOP_PUBLIC_KEY, signing, verifying};
use crate::server::{Answer, Seen, Server};
use crate::{START, client, context, payment, purpose, refund};

const NUMBER: &str = "018bcfe5680070008000000000000001";
const REFUND_NUMBER: &str = "018bcfe5680070008000000000000009";
const API_V3_KEY: &[u8; 32] = b"0123456789abcdef0123456789abcdef";

fn gateway(url: &str) -> WeChatPay {
    let certificate = verifying(GATEWAY_CERTIFICATE);
    let settings = WeChatSettings {
        base_url: url.to_owned(),
        app_id: "wx1".to_owned(),
        merchant_id: "1900000001".to_owned(),
        merchant_serial: "AB12".to_owned(),
        key: signing(SHOP_KEY),
        platform_keys: HashMap::from([(certificate.serial().unwrap(), certificate)]),
        api_v3_key: *API_V3_KEY,
        notify_url: "https://shop.example/webhooks/payments/wechat".to_owned(),
    };
    WeChatPay::new(settings, client(), context())
}

fn headers(body: &str, seconds: i64) -> Vec<(&'static str, String)> {
    let signature = signing(GATEWAY_KEY).sign(format!("{seconds}\nnonce\n{body}\n").as_bytes()).unwrap();
    vec![
        ("wechatpay-timestamp", seconds.to_string()),
        ("wechatpay-nonce", "nonce".to_owned()),
        ("wechatpay-serial", verifying(GATEWAY_CERTIFICATE).serial().unwrap()),
        ("wechatpay-signature", signature),
    ]
}

fn now() -> i64 {
    START.as_millis() / 1000
}

fn answer(status: u16, body: &Value) -> Answer {
    let body = body.to_string();
    Answer(status, headers(&body, now()), body)
}

/// Whether the request carries the shop's signature, laid out as documented.
fn is_signed(seen: &Seen) -> bool {
    let header = seen.header("authorization");
    let Some(fields) = header.strip_prefix("WECHATPAY2-SHA256-RSA2048 ") else { return false };
    let fields: HashMap<&str, &str> = fields
        .split(',')
        .filter_map(|part| part.split_once('='))
        .map(|(k, v)| (k, v.trim_matches('"')))
        .collect();
    let (method, path, body) = (&seen.method, &seen.path, &seen.body);
    let message = format!("{method}\n{path}\n{}\n{}\n{body}\n", fields["timestamp"], fields["nonce_str"]);
    fields["mchid"] == "1900000001"
        && fields["serial_no"] == "AB12"
        && verifying(SHOP_PUBLIC_KEY).verify(message.as_bytes(), fields["signature"])
}

#[tokio::test]
async fn a_payment_begins_as_a_code_to_scan() {
    let server = Server::start(|_, _| answer(200, &json!({"code_url": "weixin://wxpay/x"}))).await;
    let report = gateway(&server.url).create(&payment(8888, Currency::CNY), &purpose()).await.unwrap();
    let Some(PaymentNextAction::QrCode { payload, .. }) = report.next_action else { panic!("a code") };
    assert_eq!(payload, "weixin://wxpay/x");
    let seen = &server.seen()[0];
    assert!(is_signed(seen));
    assert_eq!(seen.path, "/v3/pay/transactions/native");
    let sent = seen.json();
    assert_eq!(sent["out_trade_no"], NUMBER);
    assert_eq!(sent["amount"], json!({"total": 8888, "currency": "CNY"}));
    assert_eq!(sent["time_expire"], "2026-01-01T08:30:00+08:00");
    assert_eq!(sent["notify_url"], "https://shop.example/webhooks/payments/wechat");
}

#[tokio::test]
async fn how_a_transaction_stands_follows_its_state() {
    for (state, stage, captured) in [
        ("NOTPAY", Stage::Pending, None),
        ("USERPAYING", Stage::Pending, None),
        ("PAYERROR", Stage::Pending, None),
        ("SUCCESS", Stage::Captured, Some(8888)),
        ("REFUND", Stage::Captured, Some(8888)),
        ("CLOSED", Stage::Voided, None),
    ] {
        let body = json!({"mchid": "1900000001", "out_trade_no": NUMBER, "transaction_id": "42000",
            "trade_state": state, "amount": {"total": 8888, "currency": "CNY"}});
        let server = Server::start(move |_, _| answer(200, &body)).await;
        let report = gateway(&server.url).verify(&payment(8888, Currency::CNY)).await.unwrap();
        assert_eq!((report.stage, report.captured_minor), (stage, captured), "{state}");
        let seen = &server.seen()[0];
        assert!(is_signed(seen), "the query string is signed too");
        assert_eq!(seen.path, format!("/v3/pay/transactions/out-trade-no/{NUMBER}?mchid=1900000001"));
    }
}

#[tokio::test]
async fn an_answer_is_believed_only_when_wechat_signed_it_just_now() {
    let body = json!({"code_url": "weixin://wxpay/x"}).to_string();
    let old = headers(&body, now() - 301);
    let genuine = headers(&body, now());
    let other_key = genuine.iter().map(|(name, value)| {
        (*name, if *name == "wechatpay-serial" { "FF".to_owned() } else { value.clone() })
    });
    for (headers, body) in [
        (vec![], body.clone()),
        (old, body.clone()),
        (other_key.collect(), body.clone()),
        (genuine.clone(), body.replace('x', "y")),
    ] {
        let server = Server::start(move |_, _| Answer(200, headers.clone(), body.clone())).await;
        let made = gateway(&server.url).create(&payment(8888, Currency::CNY), &purpose()).await;
        assert!(matches!(made, Err(GatewayError::BadAnswer(_))), "{made:?}");
    }
}

#[tokio::test]
async fn what_wechat_does_not_know_is_unknown() {
    let server =
        Server::start(|_, _| answer(404, &json!({"code": "ORDER_NOT_EXIST", "message": "none"}))).await;
    let unknown = gateway(&server.url).verify(&payment(8888, Currency::CNY)).await;
    assert_eq!(unknown, Err(GatewayError::Unknown));
}

#[tokio::test]
async fn a_payment_is_closed_unless_it_was_paid_meanwhile() {
    let server = Server::start(|_, seen| match seen.method.as_str() {
        "POST" => Answer(204, headers("", now()), String::new()),
        _ => panic!("nothing more is asked"),
    })
    .await;
    let off = gateway(&server.url).void(&payment(8888, Currency::CNY)).await.unwrap();
    assert_eq!(off.stage, Stage::Voided);
    assert_eq!(server.seen()[0].path, format!("/v3/pay/transactions/out-trade-no/{NUMBER}/close"));
    let server = Server::start(|_, seen| match seen.method.as_str() {
        "POST" => answer(400, &json!({"code": "ORDERPAID", "message": "paid"})),
        _ => answer(
            200,
            &json!({"mchid": "1900000001", "out_trade_no": NUMBER, "trade_state": "SUCCESS",
            "amount": {"total": 8888, "currency": "CNY"}}),
        ),
    })
    .await;
    let off = gateway(&server.url).void(&payment(8888, Currency::CNY)).await.unwrap();
    assert_eq!((off.stage, off.captured_minor), (Stage::Captured, Some(8888)));
}

#[tokio::test]
async fn a_refund_is_asked_for_under_our_number() {
    for (status, expected) in [
        ("SUCCESS", RefundStatus::Succeeded),
        ("PROCESSING", RefundStatus::Pending),
        ("ABNORMAL", RefundStatus::Pending),
        ("CLOSED", RefundStatus::Failed),
    ] {
        let body = json!({"refund_id": "5000", "out_refund_no": REFUND_NUMBER, "status": status,
            "amount": {"refund": 500, "total": 8888, "currency": "CNY"}});
        let server = Server::start(move |_, _| answer(200, &body)).await;
        let payment = payment(8888, Currency::CNY);
        let back = refund(&payment, 500);
        let report = gateway(&server.url).refund(&payment, &back, false).await.unwrap();
        assert_eq!((report.refund, report.status, report.amount_minor), (Some(back.id), expected, Some(500)));
        let sent = server.seen()[0].json();
        assert_eq!(sent["out_refund_no"], REFUND_NUMBER);
        assert_eq!(sent["amount"], json!({"refund": 500, "total": 8888, "currency": "CNY"}));
    }
}

fn sealed(event_type: &str, resource: &Value, key: &[u8; 32]) -> String {
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
    let nonce = Nonce::assume_unique_for_key(*b"fdasflkja484");
    let mut text = resource.to_string().into_bytes();
    key.seal_in_place_append_tag(nonce, Aad::from(b"transaction"), &mut text).unwrap();
    json!({"id": "EV-1", "create_time": "2026-01-01T08:00:00+08:00", "event_type": event_type,
        "resource_type": "encrypt-resource", "summary": "ok",
        "resource": {"algorithm": "AEAD_AES_256_GCM", "ciphertext": STANDARD.encode(text),
            "associated_data": "transaction", "nonce": "fdasflkja484", "original_type": "transaction"}})
    .to_string()
}

fn signed(body: &str, seconds: i64) -> Vec<(String, String)> {
    headers(body, seconds).into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[tokio::test]
async fn a_notice_is_verified_opened_and_read() {
    let gateway = gateway("http://127.0.0.1:1");
    let check = |headers: &[(String, String)], body: &str| {
        gateway.parse_webhook(&Delivery { headers, body: body.as_bytes() })
    };
    let paid = json!({"mchid": "1900000001", "out_trade_no": NUMBER, "transaction_id": "42000",
        "trade_state": "SUCCESS", "amount": {"total": 8888, "payer_total": 8888, "currency": "CNY"}});
    let body = sealed("TRANSACTION.SUCCESS", &paid, API_V3_KEY);
    let verified = check(&signed(&body, now()), &body).unwrap();
    assert_eq!(verified.event_id, "EV-1");
    let notice = gateway.read_notice(&verified.payload).unwrap().unwrap();
    assert_eq!(notice.target.payment, Some(payment(1, Currency::CNY).id));
    assert_eq!(notice.report.captured_minor, Some(8888));
    let bad = Err(WebhookRejected::BadSignature);
    assert_eq!(check(&[], &body), bad);
    assert_eq!(check(&signed(&body, now()), &body.replace("EV-1", "EV-2")), bad);
    assert_eq!(check(&signed(&body, now() - 301), &body), Err(WebhookRejected::Stale));
    let foreign = sealed("TRANSACTION.SUCCESS", &paid, &[7; 32]);
    assert_eq!(check(&signed(&foreign, now()), &foreign), bad, "sealed with another key");
    assert!(matches!(check(&signed("{}", now()), "{}"), Err(WebhookRejected::Malformed(_))));
}

#[tokio::test]
async fn a_notice_of_a_refund_names_ours_and_one_for_another_merchant_is_refused() {
    let gateway = gateway("http://127.0.0.1:1");
    let read = |event: &str, resource: &Value| {
        let body = sealed(event, resource, API_V3_KEY);
        let verified =
            gateway.parse_webhook(&Delivery { headers: &signed(&body, now()), body: body.as_bytes() });
        gateway.read_notice(&verified.unwrap().payload)
    };
    let back = json!({"mchid": "1900000001", "out_trade_no": NUMBER, "out_refund_no": REFUND_NUMBER,
        "refund_id": "5000", "refund_status": "SUCCESS", "amount": {"total": 8888, "refund": 500}});
    let report = read("REFUND.SUCCESS", &back).unwrap().unwrap().report;
    assert_eq!(report.refunds[0].refund, Some(refund(&payment(1, Currency::CNY), 1).id));
    assert_eq!(report.refunds[0].status, RefundStatus::Succeeded);
    let mut foreign = back.clone();
    foreign["mchid"] = json!("other");
    assert!(read("REFUND.SUCCESS", &foreign).is_err());
    assert_eq!(read("COUPON.USE", &back), Ok(None));
    assert_eq!(gateway.reply(true).status, 200);
    assert_eq!(gateway.reply(false).status, 503);
}
