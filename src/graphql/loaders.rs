//! The loaders: what the fields of one request ask for one by one is read from the store in batches.
//!
//! Nothing is remembered between batches: a request that writes reads its own writes, and a subscription that lives for
//! hours never serves what it read at its beginning.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};

use super::auth::caller;
use super::batching::Gate;
use super::error::{GraphqlError, GraphqlResult};
use crate::domain::cart::{Cart, CartLine, Voucher};
use crate::domain::catalogue::{Brand, Category, Product, Variant};
use crate::domain::experiment::Experiment;
use crate::domain::fulfillment::{Fulfillment, TrackingEvent};
use crate::domain::ids::{
    BrandId, CartId, CategoryId, ExperimentId, FulfillmentId, NotificationId, OrderId, OrderLineId,
    PaymentId, ProductId, RefundId, ReviewId, UserId, VariantId, VisitorId, WebhookId,
};
use crate::domain::limits;
use crate::domain::notification::Notification;
use crate::domain::order::{Order, OrderEvent, OrderLine};
use crate::domain::payment::{Payment, PaymentEvent, Refund};
use crate::domain::people::{Address, User, Visitor};
use crate::domain::recommendation::TrainingRun;
use crate::domain::review::{ProductStats, Review};
use crate::domain::webhook::WebhookDelivery;
use crate::services::catalogue::may_see;
use crate::services::error::ServiceError;
use crate::storage::reviews::ReviewSort;
use crate::storage::{Page, Result as StorageResult, Storage};

/// The loaders of one request.
pub type Loaders = DataLoader<Batches>;

/// Reads batches from the store.
pub struct Batches {
    storage: Arc<dyn Storage>,
    user: Option<UserId>,
}

impl Batches {
    pub(super) fn storage(&self) -> &dyn Storage {
        self.storage.as_ref()
    }

    /// For one request; `user` is whose wishlist [`Wished`] looks at.
    pub(super) fn loaders(storage: Arc<dyn Storage>, user: Option<UserId>, gate: Arc<Gate>) -> Loaders {
        // The gate knows when to read; waiting on top of that would only cost time.
        DataLoader::new(Self { storage, user }, move |batch| gate.hold(batch)).delay(Duration::ZERO)
    }
}

/// The variants of a product, the default first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VariantsOf(pub ProductId);
/// The pieces of a product that can be bought now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AvailableOf(pub ProductId);
/// What happened to a product, ratings included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatsOf(pub ProductId);
/// The first published reviews of a product, in an order, so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FirstReviewsOf(pub ProductId, pub ReviewSort, pub usize);
/// The latest deliveries to a server, so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeliveriesTo(pub WebhookId, pub usize);
/// Whether the caller wished for a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Wished(pub ProductId);
/// The products on sale in a category and below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProductCountOf(pub CategoryId);
/// The postal addresses of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressesOf(pub UserId);
/// The latest trainings of a strategy, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrainingRunsOf(pub &'static str);
/// The active cart of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ActiveCartOf(pub UserId);
/// The lines of a cart, in the order they were added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CartLinesOf(pub CartId);
/// The vouchers of a cart, in the order they were applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CartVouchersOf(pub CartId);
/// The lines of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderLinesOf(pub OrderId);
/// What happened to an order, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderEventsOf(pub OrderId);
/// The parcels of an order, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FulfillmentsOf(pub OrderId);
/// What carriers said about a parcel, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TrackingEventsOf(pub FulfillmentId);
/// The payments of an order, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaymentsOf(pub OrderId);
/// The refunds of an order, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefundsOf(pub OrderId);
/// What happened to a payment, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaymentEventsOf(pub PaymentId);
/// The category tree, parents before children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WholeTree;

type Loaded<K, V> = Result<HashMap<K, V>, Arc<ServiceError>>;

fn shared<K, V>(read: StorageResult<HashMap<K, V>>) -> Loaded<K, V> {
    read.map_err(|error| Arc::new(ServiceError::from(error)))
}

fn behind_arc<K: Hash + Eq, V>(read: StorageResult<HashMap<K, V>>) -> Loaded<K, Arc<V>> {
    Ok(shared(read)?.into_iter().map(|(key, value)| (key, Arc::new(value))).collect())
}

macro_rules! loads_by_id {
    ($($id:ty => $value:ty: $read:ident;)+) => {$(
        impl Loader<$id> for Batches {
            type Value = Arc<$value>;
            type Error = Arc<ServiceError>;

            async fn load(&self, ids: &[$id]) -> Loaded<$id, Self::Value> {
                behind_arc(self.storage.$read(ids).await)
            }
        }
    )+};
}

loads_by_id! {
    ProductId => Product: products;
    VariantId => Variant: variants;
    CategoryId => Category: categories;
    BrandId => Brand: brands;
    ReviewId => Review: reviews;
    UserId => User: users;
    VisitorId => Visitor: visitors;
    OrderId => Order: orders;
    OrderLineId => OrderLine: order_lines;
    NotificationId => Notification: notifications;
    PaymentId => Payment: payments;
    RefundId => Refund: refunds;
    ExperimentId => Experiment: experiments;
}

macro_rules! loads_of_owner {
    ($($key:ident => $value:ty: $read:ident;)+) => {$(
        impl Loader<$key> for Batches {
            type Value = $value;
            type Error = Arc<ServiceError>;

            async fn load(&self, keys: &[$key]) -> Loaded<$key, Self::Value> {
                let owners: Vec<_> = keys.iter().map(|key| key.0).collect();
                let read = shared(self.storage.$read(&owners).await)?;
                Ok(read.into_iter().map(|(owner, value)| ($key(owner), value.into())).collect())
            }
        }
    )+};
}

