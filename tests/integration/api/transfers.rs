//! Imports and exports as jobs, reviews and their moderation, and what shoppers who wish for a product hear.

use std::net::SocketAddr;

use serde_json::{Value, json};
use shelfwise::domain::caller::{Caller, Permission};
use shelfwise::domain::ids::JobId;
use shelfwise::domain::job::JobStatus;
use shelfwise::graphql::global_id::{self, GlobalId};
use shelfwise::services::transfers::ExportFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Api, codes, nobody, user_errors};
use crate::support::shop::Shop;

/// A server that answers every request with this text.
async fn file_server(content: &'static str) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 2048];
            let _ = socket.read(&mut request).await;
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{content}", content.len());
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    address
}

async fn import(api: &Api, staff: &Caller, address: SocketAddr, policy: &str) -> Value {
    let start = format!(
        r#"mutation {{ importStart(kind: PRODUCTS, format: CSV, sourceUrl: "http://{address}/p.csv", errorPolicy: {policy}) {{
            job {{ id status kind processed total }} userErrors {{ path code }} }} }}"#
    );
    let started = api.data(staff, &start).await["importStart"].clone();
    assert_eq!(user_errors(&started), Vec::<String>::new());
    assert!(api.transfers.step().await.expect("the job is done"));
    let id = &started["job"]["id"];
    let job = format!(
        "{{ job(id: {id}) {{ status kind processed total failed resultUrl errors {{ message path code }} }} }}"
    );
    api.data(staff, &job).await["job"].clone()
}

