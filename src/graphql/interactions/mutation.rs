//! Reporting behaviour.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use serde_json::Value;

use super::InteractionType;
use crate::graphql::auth::caller;
use crate::graphql::error::GraphqlResult;
use crate::graphql::global_id;
use crate::graphql::limits::cost::{cost, per};
use crate::graphql::recommendations::read_subject;
use crate::graphql::scalars::DateTime;
use crate::graphql::services;
use crate::graphql::user_error::{UserError, outcome};
use crate::services::error::{Mistake, Mistakes};
use crate::services::interactions::{Outcome, Report};

/// One thing a shopper did with a product.
#[derive(InputObject, Debug, Clone)]
struct InteractionInput {
    product_id: ID,
    #[graphql(name = "type")]
    kind: InteractionType,
    /// Defaults to the signed-in user or visitor.
    user_id: Option<ID>,
    /// View length; VIEW only.
    duration_ms: Option<i32>,
    /// At most 30 days ago; now when left out.
    occurred_at: Option<DateTime>,
    /// The list that led here: `RecommendationResult.id`.
    recommendation_id: Option<ID>,
    /// The place in that list, from 0.
    position: Option<i32>,
    /// Client-made; a repeat is ignored.
    event_id: Option<String>,
    context: Option<Value>,
}

#[derive(SimpleObject, Default)]
struct InteractionsRecordPayload {
    accepted: i32,
    duplicates: i32,
    user_errors: Vec<UserError>,
}

impl InteractionInput {
    fn read(self, mistakes: &mut Mistakes) -> Option<Report> {
        let product = mistakes.check(["productId"], global_id::decode(&self.product_id));
        let subject = self.user_id.as_ref().map(|id| mistakes.check(["userId"], read_subject(id)));
        let recommendation = self
            .recommendation_id
            .as_ref()
            .map(|id| mistakes.check(["recommendationId"], global_id::decode(id)));
        Some(Report {
            product: product?,
            kind: self.kind.into(),
            subject: match subject {
                None => None,
                Some(read) => Some(read?),
            },
            duration_ms: self.duration_ms.map(i64::from),
            occurred_at: self.occurred_at.map(|at| at.0),
            recommendation: match recommendation {
                None => None,
                Some(read) => Some(read?),
            },
            position: self.position.map(i64::from),
            event_id: self.event_id,
            context: self.context.map(|context| context.to_string()),
        })
    }
}

#[derive(Default)]
pub struct InteractionMutation;

#[Object]
impl InteractionMutation {
    /// Records one thing a shopper did; the next list knows it.
    async fn record_interaction(
        &self,
        ctx: &Context<'_>,
        input: InteractionInput,
    ) -> GraphqlResult<InteractionsRecordPayload> {
        record(ctx, vec![input], &|mistake| {
            // The place in a list of one tells nobody anything.
            let path = mistake.path.into_iter().skip(1).collect();
            UserError::from_mistake(Mistake { path, problem: mistake.problem }, &["input"])
        })
        .await
    }

    /// At most 100 per call; duplicates by eventId are counted, not stored. Sound inputs are taken even when others are
    /// not.
    #[graphql(directive = cost::apply(1, per(&["inputs"])))]
    async fn record_interactions(
        &self,
        ctx: &Context<'_>,
        #[graphql(validator(max_items = 100))] inputs: Vec<InteractionInput>,
    ) -> GraphqlResult<InteractionsRecordPayload> {
        record(ctx, inputs, &|mistake| UserError::from_mistake(mistake, &["inputs"])).await
    }
}

async fn record(
    ctx: &Context<'_>,
    inputs: Vec<InteractionInput>,
    told: &(dyn Fn(Mistake) -> UserError + Sync),
) -> GraphqlResult<InteractionsRecordPayload> {
    let mut unreadable = Mistakes::default();
    let mut places = Vec::with_capacity(inputs.len());
    let mut reports = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.into_iter().enumerate() {
        let mut mistakes = Mistakes::default();
        if let Some(report) = input.read(&mut mistakes) {
            places.push(index);
            reports.push(report);
        }
        unreadable.extend([index], mistakes);
    }
    let answer = services(ctx).interactions.record(caller(ctx), reports).await;
    let done = match outcome(answer, &[])? {
        Ok(done) => done,
        Err(user_errors) => return Ok(InteractionsRecordPayload { user_errors, ..Default::default() }),
    };
    let Outcome { accepted, duplicates, mistakes } = done;
    let mistakes = mistakes.into_iter().map(|mistake| in_call(mistake, &places));
    let mut all: Vec<Mistake> = unreadable.into_inner().into_iter().chain(mistakes).collect();
    all.sort_by_key(|mistake| mistake.path.first().and_then(|index| index.parse::<usize>().ok()));
    Ok(InteractionsRecordPayload {
        accepted: i32::try_from(accepted).unwrap_or(i32::MAX),
        duplicates: i32::try_from(duplicates).unwrap_or(i32::MAX),
        user_errors: all.into_iter().map(told).collect(),
    })
}

/// A mistake with the place its input had in the call, not among those that could be read.
fn in_call(mut mistake: Mistake, places: &[usize]) -> Mistake {
    if let Some(first) = mistake.path.first_mut()
        && let Some(place) = first.parse::<usize>().ok().and_then(|index| places.get(index))
    {
        *first = place.to_string();
    }
    mistake
}
