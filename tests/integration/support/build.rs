//! Builders: the least that makes a valid entity, to be changed where a test cares.

use shelfwise::domain::catalogue::{Brand, Category, Product, ProductStatus, Stock, Variant};
use shelfwise::domain::ids::{CategoryId, OrderId, ProductId, UserId};
use shelfwise::domain::interaction::{Interaction, InteractionKind, Subject};
use shelfwise::domain::money::{Currency, Money};
use shelfwise::domain::order::{Order, OrderCost, OrderLine, OrderStatus};
use shelfwise::domain::payment::{Payment, PaymentStatus, PaymentTerms};
use shelfwise::domain::people::{Session, User, Visitor};
use shelfwise::domain::text::{Email, Sku, Slug};
use shelfwise::storage::catalogue::ProductRecord;
use shelfwise::storage::orders::OrderRecord;

use super::shop::Shop;

pub(crate) fn euro(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

impl Shop {
    /// An active product with one variant: 10.00 EUR, ten pieces.
    pub(crate) fn product(&self, slug: &str) -> ProductRecord {
        let now = self.now();
        let id: ProductId = self.id();
        let product = Product {
            id,
            slug: Slug::parse(slug).expect("a slug"),
            status: ProductStatus::Active,
            name: slug.replace('-', " "),
            description: String::new(),
            brand_id: None,
            category_id: None,
            tags: vec![],
            images: vec![],
            attributes: vec![],
            sustainability: None,
            price: euro(1000),
            compare_at_price: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        ProductRecord { product, variants: vec![self.variant(id, slug)] }
    }

    pub(crate) fn variant(&self, product_id: ProductId, sku: &str) -> Variant {
        let now = self.now();
        Variant {
            id: self.id(),
            product_id,
            sku: Sku::parse(sku).expect("a sku"),
            name: "Standard".to_owned(),
            options: vec![],
            price: euro(1000),
            compare_at_price: None,
            weight_grams: None,
            stock: Stock { on_hand: 10, reserved: 0, updated_at: now },
            position: 0,
            created_at: now,
            updated_at: now,
        }
    }

    pub(crate) fn category(&self, slug: &str, parent_id: Option<CategoryId>) -> Category {
        let slug = Slug::parse(slug).expect("a slug");
        Category { id: self.id(), name: slug.to_string(), slug, parent_id, created_at: self.now() }
    }

    pub(crate) fn brand(&self, slug: &str) -> Brand {
        let slug = Slug::parse(slug).expect("a slug");
        Brand { id: self.id(), name: slug.to_string(), slug, created_at: self.now() }
    }

    pub(crate) fn user(&self, name: &str) -> User {
        User {
            email: Some(Email::parse(&format!("{name}@example.org")).expect("an address")),
            email_verified: true,
            ..User::new(self.id(), name.to_owned(), self.now())
        }
    }

    pub(crate) fn visitor(&self) -> Visitor {
        Visitor { id: self.id(), user_id: None, created_at: self.now() }
    }

    pub(crate) fn session(&self, user_id: UserId) -> Session {
        Session {
            id: self.id(),
            user_id,
            created_at: self.now(),
            last_used_at: self.now(),
            expires_at: self.now() + std::time::Duration::from_secs(3600),
            revoked_at: None,
            user_agent: None,
        }
    }

    pub(crate) fn interaction(
        &self,
        subject: Subject,
        product_id: ProductId,
        kind: InteractionKind,
    ) -> Interaction {
        Interaction {
            event_id: self.id::<uuid::Uuid>().to_string(),
            subject,
            product_id,
            kind,
            occurred_at: self.now(),
            duration_ms: None,
            quantity: 1,
            recommendation_id: None,
            position: None,
            order_id: None,
            context: None,
        }
    }

    /// A paid order of one piece of each of these.
    pub(crate) fn order(
        &self,
        number: &str,
        user_id: Option<UserId>,
        bought: &[&ProductRecord],
    ) -> OrderRecord {
        let id: OrderId = self.id();
        let lines: Vec<OrderLine> = (0..)
            .zip(bought)
            .map(|(position, record)| {
                let variant = record.variants.first().expect("a variant");
                OrderLine {
                    id: self.id(),
                    order_id: id,
                    position,
                    product_id: record.product.id,
                    variant_id: variant.id,
                    product_name: record.product.name.clone(),
                    sku: variant.sku.to_string(),
                    quantity: 1,
                    fulfilled_quantity: 0,
                    refunded_quantity: 0,
                    unit_price_minor: variant.price.minor(),
                    discount_minor: 0,
                    tax_minor: 0,
                    total_minor: variant.price.minor(),
                    recommendation_id: None,
                }
            })
            .collect();
        let total = lines.iter().map(|line| line.total_minor).sum();
        let order = Order {
            id,
            number: number.to_owned(),
            user_id,
            email: None,
            status: OrderStatus::Paid,
            payment_status: PaymentStatus::Paid,
            cost: OrderCost {
                currency: Currency::EUR,
                subtotal_minor: total,
                discount_minor: 0,
                shipping_minor: 0,
                tax_minor: 0,
                total_minor: total,
                tax_lines: vec![],
            },
            paid_minor: total,
            refunded_minor: 0,
            shipping_address: None,
            billing_address: None,
            shipping_option: None,
            vouchers: vec![],
            note: None,
            placed_at: self.now(),
            updated_at: self.now(),
            expires_at: None,
            cancelled_at: None,
            cancel_reason: None,
            version: 1,
        };
        OrderRecord { order, lines }
    }

    /// A payment that paid for all of an order.
    pub(crate) fn payment(&self, order: &Order) -> Payment {
        Payment {
            id: self.id(),
            order_id: order.id,
            gateway: "sandbox".to_owned(),
            status: PaymentStatus::Paid,
            currency: order.cost.currency,
            amount_minor: order.cost.total_minor,
            captured_minor: order.cost.total_minor,
            refunded_minor: 0,
            gateway_reference: None,
            terms: PaymentTerms::default(),
            next_action: None,
            idempotency_key: format!("paid:{}", order.id),
            created_at: self.now(),
            updated_at: self.now(),
            version: 1,
        }
    }

    /// Puts products into the store.
    pub(crate) async fn stock(&self, records: &[&ProductRecord]) {
        let mut work = self.begin().await;
        for record in records {
            work.insert_product(record).await.expect("a new product");
        }
        work.save().await.expect("saved");
    }

    /// Puts a user into the store.
    pub(crate) async fn join(&self, name: &str) -> User {
        let user = self.user(name);
        let mut work = self.begin().await;
        work.insert_user(&user).await.expect("a new user");
        work.save().await.expect("saved");
        user
    }
}
