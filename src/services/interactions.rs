//! Behaviour as shoppers' clients report it: checked, written once, and known to the next list.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use super::error::{Mistake, Mistakes, Problem, ServiceError, WHOLE, refused_write};
use crate::context::Context;
use crate::domain::caller::{Caller, Permission};
use crate::domain::ids::{ProductId, RecommendationId};
use crate::domain::interaction::{Interaction, InteractionKind, Subject};
use crate::domain::limits;
use crate::domain::text;
use crate::domain::time::{SECOND_MS, Timestamp};
use crate::recommend::Recommendations;

/// How old a reported deed may be: a phone that was offline, not a history to rewrite.
const OLDEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// How far a client's clock may be ahead; what it reports then counts as now.
const CLOCK_SKEW_MS: i64 = 60 * SECOND_MS;
/// Places of a list that a click may come from.
const POSITIONS: i64 = 10_000;

/// The use cases of behaviour.
pub struct Interactions {
    recommendations: Arc<Recommendations>,
    context: Context,
}

/// A deed as reported.
#[derive(Debug, Clone)]
pub struct Report {
    pub product: ProductId,
    pub kind: InteractionKind,
    /// Whose deed it is; the caller's own when `None`.
    pub subject: Option<Subject>,
    pub duration_ms: Option<i64>,
    pub occurred_at: Option<Timestamp>,
    pub recommendation: Option<RecommendationId>,
    pub position: Option<i64>,
    pub event_id: Option<String>,
    /// JSON text.
    pub context: Option<String>,
}

/// What became of a number of reports. Sound ones are taken even when others are not.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub accepted: usize,
    /// Known before by their event id, or repeated within the call.
    pub duplicates: usize,
    /// With the report's place in the list before the field's name.
    pub mistakes: Vec<Mistake>,
}

impl Interactions {
    pub fn new(recommendations: Arc<Recommendations>, context: Context) -> Self {
        Self { recommendations, context }
    }

    /// Records what clients report, at most 100 deeds, in one transaction; lists that follow know them.
    ///
    /// # Errors
    /// When nobody is named and nobody asks, when a deed is somebody else's and the permission is missing, when there
    /// are too many, or when the store fails.
    pub async fn record(&self, caller: &Caller, reports: Vec<Report>) -> Result<Outcome, ServiceError> {
        if reports.len() > limits::PAGE {
            return Err(ServiceError::refuse(WHOLE, Problem::TooMany { max: limits::PAGE }));
        }
        let mut known = HashMap::new();
        for report in &reports {
            let subject = whose(caller, report.subject)?;
            if let Entry::Vacant(unknown) = known.entry(subject) {
                unknown.insert(self.recommendations.knows(subject).await?);
            }
        }
        let now = self.context.now();
        let mut outcome = Outcome::default();
        let mut deeds = Vec::with_capacity(reports.len());
        for (index, report) in reports.into_iter().enumerate() {
            let subject = whose(caller, report.subject)?;
            let mut mistakes = Mistakes::default();
            if !known.get(&subject).copied().unwrap_or(false) {
                mistakes.add(["userId"], Problem::NotFound { what: "user" });
            }
            let deed = self.checked(subject, report, now, &mut mistakes);
            if mistakes.is_empty() {
                deeds.push(deed);
            } else {
                let mut placed = Mistakes::default();
                placed.extend([index], mistakes);
                outcome.mistakes.extend(placed.into_inner());
            }
        }
        if !deeds.is_empty() {
            let recorded = self.recommendations.record(&deeds).await;
            let recorded = recorded.map_err(|error| refused_write(error, WHOLE))?;
            outcome.accepted = recorded.accepted.len();
            outcome.duplicates = recorded.duplicates;
        }
        Ok(outcome)
    }