const FILE: &str = "sku,name,price,stock\nA-1,Mug,9.90,5\nA-2,Cup,nine,5\nA-3,Plate,12,0\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_fetched_and_its_good_rows_come_in() {
    let api = Api::start().await;
    let staff = api.staff("staff", [Permission::ProductsManage]).await;
    let job = import(&api, &staff, file_server(FILE).await, "REJECT_FAILED_ROWS").await;
    insta::assert_json_snapshot!("an_import_with_a_bad_row", job);
    let found = api.data(&staff, r#"{ product(by: {sku: "A-1"}) { name availableQuantity } }"#).await;
    assert_eq!(found["product"], json!({"name": "Mug", "availableQuantity": 5}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_bad_row_can_refuse_the_whole_file() {
    let api = Api::start().await;
    let staff = api.staff("staff", [Permission::ProductsManage]).await;
    let job = import(&api, &staff, file_server(FILE).await, "REJECT_EVERYTHING").await;
    assert_eq!((&job["status"], &job["processed"]), (&json!("FAILED"), &json!(0)));
    let found = api.data(&staff, r#"{ product(by: {sku: "A-1"}) { name } }"#).await;
    assert_eq!(found["product"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_holds_every_product_and_only_its_owner_and_staff_see_the_job() {
    let api = Api::start().await;
    let records: Vec<_> = (0..150).map(|n| api.shop.product(&format!("product-{n}"))).collect();
    api.shop.stock(&records.iter().collect::<Vec<_>>()).await;
    let staff = api.staff("staff", [Permission::ProductsManage]).await;
    let start = "mutation { exportStart(kind: PRODUCTS, format: CSV) { job { id } userErrors { code } } }";
    let id = api.data(&staff, start).await["exportStart"]["job"]["id"].clone();
    assert!(api.transfers.step().await.expect("the job is done"));
    assert!(!api.transfers.step().await.expect("none is left"));
    let progress =
        format!("subscription {{ jobProgress(jobId: {id}) {{ status processed total resultUrl }} }}");
    let event = api.data(&staff, &progress).await["jobProgress"].clone();
    assert_eq!((&event["status"], &event["total"]), (&json!("SUCCEEDED"), &json!(150)));
    let job: JobId = global_id::read(id.as_str().unwrap()).unwrap();
    let Some(ExportFile::Ready { path, name }) = api.services.transfers.file(&staff, job).await.unwrap()
    else {
        panic!("a file")
    };
    assert_eq!(name, "products.csv");
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text.lines().count(), 151);
    assert!(text.contains("PRODUCT-149,product 149,10.00,"), "{}", text.lines().nth(1).unwrap());
    let stranger = api.customer("stranger").await;
    let seen = api.data(&stranger, &format!("{{ job(id: {id}) {{ status }} }}")).await;
    assert_eq!(seen["job"], Value::Null);
    assert!(api.services.transfers.file(&stranger, job).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_kept_for_a_day_and_no_longer() {
    let api = Api::start().await;
    api.shop.stock(&[&api.shop.product("mug")]).await;
    let staff = api.staff("staff", [Permission::ProductsManage]).await;
    let start = "mutation { exportStart(kind: STOCK, format: CSV) { job { id } userErrors { code } } }";
    let id = api.data(&staff, start).await["exportStart"]["job"]["id"].clone();
    assert!(api.transfers.step().await.unwrap());
    let job: JobId = global_id::read(id.as_str().unwrap()).unwrap();
    let Some(ExportFile::Ready { path, .. }) = api.services.transfers.file(&staff, job).await.unwrap() else {
        panic!("a file")
    };
    // What a worker that died left of it, and what is none of the shop's business.
    let (part, other) = (path.with_extension("part"), path.with_file_name("notes.csv"));
    for leftover in [&part, &other] {
        std::fs::write(leftover, "x").unwrap();
    }
    let ask = format!("{{ job(id: {id}) {{ status resultUrl resultExpiresAt }} }}");
    let before = api.data(&staff, &ask).await["job"].clone();
    assert_eq!(before["resultExpiresAt"], "2026-01-02T00:00:00.000Z");
    api.shop.pass(std::time::Duration::from_secs(24 * 3600 - 1));
    assert_eq!(api.transfers.sweep().await.unwrap(), 0);
    assert_eq!(api.data(&staff, &ask).await["job"], before);
    api.shop.pass(std::time::Duration::from_secs(1));
    // Over by the clock, whether or not the file is gone already.
    assert_eq!(api.services.transfers.file(&staff, job).await.unwrap(), Some(ExportFile::Expired));
    assert_eq!(api.transfers.sweep().await.unwrap(), 2);
    assert!(!path.exists() && !part.exists() && other.exists());
    let after = api.data(&staff, &ask).await["job"].clone();
    assert_eq!((&after["status"], &after["resultUrl"]), (&json!("SUCCEEDED"), &Value::Null));
    let stranger = api.customer("stranger").await;
    assert_eq!(api.services.transfers.file(&stranger, job).await.unwrap(), None);
}

#[tokio::test]
async fn an_import_from_where_only_the_server_can_reach_is_refused() {
    let api = Api::with(Shop::of_this_run().await, false).await;
    let staff = api.staff("staff", [Permission::ProductsManage]).await;
    for address in
        ["http://127.0.0.1/a.csv", "https://169.254.169.254/meta", "https://[::1]/", "https://localhost/"]
    {
        let start = format!(
            r#"mutation {{ importStart(kind: PRODUCTS, format: CSV, sourceUrl: "{address}") {{ userErrors {{ path code }} }} }}"#
        );
        let refused = api.data(&staff, &start).await["importStart"].clone();
        assert_eq!(user_errors(&refused), ["sourceUrl: INVALID"], "{address}");
    }
}

#[tokio::test]
async fn files_that_name_people_are_for_those_who_manage_them() {
    let api = Api::start().await;
    let clerk = api.staff("clerk", [Permission::ProductsManage]).await;
    let both = [Permission::ProductsManage, Permission::OrdersManage];
    let manager = api.staff("manager", both).await;
    let start = |kind: &str| {
        format!(
            "mutation {{ exportStart(kind: {kind}, format: CSV) {{ job {{ id }} userErrors {{ code }} }} }}"
        )
    };
    for kind in ["ORDERS", "INTERACTIONS"] {
        assert_eq!(codes(&api.run(&clerk, &start(kind)).await), ["FORBIDDEN"], "{kind}");
    }
    let id = api.data(&manager, &start("ORDERS")).await["exportStart"]["job"]["id"].clone();
    let seen = api.data(&clerk, &format!("{{ job(id: {id}) {{ status }} }}")).await;
    assert_eq!(seen["job"], Value::Null, "nor do they fetch what others wrote");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_called_off_by_whoever_may_see_it() {
    let api = Api::start().await;
    let staff = api.staff("staff", [Permission::ProductsManage]).await;
    let start = "mutation { exportStart(kind: PRODUCTS, format: CSV) { job { id } userErrors { code } } }";
    let id = api.data(&staff, start).await["exportStart"]["job"]["id"].clone();
    let cancel = format!(
        "mutation {{ jobCancel(id: {id}) {{ job {{ status finishedAt }} userErrors {{ path code }} }} }}"
    );
    let stranger = api.customer("stranger").await;
    assert_eq!(user_errors(&api.data(&stranger, &cancel).await["jobCancel"]), ["id: NOT_FOUND"]);
    let job: JobId = global_id::read(id.as_str().unwrap()).unwrap();
    // A worker is at it: it learns of the end when it next tells how far it is.
    let lease = std::time::Duration::from_secs(60);
    let mut work = api.shop.begin().await;
    assert_eq!(work.claim_job(&["export"], lease, api.shop.now()).await.unwrap().unwrap().id, job);
    work.save().await.unwrap();
    for _ in 0..2 {
        assert_eq!(api.data(&staff, &cancel).await["jobCancel"]["job"]["status"], "CANCELLED");
    }
    let mut work = api.shop.begin().await;
    assert!(!work.update_job_progress(job, Default::default(), lease, api.shop.now()).await.unwrap());
    work.finish_job(job, JobStatus::Succeeded, Some("/x"), None, api.shop.now()).await.unwrap();
    work.save().await.unwrap();
    let after = &api.shop.store.jobs(&[job]).await.unwrap()[&job];
    assert_eq!((after.status, after.result_url.as_ref()), (JobStatus::Cancelled, None), "its end stands");
    assert!(!api.transfers.step().await.unwrap());
}

#[tokio::test]
async fn a_purchase_is_verified_by_an_order_that_was_paid_and_kept() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let maria = api.customer("maria").await;
    let submit = format!(
        "mutation {{ reviewSubmit(productId: \"{}\", rating: 5) {{ review {{ verifiedPurchase }} userErrors {{ code }} }} }}",
        mug.product.id.global().as_str()
    );
    let verified =
        async || api.data(&maria, &submit).await["reviewSubmit"]["review"]["verifiedPurchase"].clone();
    let order = super::checkout::place(&api, &maria, 1).await;
    assert_eq!(verified().await, false, "placed is not paid");
    let pay = format!(
        r#"mutation {{ paymentInitialize(input: {{orderId: {}, gateway: "sandbox", paymentMethod: "card_succeeds",
            idempotencyKey: "k"}}) {{ payment {{ id status }} userErrors {{ code }} }} }}"#,
        order["id"]
    );
    let paid = api.data(&maria, &pay).await["paymentInitialize"]["payment"].clone();
    assert_eq!((&paid["status"], verified().await), (&json!("PAID"), json!(true)));
    let staff = api.staff("staff", [Permission::PaymentsManage]).await;
    let refund = format!(
        r#"mutation {{ paymentRefund(input: {{paymentId: {}, idempotencyKey: "r"}}) {{ userErrors {{ code }} }} }}"#,
        paid["id"]
    );
    api.data(&staff, &refund).await;
    assert_eq!(verified().await, false, "what went back was not kept");
}

#[tokio::test]
async fn a_review_is_shown_once_a_moderator_has_read_it() {
    let api = Api::start().await;
    let mug = api.shop.product("mug");
    api.shop.stock(&[&mug]).await;
    let maria = api.customer("maria").await;
    let id = api.data(&nobody(), r#"{ product(by: {slug: "mug"}) { id } }"#).await["product"]["id"].clone();
    let submit = |rating: i64, body: &str| {
        format!(
            "mutation {{ reviewSubmit(productId: {id}, rating: {rating}, title: \"Good\", body: {}) {{
                review {{ id status rating verifiedPurchase body }} userErrors {{ path code }} }} }}",
            json!(body)
        )
    };
    let wrong = api.data(&maria, &submit(6, &"x".repeat(6_000))).await["reviewSubmit"].clone();
    assert_eq!(user_errors(&wrong), ["rating: OUT_OF_RANGE", "body: OUT_OF_RANGE"]);
    let review = api.data(&maria, &submit(4, "holds coffee")).await["reviewSubmit"]["review"].clone();
    assert_eq!((&review["status"], &review["verifiedPurchase"]), (&json!("PENDING"), &json!(false)));
    let shown = r#"{ product(by: {slug: "mug"}) { rating { count } reviews { nodes { body } } } }"#;
    assert_eq!(api.data(&nobody(), shown).await["product"]["rating"]["count"], 0);
    let moderator = api.staff("moderator", [Permission::ReviewsModerate]).await;
    let queue = api.data(&moderator, "{ reviewQueue { nodes { id } } }").await;
    assert_eq!(queue["reviewQueue"]["nodes"], json!([{"id": review["id"]}]));
    let publish = format!(
        "mutation {{ reviewModerate(reviewId: {}, status: PUBLISHED) {{ review {{ status }} userErrors {{ code }} }} }}",
        review["id"]
    );
    assert_eq!(codes(&api.run(&maria, &publish).await), ["FORBIDDEN"]);
    api.data(&moderator, &publish).await;
    let product = api.data(&nobody(), shown).await["product"].clone();
    assert_eq!(product, json!({"rating": {"count": 1}, "reviews": {"nodes": [{"body": "holds coffee"}]}}));
}

