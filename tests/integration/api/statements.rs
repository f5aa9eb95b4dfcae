//! Statements sent to the database: as many for a hundred rows as for one.

use shelfwise::domain::caller::{Caller, Permission};
use shelfwise::domain::cart::{Cart, CartLine, CartStatus};
use shelfwise::domain::fulfillment::{Fulfillment, FulfillmentStatus};
use shelfwise::domain::money::Currency;
use shelfwise::domain::notification::{Notification, NotificationKind};
use shelfwise::domain::order::{OrderEvent, OrderStatus};
use shelfwise::domain::payment::{Refund, RefundStatus};
use shelfwise::domain::review::{Review, ReviewStatus};

use super::Api;

/// A hundred products, each with a brand, a category and a review by a customer of its own.
async fn crowded() -> (Api, Caller) {
    let api = Api::start().await;
    let shop = &api.shop;
    let root = shop.category("root", None);
    let mut categories = vec![root.clone()];
    let mut brands = Vec::new();
    let mut records = Vec::new();
    for n in 0..100 {
        let category = shop.category(&format!("category-{n}"), Some(root.id));
        let brand = shop.brand(&format!("brand-{n}"));
        let mut record = shop.product(&format!("product-{n}"));
        record.product.category_id = Some(category.id);
        record.product.brand_id = Some(brand.id);
        categories.push(category);
        brands.push(brand);
        records.push(record);
    }
    let mut work = shop.begin().await;
    work.upsert_categories(&categories).await.expect("categories");
    work.upsert_brands(&brands).await.expect("brands");
    work.upsert_products(&records).await.expect("products");
    let manager = shop.user("manager");
    work.insert_user(&manager).await.expect("a user");
    for (n, record) in records.iter().enumerate() {
        let user = shop.user(&format!("customer-{n}"));
        work.insert_user(&user).await.expect("a user");
        work.add_to_wishlist(manager.id, record.product.id, shop.now()).await.expect("a wish");
        let cart = Cart {
            id: shop.id(),
            token_hash: None,
            user_id: Some(user.id),
            status: CartStatus::Active,
            currency: Currency::EUR,
            email: None,
            shipping_address: None,
            billing_address: None,
            shipping_option_id: None,
            order_id: None,
            created_at: shop.now(),
            updated_at: shop.now(),
            expires_at: None,
            version: 1,
        };
        work.insert_cart(&cart).await.expect("a cart");
        let line = CartLine {
            id: shop.id(),
            variant_id: record.variants[0].id,
            quantity: 1,
            price_when_added_minor: 900,
            recommendation_id: None,
            added_at: shop.now(),
        };
        work.save_cart_lines(cart.id, &[line]).await.expect("a line");
        let order = shop.order(&format!("O-{n}"), Some(user.id), &[record]);
        work.insert_order(&order).await.expect("an order");
        let placed = OrderEvent {
            id: shop.id(),
            order_id: order.order.id,
            kind: "PLACED".to_owned(),
            from: None,
            to: Some(OrderStatus::Created),
            actor_id: Some(user.id),
            message: None,
            created_at: shop.now(),
        };
        work.insert_order_event(&placed).await.expect("an event");
        let parcel = Fulfillment {
            id: shop.id(),
            order_id: order.order.id,
            status: FulfillmentStatus::Pending,
            lines: vec![(order.lines[0].id, 1)],
            carrier: None,
            tracking_number: None,
            tracking_url: None,
            created_at: shop.now(),
            updated_at: shop.now(),
        };
        work.save_fulfillment(&parcel).await.expect("a parcel");
        let payment = shop.payment(&order.order);
        work.insert_payment(&payment).await.expect("a payment");
        let refund = Refund {
            id: shop.id(),
            payment_id: payment.id,
            order_id: order.order.id,
            amount: order.order.money(100),
            reason: None,
            status: RefundStatus::Succeeded,
            lines: vec![(order.lines[0].id, 1)],
            restock: false,
            idempotency_key: format!("refund-{n}"),
            created_at: shop.now(),
            updated_at: shop.now(),
        };
        work.insert_refund(&refund).await.expect("a refund");
        let notification = Notification {
            id: shop.id(),
            user_id: manager.id,
            kind: NotificationKind::OrderStatus,
            title: "news".to_owned(),
            body: String::new(),
            order_id: Some(order.order.id),
            product_id: Some(record.product.id),
            read_at: None,
            created_at: shop.now(),
        };
        work.insert_notifications(&[notification]).await.expect("a notification");
        let review = Review {
            id: shop.id(),
            product_id: record.product.id,
            user_id: Some(user.id),
            rating: 4,
            title: None,
            body: String::new(),
            verified_purchase: false,
            status: ReviewStatus::Published,
            created_at: shop.now(),
            updated_at: shop.now(),
        };
        work.save_review(&review).await.expect("a review");
    }
    work.save().await.expect("saved");
    let staff = Permission::ALL.into_iter().collect();
    let mut caller = api.as_user(&manager);
    if let Some(signed_in) = &mut caller.signed_in {
        signed_in.permissions = staff;
    }
    (api, caller)
}

