//! The GraphQL layer: the schema, merged from one folder a domain, and what all of them share.

pub mod auth;
mod batching;
pub mod carts;
pub mod catalogue;
pub mod completion;
pub mod connection;
pub mod error;
pub mod experiments;
pub mod global_id;
pub mod interactions;
pub mod limits;
pub mod loaders;
mod messages;
pub mod metrics;
pub mod money;
pub mod node;
pub mod notifications;
pub mod operations;
pub mod orders;
pub mod payments;
pub mod people;
pub mod recommendations;
pub mod scalars;
pub mod scope;
pub mod user_error;

use std::sync::Arc;

use async_graphql::{
    Context, MergedObject, MergedSubscription, ObjectType, Schema, SchemaBuilder, SubscriptionType,
};

use crate::services::Services;

/// Every query.
#[derive(MergedObject, Default)]
pub struct Query(
    node::NodeQuery,
    people::PeopleQuery,
    catalogue::CatalogueQuery,
    carts::CartQuery,
    carts::VoucherQuery,
    orders::OrderQuery,
    catalogue::ReviewQuery,
    payments::PaymentQuery,
    recommendations::RecommendationQuery,
    experiments::ExperimentQuery,
    metrics::MetricsQuery,
    operations::OperationQuery,
    operations::JobQuery,
    operations::WebhookQuery,
);

/// Every mutation.
#[derive(MergedObject, Default)]
pub struct Mutation(
    people::AccountMutation,
    people::PeopleMutation,
    people::RecoveryMutation,
    people::AccessMutation,
    notifications::NotificationMutation,
    catalogue::CatalogueMutation,
    carts::CartMutation,
    carts::VoucherMutation,
    orders::CheckoutMutation,
    orders::OrderMutation,
    catalogue::ReviewMutation,
    payments::PaymentMutation,
    interactions::InteractionMutation,
    recommendations::RecommendationMutation,
    experiments::ExperimentMutation,
    operations::OperationMutation,
    operations::JobMutation,
    operations::WebhookMutation,
);

/// Every subscription.
#[derive(MergedSubscription, Default)]
pub struct Subscription(
    recommendations::RecommendationSubscription,
    metrics::MetricsSubscription,
    carts::CartSubscription,
    orders::OrderSubscription,
    notifications::NotificationSubscription,
    operations::JobSubscription,
);

/// The schema as served.
pub type ShopSchema = Schema<Query, Mutation, Subscription>;

/// The schema over `services`; the limits come on top of it as an extension.
pub fn schema(services: Arc<Services>) -> SchemaBuilder<Query, Mutation, Subscription> {
    declare(Schema::build(Query::default(), Mutation::default(), Subscription::default())).data(services)
}

/// The text of `schema.graphql`: what the binary serves, printed without any back end.
pub fn sdl() -> String {
    declare(Schema::build(Query::default(), Mutation::default(), Subscription::default())).finish().sdl()
}

fn declare<Q, M, S>(builder: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    builder
        .register_output_type::<user_error::UserError>()
        .register_output_type::<node::Node>()
        .extension(error::ErrorBoundary)
        .extension(completion::CompleteResults)
        .extension(batching::RunBatches)
}

/// The use cases this schema runs on.
pub(crate) fn services<'a>(ctx: &Context<'a>) -> &'a Services {
    ctx.data_unchecked::<Arc<Services>>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_file_is_what_the_binary_serves() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
        let served = sdl();
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &served).unwrap();
        }
        assert!(
            std::fs::read_to_string(path).unwrap_or_default() == served,
            "schema.graphql is stale: run `shelfwise schema > schema.graphql`, or this test with UPDATE_SCHEMA=1"
        );
    }
}
