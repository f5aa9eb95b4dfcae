//! Closing an account: nothing personal stays anywhere in the database, and nothing that was paid for is lost.

use serde_json::json;
use shelfwise::domain::caller::Permission;
use shelfwise::domain::order::OrderStatus;
use shelfwise::graphql::global_id;
use shelfwise::services::messages::Message;
use shelfwise::storage::PageRequest;
use shelfwise::storage::orders::OrderFilter;

use super::accounts::register;
use super::carts::{add, guest};
use super::checkout::{check_out, input};
use super::{Api, nobody, user_errors};
use crate::support::dump::tables;
use crate::support::on_both;

const PASSWORD: &str = "correct horse battery";
/// What only Maria says of herself.
const PERSONAL: [&str; 9] = [
    "maria",
    "lopez",
    "rosengasse",
    "48123",
    "+4973155501",
    "for my aunt",
    "too slow",
    "works.example",
    "marigold",
];

fn delivery(email: &str) -> String {
    format!(
        r#"mutation {{ cartDeliveryUpdate(email: "{email}", shippingOptionId: "standard", shippingAddress: {{
            name: "Maria Lopez", line1: "Rosengasse 7", city: "Ulm", postalCode: "48123", country: "DE",
            phone: "+4973155501"}}) {{ cart {{ id cost {{ total {{ amount }} }} }} userErrors {{ code path }} }} }}"#
    )
}