    fn checked(
        &self,
        subject: Subject,
        report: Report,
        now: Timestamp,
        mistakes: &mut Mistakes,
    ) -> Interaction {
        if report.kind == InteractionKind::Purchase {
            let expected = "purchases are recorded when an order is placed";
            mistakes.add(["type"], Problem::Malformed { expected });
        }
        if !self.recommendations.is_visible(report.product) {
            mistakes.add(["productId"], Problem::NotFound { what: "product" });
        }
        let longest = i64::try_from(limits::VIEW_MILLIS).unwrap_or(i64::MAX);
        let duration = report.duration_ms.and_then(|millis| {
            if report.kind != InteractionKind::View {
                mistakes.add(["durationMs"], Problem::Malformed { expected: "only a view has a length" });
            }
            mistakes.check(["durationMs"], within(millis, 0, longest))
        });
        let position = report
            .position
            .and_then(|position| mistakes.check(["position"], within(position, 0, POSITIONS)))
            .and_then(|position| u32::try_from(position).ok());
        let occurred_at = self.checked_time(report.occurred_at, now, mistakes);
        let event_id = match report.event_id {
            Some(text) => mistakes
                .check(["eventId"], text::line("eventId", &text, limits::CLIENT_KEY))
                .unwrap_or_default(),
            None => self.context.new_id::<uuid::Uuid>().to_string(),
        };
        if report.context.as_ref().is_some_and(|json| json.len() > limits::JSON_BYTES) {
            mistakes.add(["context"], Problem::Malformed { expected: "has more than 16 KiB of JSON" });
        }
        Interaction {
            event_id,
            subject,
            product_id: report.product,
            kind: report.kind,
            occurred_at,
            duration_ms: duration.and_then(|millis| u64::try_from(millis).ok()),
            quantity: 1,
            recommendation_id: report.recommendation,
            position,
            order_id: None,
            context: report.context,
        }
    }

    fn checked_time(&self, at: Option<Timestamp>, now: Timestamp, mistakes: &mut Mistakes) -> Timestamp {
        let Some(at) = at else { return now };
        if at.as_millis() > now.as_millis() + CLOCK_SKEW_MS {
            mistakes.add(["occurredAt"], Problem::Malformed { expected: "lies in the future" });
        } else if at < now - OLDEST {
            mistakes.add(["occurredAt"], Problem::Malformed { expected: "lies more than 30 days back" });
        }
        at.min(now)
    }
}

fn within(value: i64, min: i64, max: i64) -> Result<i64, Problem> {
    if (min..=max).contains(&value) { Ok(value) } else { Err(Problem::OutOfRange { min, max }) }
}

/// Whose deed or list it is: the one named, if the caller may speak for them, else the caller.
pub(super) fn whose(caller: &Caller, named: Option<Subject>) -> Result<Subject, ServiceError> {
    let own_user = caller.user().map(Subject::User);
    let own_visitor = caller.visitor.map(Subject::Visitor);
    match named {
        None => own_user.or(own_visitor).ok_or(ServiceError::Unauthenticated),
        Some(subject) if own_user == Some(subject) || own_visitor == Some(subject) => Ok(subject),
        Some(subject) if caller.may(Permission::RecommendationsManage) => Ok(subject),
        Some(_) if caller.signed_in.is_some() => Err(ServiceError::Forbidden),
        Some(_) => Err(ServiceError::Unauthenticated),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::caller::{Credential, PermissionSet, Role, SignedIn};

    fn subject(id: u128) -> Subject {
        Subject::User(Uuid::from_u128(id).into())
    }

    fn caller(user: Option<u128>, permissions: PermissionSet) -> Caller {
        Caller {
            signed_in: user.map(|id| SignedIn {
                user: Uuid::from_u128(id).into(),
                credential: Credential::Session(Uuid::from_u128(1).into()),
                role: Role::Staff,
                permissions,
                expires_at: Timestamp::from_millis(i64::MAX),
            }),
            visitor: Some(Uuid::from_u128(50).into()),
            ..Caller::default()
        }
    }

    #[test]
    fn everybody_acts_for_themselves_and_only_the_entitled_for_others() {
        let ann = caller(Some(1), PermissionSet::EMPTY);
        assert_eq!(whose(&ann, None).unwrap(), subject(1));
        assert_eq!(whose(&ann, Some(subject(1))).unwrap(), subject(1));
        assert!(matches!(whose(&ann, Some(subject(2))), Err(ServiceError::Forbidden)));
        let boss = caller(Some(3), PermissionSet::all());
        assert_eq!(whose(&boss, Some(subject(2))).unwrap(), subject(2));
    }

    #[test]
    fn a_visitor_acts_as_visitor_and_as_nobody_else() {
        let visitor = caller(None, PermissionSet::EMPTY);
        let own = Subject::Visitor(Uuid::from_u128(50).into());
        assert_eq!(whose(&visitor, None).unwrap(), own);
        assert_eq!(whose(&visitor, Some(own)).unwrap(), own);
        assert!(matches!(whose(&visitor, Some(subject(1))), Err(ServiceError::Unauthenticated)));
        assert!(matches!(whose(&Caller::default(), None), Err(ServiceError::Unauthenticated)));
    }
}
