//! Alipay: signed requests and links, signed answers, signed notices.

use serde_json::{Value, json};
use shelfwise::domain::money::Currency;
use shelfwise::domain::payment::{PaymentNextAction, PaymentTerms, RefundStatus};
use shelfwise::payments::alipay::{Alipay, AlipaySettings};
use shelfwise::payments::{Delivery, Gateway, GatewayError, Stage, WebhookRejected};

use crate::keys::{GATEWAY_KEY, GATEWAY_PUBLIC_KEY, SHOP_KEY, SHOP_PUBLIC_KEY, signing, verifying};
use crate::server::{Answer, Server};
use crate::{client, context, payment, purpose, refund};

const NUMBER: &str = "018bcfe5680070008000000000000001";

fn gateway(url: &str) -> Alipay {
    let settings = AlipaySettings {
        gateway_url: format!("{url}/gateway.do"),
        app_id: "2021000".to_owned(),
        key: signing(SHOP_KEY),
        alipay_key: verifying(GATEWAY_PUBLIC_KEY),
        notify_url: "https://shop.example/webhooks/payments/alipay".to_owned(),
    };
    Alipay::new(settings, client(), context())
}

/// An answer as Alipay writes it: the object's exact text is what is signed.
fn answer(method: &str, object: &Value) -> Answer {
    let text = object.to_string();
    let sign = signing(GATEWAY_KEY).sign(text.as_bytes()).unwrap();
    Answer(200, vec![], format!(r#"{{"{}_response":{text},"sign":"{sign}"}}"#, method.replace('.', "_")))
}

fn method(fields: &[(String, String)]) -> String {
    fields.iter().find(|(name, _)| name == "method").map(|(_, value)| value.clone()).unwrap()
}

/// Whether the fields carry the shop's signature over the others, laid out as documented.
fn is_signed(fields: &[(String, String)]) -> bool {
    let mut pairs: Vec<_> = fields.iter().filter(|(name, _)| name != "sign").collect();
    pairs.sort();
    let text: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let signature = fields.iter().find(|(name, _)| name == "sign").map(|(_, value)| value.as_str());
    verifying(SHOP_PUBLIC_KEY).verify(text.join("&").as_bytes(), signature.unwrap_or_default())
}

#[tokio::test]
async fn a_payment_begins_as_a_signed_link_to_alipays_page() {
    let mut payment = payment(8888, Currency::CNY);
    let return_url = Some("https://shop.example/back?a=1&b=2".to_owned());
    payment.terms = PaymentTerms { return_url, ..PaymentTerms::default() };
    let report = gateway("https://openapi.example").create(&payment, &purpose()).await.unwrap();
    let Some(PaymentNextAction::Redirect { url, expires_at }) = report.next_action else { panic!("a link") };
    assert!(expires_at.is_some());
    let url = url::Url::parse(&url).unwrap();
    assert_eq!(url.path(), "/gateway.do");
    let fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    assert!(is_signed(&fields));
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).unwrap().1.clone();
    assert_eq!(field("method"), "alipay.trade.page.pay");
    assert_eq!(field("timestamp"), "2026-01-01 08:00:00", "China's time");
    assert_eq!(field("return_url"), "https://shop.example/back?a=1&b=2");
    let content: Value = serde_json::from_str(&field("biz_content")).unwrap();
    assert_eq!(content["out_trade_no"], NUMBER);
    assert_eq!(content["total_amount"], "88.88");
    assert_eq!(content["time_expire"], "2026-01-01 08:30:00");
}

#[tokio::test]
async fn how_a_trade_stands_follows_its_status() {
    let cases = [
        (json!({"trade_status": "WAIT_BUYER_PAY", "total_amount": "88.88"}), Stage::Pending, None),
        (json!({"trade_status": "TRADE_SUCCESS", "total_amount": "88.88"}), Stage::Captured, Some(8888)),
        (json!({"trade_status": "TRADE_FINISHED", "total_amount": "88.88"}), Stage::Captured, Some(8888)),
        (json!({"trade_status": "TRADE_CLOSED", "total_amount": "88.88"}), Stage::Voided, None),
        (
            json!({"trade_status": "TRADE_CLOSED", "total_amount": "88.88", "send_pay_date": "2026-01-01 09:00:00"}),
            Stage::Captured,
            Some(8888),
        ),
    ];
    for (mut object, stage, captured) in cases {
        object["code"] = json!("10000");
        object["msg"] = json!("Success");
        object["trade_no"] = json!("2026010122001");
        let server = Server::start(move |_, _| answer("alipay.trade.query", &object)).await;
        let report = gateway(&server.url).verify(&payment(8888, Currency::CNY)).await.unwrap();
        assert_eq!((report.stage, report.captured_minor), (stage, captured));
        assert_eq!(report.reference.as_deref(), Some("2026010122001"));
        let form = server.seen()[0].form();
        assert!(is_signed(&form));
        assert_eq!(method(&form), "alipay.trade.query");
    }
}

#[tokio::test]
async fn an_answer_is_believed_only_under_alipays_signature() {
    let object =
        json!({"code": "10000", "msg": "Success", "trade_status": "TRADE_SUCCESS", "total_amount": "88.88"});
    let Answer(.., genuine) = answer("alipay.trade.query", &object);
    let forged = [
        genuine.replace("88.88", "99.99"),
        genuine.replace("\"sign\"", "\"signature\""),
        format!(r#"{{"alipay_trade_query_response":{object}}}"#),
        "{}".to_owned(),
        "no json".to_owned(),
    ];
    for body in forged {
        let server = Server::start(move |_, _| Answer(200, vec![], body.clone())).await;
        let answer = gateway(&server.url).verify(&payment(8888, Currency::CNY)).await;
        assert!(matches!(answer, Err(GatewayError::BadAnswer(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn a_trade_whose_page_was_never_opened_is_pending_and_can_be_called_off() {
    let none = json!({"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_NOT_EXIST"});
    let server = Server::start(move |_, seen| answer(&method(&seen.form()), &none)).await;
    let gateway = gateway(&server.url);
    let payment = payment(8888, Currency::CNY);
    assert_eq!(gateway.verify(&payment).await.unwrap().stage, Stage::Pending);
    assert_eq!(gateway.void(&payment).await.unwrap().stage, Stage::Voided);
}

#[tokio::test]
async fn calling_off_a_paid_trade_tells_that_it_was_paid() {
    let server = Server::start(|_, seen| {
        let method = method(&seen.form());
        let object = match method.as_str() {
            "alipay.trade.close" => {
                json!({"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_STATUS_ERROR"})
            }
            _ => json!({"code": "10000", "msg": "Success", "trade_status": "TRADE_SUCCESS", "total_amount": "88.88"}),
        };
        answer(&method, &object)
    })
    .await;
    let report = gateway(&server.url).void(&payment(8888, Currency::CNY)).await.unwrap();
    assert_eq!((report.stage, report.captured_minor), (Stage::Captured, Some(8888)));
}

#[tokio::test]
async fn a_refund_is_asked_for_under_our_number_and_checked_where_the_answer_leaves_doubt() {
    for (fund_change, state, expected) in [
        ("Y", "", RefundStatus::Succeeded),
        ("N", "REFUND_SUCCESS", RefundStatus::Succeeded),
        ("N", "REFUND_PROCESSING", RefundStatus::Pending),
    ] {
        let server = Server::start(move |_, seen| {
            let method = method(&seen.form());
            answer(&method, &json!({"code": "10000", "msg": "Success", "fund_change": fund_change, "refund_status": state}))
        })
        .await;
        let payment = payment(8888, Currency::CNY);
        let back = refund(&payment, 500);
        let report = gateway(&server.url).refund(&payment, &back, false).await.unwrap();
        assert_eq!((report.refund, report.status), (Some(back.id), expected));
        let content: Value = serde_json::from_str(&server.seen()[0].field("biz_content").unwrap()).unwrap();
        assert_eq!(content["out_request_no"], "018bcfe5680070008000000000000009");
        assert_eq!(content["refund_amount"], "5.00");
    }
}

#[tokio::test]
async fn a_fault_of_alipays_is_unavailable_and_a_refusal_is_final() {
    for (object, is_unavailable) in [
        (
            json!({"code": "20000", "msg": "Service Currently Unavailable", "sub_code": "aop.unknow-error"}),
            true,
        ),
        (json!({"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.SYSTEM_ERROR"}), true),
        (
            json!({"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.SELLER_BALANCE_NOT_ENOUGH"}),
            false,
        ),
    ] {
        let server = Server::start(move |_, seen| answer(&method(&seen.form()), &object)).await;
        let payment = payment(8888, Currency::CNY);
        let error = gateway(&server.url).refund(&payment, &refund(&payment, 500), false).await.unwrap_err();
        assert_eq!(matches!(error, GatewayError::Unavailable(_)), is_unavailable, "{error:?}");
        assert_eq!(matches!(error, GatewayError::Refused { .. }), !is_unavailable, "{error:?}");
    }
}

fn notice(changes: &[(&str, &str)]) -> String {
    let mut fields = vec![
        ("notify_time", "2026-01-01 08:00:10"),
        ("notify_type", "trade_status_sync"),
        ("notify_id", "n1"),
        ("app_id", "2021000"),
        ("charset", "utf-8"),
        ("version", "1.0"),
        ("sign_type", "RSA2"),
        ("trade_no", "2026010122001"),
        ("out_trade_no", NUMBER),
        ("trade_status", "TRADE_SUCCESS"),
        ("total_amount", "88.88"),
        ("gmt_payment", "2026-01-01 08:00:09"),
        ("subject", "订单 & more"),
        ("passback_params", ""),
    ];
    for (name, value) in changes {
        fields.retain(|(key, _)| key != name);
        fields.push((name, value));
    }
    let mut signed: Vec<_> =
        fields.iter().filter(|(name, value)| *name != "sign_type" && !value.is_empty()).collect();
    signed.sort();
    let text: Vec<_> = signed.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let sign = signing(GATEWAY_KEY).sign(text.join("&").as_bytes()).unwrap();
    fields.push(("sign", &sign));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish()
}

#[tokio::test]
async fn a_notice_is_believed_under_its_signature_for_this_application_for_a_day() {
    let gateway = gateway("http://127.0.0.1:1");
    let check = |body: &str| gateway.parse_webhook(&Delivery { headers: &[], body: body.as_bytes() });
    let verified = check(&notice(&[])).unwrap();
    assert_eq!(verified.event_id, "n1");
    let said = gateway.read_notice(&verified.payload).unwrap().unwrap();
    assert_eq!(said.target.payment, Some(payment(1, Currency::CNY).id));
    assert_eq!((said.report.stage, said.report.captured_minor), (Stage::Captured, Some(8888)));
    let bad = Err(WebhookRejected::BadSignature);
    assert_eq!(check(&notice(&[]).replace("88.88", "88.89")), bad);
    assert_eq!(check(""), bad);
    assert_eq!(check(&notice(&[("sign_type", "RSA")])), bad);
    assert!(matches!(check(&notice(&[("app_id", "other")])), Err(WebhookRejected::Malformed(_))));
    assert_eq!(check(&notice(&[("notify_time", "2025-12-30 08:00:00")])), Err(WebhookRejected::Stale));
    let twice = format!("{}&total_amount=1", notice(&[]));
    assert!(matches!(check(&twice), Err(WebhookRejected::Malformed(_))));
    assert_eq!(gateway.reply(true).body, "success");
    assert_eq!(gateway.reply(false).body, "failure");
}

#[tokio::test]
async fn a_notice_of_a_refund_names_ours_and_the_sum_so_far() {
    let gateway = gateway("http://127.0.0.1:1");
    let body = notice(&[
        ("out_biz_no", "018bcfe5680070008000000000000009"),
        ("refund_fee", "5.00"),
        ("gmt_refund", "2026-01-01 08:00:10"),
    ]);
    let verified = gateway.parse_webhook(&Delivery { headers: &[], body: body.as_bytes() }).unwrap();
    let report = gateway.read_notice(&verified.payload).unwrap().unwrap().report;
    assert_eq!((report.captured_minor, report.refunded_minor), (Some(8888), Some(500)));
    assert_eq!(report.refunds[0].refund, Some(refund(&payment(1, Currency::CNY), 1).id));
}