loads_of_owner! {
    VariantsOf => Arc<[Variant]>: variants_of;
    AvailableOf => i64: available_quantities;
    StatsOf => ProductStats: product_stats;
    ProductCountOf => i64: category_product_counts;
    AddressesOf => Arc<[Address]>: addresses_of;
    ActiveCartOf => Arc<Cart>: active_carts_of;
    CartLinesOf => Arc<[CartLine]>: cart_lines_of;
    CartVouchersOf => Arc<[Voucher]>: cart_vouchers_of;
    OrderLinesOf => Arc<[OrderLine]>: order_lines_of;
    OrderEventsOf => Arc<[OrderEvent]>: order_events_of;
    FulfillmentsOf => Arc<[Fulfillment]>: fulfillments_of;
    PaymentsOf => Arc<[Payment]>: payments_of;
    RefundsOf => Arc<[Refund]>: refunds_of;
    PaymentEventsOf => Arc<[PaymentEvent]>: payment_events_of;
    TrackingEventsOf => Arc<[TrackingEvent]>: tracking_events_of;
}

impl Loader<Wished> for Batches {
    type Value = bool;
    type Error = Arc<ServiceError>;

    async fn load(&self, keys: &[Wished]) -> Loaded<Wished, bool> {
        let Some(user) = self.user else { return Ok(HashMap::new()) };
        let products: Vec<_> = keys.iter().map(|key| key.0).collect();
        let wished = self.storage.on_wishlist(user, &products).await;
        let wished = wished.map_err(|error| Arc::new(ServiceError::from(error)))?;
        Ok(wished.into_iter().map(|product| (Wished(product), true)).collect())
    }
}

impl Loader<FirstReviewsOf> for Batches {
    type Value = Page<Review>;
    type Error = Arc<ServiceError>;

    /// One statement for each order and length that is asked for.
    async fn load(&self, keys: &[FirstReviewsOf]) -> Loaded<FirstReviewsOf, Self::Value> {
        let mut kinds: HashMap<(ReviewSort, usize), Vec<ProductId>> = HashMap::new();
        for FirstReviewsOf(product, sort, limit) in keys {
            kinds.entry((*sort, *limit)).or_default().push(*product);
        }
        let mut loaded = HashMap::with_capacity(keys.len());
        for ((sort, limit), products) in kinds {
            let pages = shared(self.storage.first_reviews_of(&products, sort, limit).await)?;
            let keyed = pages.into_iter();
            loaded.extend(keyed.map(|(product, page)| (FirstReviewsOf(product, sort, limit), page)));
        }
        Ok(loaded)
    }
}

impl Loader<DeliveriesTo> for Batches {
    type Value = Arc<[WebhookDelivery]>;
    type Error = Arc<ServiceError>;

    /// One statement for each length that is asked for.
    async fn load(&self, keys: &[DeliveriesTo]) -> Loaded<DeliveriesTo, Self::Value> {
        let mut lengths: HashMap<usize, Vec<WebhookId>> = HashMap::new();
        for DeliveriesTo(webhook, limit) in keys {
            lengths.entry(*limit).or_default().push(*webhook);
        }
        let mut loaded = HashMap::with_capacity(keys.len());
        for (limit, webhooks) in lengths {
            let found = shared(self.storage.deliveries_of(&webhooks, limit).await)?;
            loaded
                .extend(found.into_iter().map(|(webhook, sent)| (DeliveriesTo(webhook, limit), sent.into())));
        }
        Ok(loaded)
    }
}

impl Loader<TrainingRunsOf> for Batches {
    type Value = Arc<[TrainingRun]>;
    type Error = Arc<ServiceError>;

    async fn load(&self, keys: &[TrainingRunsOf]) -> Loaded<TrainingRunsOf, Self::Value> {
        let strategies: Vec<String> = keys.iter().map(|key| key.0.to_owned()).collect();
        let mut runs = shared(self.storage.training_runs_of(&strategies, limits::PAGE).await)?;
        Ok(keys.iter().filter_map(|key| Some((*key, runs.remove(key.0)?.into()))).collect())
    }
}

impl Loader<WholeTree> for Batches {
    type Value = Arc<[Category]>;
    type Error = Arc<ServiceError>;

    async fn load(&self, _: &[WholeTree]) -> Loaded<WholeTree, Self::Value> {
        let tree = self.storage.category_tree().await;
        let tree = tree.map_err(|error| Arc::new(ServiceError::from(error)))?;
        Ok(HashMap::from([(WholeTree, tree.into())]))
    }
}

/// Loads one value in the batch of its kind.
pub async fn load<K>(ctx: &Context<'_>, key: K) -> GraphqlResult<Option<<Batches as Loader<K>>::Value>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Batches: Loader<K, Error = Arc<ServiceError>>,
{
    loaders(ctx)?.load_one(key).await.map_err(GraphqlError::from)
}

/// Loads several values in the batch of their kind.
pub async fn load_many<K>(
    ctx: &Context<'_>,
    keys: impl IntoIterator<Item = K>,
) -> GraphqlResult<HashMap<K, <Batches as Loader<K>>::Value>>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Batches: Loader<K, Error = Arc<ServiceError>>,
{
    loaders(ctx)?.load_many(keys).await.map_err(GraphqlError::from)
}

fn loaders<'a>(ctx: &Context<'a>) -> GraphqlResult<&'a Loaders> {
    ctx.data_opt::<Loaders>()
        .ok_or_else(|| GraphqlError::internal("the request was not prepared with loaders"))
}

/// A product the caller may see; `None` when there is none, or it is not on sale and the caller does not manage products.
pub async fn visible_product(ctx: &Context<'_>, id: ProductId) -> GraphqlResult<Option<Arc<Product>>> {
    Ok(load(ctx, id).await?.filter(|product| may_see(caller(ctx), product)))
}