#[tokio::test]
async fn who_wishes_for_a_product_hears_of_its_return_and_of_a_lower_price() {
    let api = Api::start().await;
    let mut mug = api.shop.product("mug");
    mug.variants[0].stock.on_hand = 0;
    api.shop.stock(&[&mug]).await;
    let maria = api.customer("maria").await;
    let staff = api.staff("staff", [Permission::ProductsManage]).await;
    let product = api.data(&nobody(), r#"{ product(by: {slug: "mug"}) { id variants { id } } }"#).await;
    let (id, variant) = (&product["product"]["id"], &product["product"]["variants"][0]["id"]);
    api.data(&maria, &format!("mutation {{ wishlistAdd(productId: {id}) {{ userErrors {{ code }} }} }}"))
        .await;
    let adjust = format!(
        "mutation {{ stockAdjust(variantId: {variant}, delta: 3, idempotencyKey: \"k\") {{ userErrors {{ code }} }} }}"
    );
    for _ in 0..2 {
        api.data(&staff, &adjust).await;
    }
    let letters = api.letters().await;
    assert_eq!((letters.len(), letters[0].subject.as_str()), (1, "mug is back"));
    api.shop.pass(std::time::Duration::from_secs(1));
    let cheaper = format!(
        r#"mutation {{ productUpdate(id: {id}, input: {{variants: [{{sku: "mug", price: {{amount: "8.50", currency: "EUR"}}}}]}}) {{
            userErrors {{ path code }} }} }}"#
    );
    assert_eq!(user_errors(&api.data(&staff, &cheaper).await["productUpdate"]), Vec::<String>::new());
    api.letters().await;
    let list = "{ me { notifications { unreadCount nodes { kind title body readAt product { slug } } } } }";
    insta::assert_json_snapshot!("notifications_about_a_wish", api.data(&maria, list).await);
    api.data(&maria, "mutation { notificationsMarkRead { success } }").await;
    let after =
        api.data(&maria, "{ me { notifications(unreadOnly: true) { unreadCount nodes { id } } } }").await;
    assert_eq!(after["me"]["notifications"], json!({"unreadCount": 0, "nodes": []}));
    let moved = api.shop.store.stock_movements(mug.variants[0].id, 10).await.unwrap();
    assert_eq!((moved.len(), moved[0].delta, moved[0].actor_id), (1, 3, staff.user()));
}