on_both! {
    async fn a_closed_account_leaves_no_word_of_its_person_in_the_database(shop: Shop) {
        let api = Api::over(shop).await;
        api.shop.stock(&[&api.shop.product("mug")]).await;
        // What she filled in as a guest comes along when she signs in.
        let first = add(&api, &nobody(), "mug", 1).await;
        api.data(&guest(&first), &delivery("maria@works.example")).await;
        let payload = register(&api, "maria@example.org", PASSWORD).await;
        let maria = api.bearer(&payload).await;
        add(&api, &maria, "mug", 1).await;
        let merge = format!(
            "mutation {{ cartMerge(guestCartToken: {}) {{ userErrors {{ code }} }} }}", first["cartToken"]
        );
        api.data(&maria, &merge).await;
        let profile = r#"mutation { profileUpdate(displayName: "Maria Lopez", phone: "+4973155501",
                avatarUrl: "https://pictures.example/maria.png") { userErrors { code path } }
            addressSave(input: {name: "Maria Lopez", line1: "Rosengasse 7", city: "Ulm", country: "DE"}) { userErrors { code } } }"#;
        assert_eq!(user_errors(&api.data(&maria, profile).await["profileUpdate"]), Vec::<String>::new());

        // Three orders: one paid, one called off in her own words, one still to be paid.
        let mut placed = Vec::new();
        for round in 0..3 {
            api.shop.pass(std::time::Duration::from_secs(1));
            add(&api, &maria, "mug", 1).await;
            let cart = api.data(&maria, &delivery("maria@works.example")).await["cartDeliveryUpdate"]["cart"].clone();
            let total = cart["cost"]["total"]["amount"].as_str().unwrap().to_owned();
            let mut request = input(&cart, &total, &format!("k{round}"));
            request["input"]["note"] = json!("for my aunt");
            if round == 0 {
                request["input"]["paymentMethod"] = json!("card_succeeds");
            }
            placed.push(check_out(&api, &maria, request).await["order"].clone());
        }
        let cancel = format!(
            r#"mutation {{ orderCancel(orderId: {}, reason: "too slow") {{ userErrors {{ code }} }} }}"#, placed[1]["id"]
        );
        api.data(&maria, &cancel).await;
        let review = r#"mutation($id: ID!) { reviewSubmit(productId: $id, rating: 5, body: "holds tea") { userErrors { code } } }"#;
        let product = api.data(&nobody(), r#"{ product(by: {slug: "mug"}) { id } }"#).await["product"]["id"].clone();
        api.run_with(&maria, review, json!({"id": product})).await;
        // She moved to another address before.
        let change = format!(
            r#"mutation {{ emailChangeRequest(newEmail: "marigold@example.org", password: "{PASSWORD}") {{ userErrors {{ code }} }} }}"#
        );
        api.data(&maria, &change).await;
        let token = api.token_for("marigold@example.org").await;
        let confirm = json!({"token": token});
        api.run_with(&nobody(), "mutation($token: String!) { emailChangeConfirm(token: $token) { success } }", confirm).await;
        assert!(api.letters().await.len() >= 5);
        let known = tables(&api.shop).await;
        let found = |word: &str| known.iter().flat_map(|table| &table.rows).any(|row| row.to_lowercase().contains(word));
        assert!(PERSONAL.into_iter().all(found), "the test knows what it looks for");

        let close = format!(r#"mutation {{ accountDelete(password: "{PASSWORD}") {{ success userErrors {{ code path }} }} }}"#);
        assert_eq!(api.data(&maria, &close).await["accountDelete"], json!({"success": true, "userErrors": []}));
        api.letters().await;
        for table in tables(&api.shop).await {
            for row in &table.rows {
                let row = row.to_lowercase();
                let left = PERSONAL.into_iter().find(|word| row.contains(word));
                assert_eq!(left, None, "in {}: {row}", table.name);
            }
        }

        let all = PageRequest::first(10, None);
        let orders = api.shop.store.list_orders(&OrderFilter::default(), &all).await.unwrap().into_nodes();
        assert_eq!(orders.len(), 3, "the orders are kept");
        assert!(orders.iter().all(|order| order.status == OrderStatus::Cancelled && order.user_id.is_none()));
        api.services.payments.reconcile().await.unwrap();
        let orders = api.shop.store.list_orders(&OrderFilter::default(), &all).await.unwrap().into_nodes();
        assert!(orders.iter().all(|order| order.owed_back().minor() == 0), "what was paid went back");
        let mug = api.shop.store.product_by_slug("mug").await.unwrap().unwrap();
        let stock = api.shop.store.variants_of(&[mug.id]).await.unwrap()[&mug.id][0].stock;
        assert_eq!((stock.on_hand, stock.reserved), (10, 0), "and so did the goods");
    }

    async fn what_was_said_to_a_person_goes_with_the_account_and_what_was_said_to_others_stays(shop: Shop) {
        let api = Api::over(shop).await;
        api.shop.stock(&[&api.shop.product("mug")]).await;
        let maria = api.bearer(&register(&api, "maria@example.org", PASSWORD).await).await;
        let paul = api.bearer(&register(&api, "paul@example.org", PASSWORD).await).await;
        let mut orders = Vec::new();
        for (caller, name) in [(&maria, "maria"), (&paul, "paul")] {
            add(&api, caller, "mug", 1).await;
            let delivery = delivery(&format!("{name}@works.example")).replace("Maria", name);
            let cart = api.data(caller, &delivery).await["cartDeliveryUpdate"]["cart"].clone();
            let mut request = input(&cart, cart["cost"]["total"]["amount"].as_str().unwrap(), "k");
            request["input"]["paymentMethod"] = json!("card_succeeds");
            orders.push(check_out(&api, caller, request).await["order"].clone());
        }
        api.letters().await;
        // Letters still to be sent: one a mail server refused by name, one to an address she wants to move to.
        let id = |order: &serde_json::Value| global_id::read(order["id"].as_str().unwrap()).unwrap();
        let refused = Message::PaymentLetter { order: id(&orders[0]) }.to_outbox(&api.shop.context);
        let moving = Message::EmailChangeLetter { user: maria.user().unwrap(), email: "marigold@example.org".to_owned() };
        let other = Message::PaymentLetter { order: id(&orders[1]) }.to_outbox(&api.shop.context);
        let mut work = api.shop.begin().await;
        work.post(&[refused.clone(), moving.to_outbox(&api.shop.context), other.clone()]).await.unwrap();
        let later = api.shop.now() + std::time::Duration::from_secs(3600);
        for (message, told) in [(&refused, "550 no maria@works.example here"), (&other, "550 no paul@works.example here")] {
            work.postpone(message.id, later, told).await.unwrap();
        }
        work.save().await.unwrap();
        let notices = async |caller: &shelfwise::domain::caller::Caller| {
            let page = PageRequest::first(100, None);
            api.shop.store.notifications_of(caller.user().unwrap(), false, &page).await.unwrap().into_nodes().len()
        };
        assert!(notices(&maria).await > 0 && notices(&paul).await == notices(&maria).await);

        let his = notices(&paul).await;
        let close = format!(r#"mutation {{ accountDelete(password: "{PASSWORD}") {{ success userErrors {{ code path }} }} }}"#);
        assert_eq!(api.data(&maria, &close).await["accountDelete"]["success"], true);
        assert_eq!((notices(&maria).await, notices(&paul).await), (0, his));
        let kept = tables(&api.shop).await;
        let rows = |name: &str| {
            let table = kept.iter().find(|table| table.name == name).unwrap();
            table.rows.join("\n").to_lowercase()
        };
        let her = maria.user().unwrap().to_string();
        for table in ["mailbox", "outbox", "notifications"] {
            for word in ["maria@", "marigold"] {
                assert!(!rows(table).contains(word), "{word} in {table}");
            }
            assert!(table == "notifications" || rows(table).contains("paul@"), "{table}: his stay");
        }
        assert!(!rows("notifications").contains(&her));
        // Nor is anything more written to her, whatever is still to be carried out.
        let before = api.letters().await.len();
        api.shop.pass(std::time::Duration::from_secs(2 * 3600));
        let letters = api.letters().await;
        assert!(letters.len() > before && letters.iter().all(|letter| letter.to.as_str().starts_with("paul@")));
    }

    async fn an_account_stays_open_while_an_order_is_partly_on_its_way(shop: Shop) {
        let api = Api::over(shop).await;
        api.shop.stock(&[&api.shop.product("mug")]).await;
        let maria = api.bearer(&register(&api, "maria@example.org", PASSWORD).await).await;
        add(&api, &maria, "mug", 2).await;
        let cart = api.data(&maria, &delivery("maria@example.org")).await["cartDeliveryUpdate"]["cart"].clone();
        let mut request = input(&cart, cart["cost"]["total"]["amount"].as_str().unwrap(), "k");
        request["input"]["paymentMethod"] = json!("card_succeeds");
        let order = check_out(&api, &maria, request).await["order"].clone();
        let staff = api.staff("staff", [Permission::OrdersManage]).await;
        let lines = api.data(&staff, &format!("{{ order(id: {}) {{ lines {{ id }} }} }}", order["id"])).await;
        let send = format!(
            "mutation {{ orderFulfill(input: {{orderId: {}, lines: [{{orderLineId: {}, quantity: 1}}]}}) {{ userErrors {{ code }} }} }}",
            order["id"], lines["order"]["lines"][0]["id"]
        );
        api.data(&staff, &send).await;
        let close = format!(r#"mutation {{ accountDelete(password: "{PASSWORD}") {{ success userErrors {{ code path }} }} }}"#);
        assert_eq!(user_errors(&api.data(&maria, &close).await["accountDelete"]), [": ORDER_PARTLY_SHIPPED"]);
        let rest = format!("mutation {{ orderFulfill(input: {{orderId: {}}}) {{ userErrors {{ code }} }} }}", order["id"]);
        api.data(&staff, &rest).await;
        assert_eq!(api.data(&maria, &close).await["accountDelete"]["success"], true);
    }
}
