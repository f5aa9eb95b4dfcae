//! Reviews as they are written and moderated.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::enums::ReviewStatus;
use super::mutation::id_argument;
use super::review::{Review, ReviewEdge};
use crate::domain::caller::Permission as Right;
use crate::domain::ids::{ProductId, ReviewId};
use crate::domain::review;
use crate::graphql::auth::{Requires, SignedIn, auth, only, signed_in_user};
use crate::graphql::connection::{PageInfo, page};
use crate::graphql::error::GraphqlResult;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::error::ServiceError;
use crate::services::reviews::Opinion;

#[derive(SimpleObject)]
struct ReviewPayload {
    review: Option<Review>,
    user_errors: Vec<UserError>,
}

impl ReviewPayload {
    fn of(answer: Result<review::Review, ServiceError>) -> GraphqlResult<Self> {
        Ok(match outcome(answer, &[])? {
            Ok(review) => Self { review: Some(review.into()), user_errors: Vec::new() },
            Err(user_errors) => Self { review: None, user_errors },
        })
    }
}

/// A page of the reviews in one state.
#[derive(SimpleObject)]
#[graphql(complex)]
struct ReviewQueue {
    edges: Vec<ReviewEdge>,
    page_info: PageInfo,
}

#[ComplexObject]
impl ReviewQueue {
    async fn nodes(&self) -> Vec<&Review> {
        self.edges.iter().map(ReviewEdge::leads_to).collect()
    }
}

#[derive(Default)]
pub struct ReviewQuery;

#[Object]
impl ReviewQuery {
    /// Reviews in one state, those that wait longest first.
    #[graphql(
        guard = "Requires(Right::ReviewsModerate)",
        directive = auth::apply(only(Right::ReviewsModerate), None, None),
        directive = cost::apply(1, per(&["first"]))
    )]
    async fn review_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "ReviewStatus::Pending")] status: ReviewStatus,
        first: Option<i32>,
        after: Option<String>,
    ) -> GraphqlResult<ReviewQueue> {
        let page = page(first, after.as_deref(), None, None)?;
        let found = services(ctx).reviews.queue(status.into(), &page).await?;
        let page_info = PageInfo::of(&found);
        Ok(ReviewQueue { page_info, edges: found.edges.into_iter().map(ReviewEdge::from).collect() })
    }
}

#[derive(Default)]
pub struct ReviewMutation;

#[Object]
impl ReviewMutation {
    /// The user's opinion of a product, shown once a moderator has read it. A second one replaces the first.
    #[graphql(guard = "SignedIn", directive = auth::apply(None, None, Some(true)))]
    async fn review_submit(
        &self,
        ctx: &Context<'_>,
        product_id: ID,
        #[graphql(desc = "1 to 5 stars.")] rating: i32,
        title: Option<String>,
        body: Option<String>,
    ) -> GraphqlResult<ReviewPayload> {
        let user = signed_in_user(ctx)?;
        let answer = match id_argument::<ProductId>("productId", &product_id) {
            Ok(product) => {
                let opinion = Opinion { product, rating: rating.into(), title, body };
                services(ctx).reviews.submit(user, opinion).await
            }
            Err(error) => Err(error),
        };
        ReviewPayload::of(answer)
    }

    /// Publishes or rejects a review, or takes it back into the queue; the product's ratings follow.
    #[graphql(
        guard = "Requires(Right::ReviewsModerate)",
        directive = auth::apply(only(Right::ReviewsModerate), None, None)
    )]
    async fn review_moderate(
        &self,
        ctx: &Context<'_>,
        review_id: ID,
        status: ReviewStatus,
    ) -> GraphqlResult<ReviewPayload> {
        let answer = match id_argument::<ReviewId>("reviewId", &review_id) {
            Ok(id) => services(ctx).reviews.moderate(id, status.into()).await,
            Err(error) => Err(error),
        };
        ReviewPayload::of(answer)
    }
}