const PRODUCT: &str =
    "id slug name tags images { url } attributes { key } price { amount } availableQuantity inWishlist
    brand { name } category { name parent { name } ancestors { name } children { name } productCount }
    variants { sku price { amount } stock { onHand } product { slug } } defaultVariant { sku }
    reviews(first: 3) { totalCount nodes { rating author { displayName } } }
    rating { average } stats { viewCount } sustainability { score } version";

#[tokio::test]
async fn an_operation_sends_as_many_statements_for_a_hundred_rows_as_for_one() {
    let (api, caller) = crowded().await;
    // It reads behind, now and then; only the operations' own statements are to be counted.
    api.live.shutdown().await;
    let operations: [(&str, &dyn Fn(usize) -> String); 9] = [
        ("products", &|n| {
            format!("{{ products(first: {n}) {{ totalCount facets {{ key }} nodes {{ {PRODUCT} }} }} }}")
        }),
        ("search", &|n| {
            format!("{{ products(first: {n}, search: \"product\") {{ nodes {{ {PRODUCT} }} }} }}")
        }),
        ("wishlist", &|n| {
            format!("{{ me {{ wishlist(first: {n}) {{ totalCount nodes {{ {PRODUCT} }} }} }} }}")
        }),
        ("orders", &|n| {
            format!(
                "{{ orders(first: {n}) {{ totalCount nodes {{ number user {{ displayName }} cost {{ total {{ amount }} }}
                lines {{ sku product {{ name }} variant {{ sku }} }} events {{ kind actor {{ displayName }} }}
                fulfillments {{ status lines {{ orderLine {{ sku }} }} trackingEvents {{ status }} }} }} }} }}"
            )
        }),
        ("payments", &|n| {
            format!(
                "{{ orders(first: {n}) {{ nodes {{ number payments {{ status gateway {{ id }} idempotencyKey
                events {{ kind }} order {{ number }} }} refunds {{ amount {{ amount }} payment {{ id }} lines {{ sku }} }} }} }} }}"
            )
        }),
        ("notifications", &|n| {
            format!(
                "{{ me {{ notifications(first: {n}) {{ unreadCount nodes {{ title order {{ number lines {{ sku }} }}
                product {{ name price {{ amount }} }} }} }} }} }}"
            )
        }),
        ("reviews", &|n| {
            format!(
                "{{ reviewQueue(status: PUBLISHED, first: {n}) {{ nodes {{ rating author {{ displayName }} product {{ name }} }} }} }}"
            )
        }),
        ("carts", &|n| {
            format!(
                "{{ users(first: {n}) {{ nodes {{ cart {{ cost {{ total {{ amount }} }} problems {{ code }}
                lines {{ quantity variant {{ product {{ name }} }} }} vouchers {{ code }} }} }} }} }}"
            )
        }),
        ("users", &|n| {
            format!(
                "{{ users(first: {n}) {{ totalCount nodes {{ email addresses {{ id }} preferences {{ updatedAt }} }} }} }}"
            )
        }),
    ];
    for (name, operation) in operations {
        let mut counts = Vec::new();
        for rows in [1, 100] {
            let before = api.shop.store.statements_executed();
            api.data(&caller, &operation(rows)).await;
            counts.push(api.shop.store.statements_executed() - before);
        }
        assert_eq!(counts[0], counts[1], "{name}: statements for 1 and for 100 rows");
        assert!(counts[0] <= 25, "{name}: {} statements", counts[0]);
    }
}
