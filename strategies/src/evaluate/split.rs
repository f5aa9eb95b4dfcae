//! Splits: what to train on, and which questions the rest of the data can judge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::EvaluateError;
use crate::dataset::Dataset;
use crate::event::{DAY_MS, Event, EventKind, HistoryEvent, ItemIdx, Millis, UserIdx};
use crate::experiment::mix;
use crate::mask::Filter;
use crate::strategy::Kind;

/// Between two events of one session at most this long passes, where the data names no sessions.
pub const SESSION_GAP_MS: i64 = 30 * 60_000;

/// A data set cut in two.
pub struct Split {
    /// Name of the protocol with what it depends on, for the report.
    pub name: String,
    /// What may be learned from.
    pub train: Arc<Dataset>,
    /// The moment of training and of all questions.
    pub now: Millis,
    /// Groups of questions, the one that counts first.
    pub slices: Vec<Slice>,
    /// What else a reader must know to compare.
    pub notes: Vec<String>,
}

/// Questions of one sort.
pub struct Slice {
    /// What the questions have in common.
    pub name: String,
    /// What is ranked.
    pub candidates: Candidates,
    /// The questions.
    pub asks: Vec<Ask>,
}

/// Which products are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Candidates {
    /// Those of the training part.
    Train,
    /// All, also those nobody has touched before the cut.
    All,
}

/// A question with the answers that are right.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What is asked.
    pub kind: Kind,
    /// Who asks.
    pub asker: Asker,
    /// What must not be answered besides.
    pub filter: Filter,
    /// Right answers, each once.
    pub relevant: Vec<ItemIdx>,
    /// Distinct products of the shopper's history.
    pub history: usize,
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Asker {
    /// A shopper of the training part, with that history.
    Known(UserIdx),
    /// Somebody with exactly these events.
    Events(Vec<HistoryEvent>),
}

/// The label of an event in a data set that comes with its split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// To learn from.
    Train,
    /// To choose settings by.
    Valid,
    /// To report.
    Test,
}

fn bought_filter() -> Filter {
    Filter { in_stock: false, ..Filter::default() }
}

fn repeat_filter() -> Filter {
    Filter { in_stock: false, exclude_purchased: false, ..Filter::default() }
}

fn distinct_items(events: &[HistoryEvent]) -> usize {
    events
        .iter()
        .filter(|event| event.kind.is_positive())
        .map(|event| event.item)
        .collect::<BTreeSet<_>>()
        .len()
}

fn touched(train: &Dataset) -> Vec<bool> {
    let mut touched = vec![false; train.item_count()];
    for event in train.events().filter(|event| event.kind.is_positive()) {
        touched[event.item as usize] = true;
    }
    touched
}

/// The same data with products that come after the cut all equally new: when each came, nobody could
/// have known.
fn without_hindsight(train: Dataset, cut: Millis) -> Dataset {
    if train.items().iter().all(|item| item.created_at <= cut) {
        return train;
    }
    let mut items = train.items().to_vec();
    for item in &mut items {
        item.created_at = item.created_at.min(cut);
    }
    let events: Vec<Event> = train.events().collect();
    let preferences = train.all_preferences().clone();
    // Only times changed, so what was accepted before is accepted again.
    Dataset::new(items, train.user_count(), preferences, &events).unwrap_or(train)
}

/// Where a time split cuts when nobody says: 30 days before the last event, or the last quarter of a shorter past.
#[must_use]
pub fn default_cut(dataset: &Dataset) -> Millis {
    let latest = dataset.latest();
    let first = dataset.events().map(|event| event.at).min().unwrap_or(latest);
    latest - (30 * DAY_MS).min((latest - first) / 4)
}

/// Train before `cut`, judge by what is bought from then on (or, in a shop without purchases, by any
/// positive event). Slices: products new to the shopper, products bought again, and products that
/// nobody had touched before the cut.
///
/// # Errors
/// When no shopper with a history bought anything after the cut.
pub fn by_time(dataset: &Dataset, cut: Millis) -> Result<Split, EvaluateError> {
    let train = without_hindsight(dataset.retain(|event| event.at < cut), cut);
    let known = touched(&train);
    let purchases = dataset.events().any(|event| event.kind == EventKind::Purchase && event.at >= cut);
    let is_target =
        |kind: EventKind| if purchases { kind == EventKind::Purchase } else { kind.is_positive() };
    let mut slices: Vec<Slice> =
        [("new", Candidates::Train), ("repeat", Candidates::Train), ("cold items", Candidates::All)]
            .into_iter()
            .map(|(name, candidates)| Slice { name: name.to_owned(), candidates, asks: Vec::new() })
            .collect();
    for user in 0..dataset.user_count() as UserIdx {
        let past = train.history(user);
        if past.is_empty() {
            continue;
        }
        let owned: BTreeSet<ItemIdx> =
            past.iter().filter(|event| is_target(event.kind)).map(|event| event.item).collect();
        let mut relevant: [BTreeSet<ItemIdx>; 3] = Default::default();
        for event in dataset.history(user).iter().filter(|event| event.at >= cut && is_target(event.kind)) {
            let slice = match known[event.item as usize] {
                true if owned.contains(&event.item) => 1,
                true => 0,
                false => 2,
            };
            relevant[slice].insert(event.item);
        }
        let history = distinct_items(past);
        for (slice, (items, filter)) in
            relevant.into_iter().zip([bought_filter(), repeat_filter(), bought_filter()]).enumerate()
        {
            if !items.is_empty() {
                let filter =
                    if slice != 1 && !purchases { Filter { exclude_seen: true, ..filter } } else { filter };
                let relevant = items.into_iter().collect();
                slices[slice].asks.push(Ask {
                    kind: Kind::ForUser,
                    asker: Asker::Known(user),
                    filter,
                    relevant,
                    history,
                });
            }
        }
    }
    let target = if purchases { "purchases" } else { "positive events" };
    finish(Split {
        name: format!("time split at {}", date(cut)),
        now: cut,
        train: Arc::new(train),
        slices,
        notes: vec![
            format!("judged by {target} after the cut of shoppers with a history before it"),
            "new: products the shopper had not bought, all other training products ranked; repeat: bought before, \
             ranked among all training products; cold items: never touched before the cut, ranked among all products"
                .to_owned(),
        ],
    })
}

/// The split of `by_time` whose test part is the last `days` of the training part: the place to
/// choose settings.
///
/// # Errors
/// As for [`by_time`].
pub fn validation_by_time(dataset: &Dataset, cut: Millis, days: i64) -> Result<Split, EvaluateError> {
    by_time(&dataset.retain(|event| event.at < cut), cut - days * DAY_MS)
}

/// Labels for leave-last-out: the last positive event of each shopper with at least three is the
/// test, the one before the validation.
#[must_use]
pub fn last_out_labels(dataset: &Dataset) -> Vec<Label> {
    let mut labels = Vec::with_capacity(dataset.event_count());
    for user in 0..dataset.user_count() as UserIdx {
        let history = dataset.history(user);
        let positive: Vec<usize> = (0..history.len()).filter(|at| history[*at].kind.is_positive()).collect();
        let start = labels.len();
        labels.resize(start + history.len(), Label::Train);
        if let [.., valid, test] = positive[..]
            && positive.len() >= 3
        {
            labels[start + valid] = Label::Valid;
            labels[start + test] = Label::Test;
        }
    }
    labels
}

/// Turns a tenth of each shopper's training events (at least one of two, never all) into validation
/// events, for data sets whose split has none. The seed decides which.
pub fn hold_out(dataset: &Dataset, labels: &mut [Label], seed: u64) {
    let mut offset = 0;
    for user in 0..dataset.user_count() as UserIdx {
        let length = dataset.history(user).len();
        let own = offset..(offset + length).min(labels.len());
        offset += length;
        let mut train: Vec<usize> = own.filter(|at| labels[*at] == Label::Train).collect();
        if train.len() < 2 {
            continue;
        }
        train.sort_by_key(|at| mix(seed ^ *at as u64));
        for at in &train[..train.len().div_ceil(10)] {
            labels[*at] = Label::Valid;
        }
    }
}

/// A split by labels, given for each event in the order of [`Dataset::events`]. Trains on
/// [`Label::Train`], judges by `judge`; the events labelled in between are known when the question
/// is asked, without having been trained on. Everything the shopper knows is excluded.
///
/// # Errors
/// When no event carries the label judged by.
pub fn by_labels(
    dataset: &Dataset,
    labels: &[Label],
    judge: Label,
    name: &str,
) -> Result<Split, EvaluateError> {
    let mut at = 0;
    let train = dataset.retain(|_| {
        at += 1;
        labels.get(at - 1) == Some(&Label::Train)
    });
    let mut asks = Vec::new();
    let mut offset = 0;
    let mut extended = false;
    for user in 0..dataset.user_count() as UserIdx {
        let history = dataset.history(user);
        let own = labels.get(offset..offset + history.len()).unwrap_or(&[]);
        offset += history.len();
        let part = |wanted: Label| {
            history.iter().zip(own).filter(move |(_, label)| **label == wanted).map(|(event, _)| *event)
        };
        let relevant: BTreeSet<ItemIdx> =
            part(judge).filter(|event| event.kind.is_positive()).map(|event| event.item).collect();
        if relevant.is_empty() {
            continue;
        }
        let between = if judge == Label::Test { part(Label::Valid).count() } else { 0 };
        let known: Vec<HistoryEvent> = history
            .iter()
            .zip(own)
            .filter(|(_, label)| **label == Label::Train || (judge == Label::Test && **label == Label::Valid))
            .map(|(event, _)| *event)
            .collect();
        extended |= between > 0;
        let filter = Filter { exclude_seen: true, ..bought_filter() };
        let history = distinct_items(&known);
        // A shopper of the training part keeps an index; later events make a stranger with a history.
        let asker = if between == 0 { Asker::Known(user) } else { Asker::Events(known) };
        asks.push(Ask {
            kind: Kind::ForUser,
            asker,
            filter,
            relevant: relevant.into_iter().collect(),
            history,
        });
    }
    let mut notes =
        vec!["fitted on the training events only; everything the shopper already has is excluded".to_owned()];
    if extended {
        notes.push(
            "validation events are part of the history the question is asked with, not of the training"
                .to_owned(),
        );
    }
    finish(Split {
        name: format!("{name}, judged by {}", if judge == Label::Valid { "validation" } else { "test" }),
        now: dataset.latest().saturating_add(1),
        train: Arc::new(train),
        slices: vec![Slice { name: "new".to_owned(), candidates: Candidates::All, asks }],
        notes,
    })
}

/// Sessions that begin at or after `cut`, revealed event by event: each time the next product is to
/// be named among all training products, without the current one; a second slice keeps the current
/// one among the candidates. Views and clicks count where there are any, otherwise all positive events.
///
/// # Errors
/// When no session of two products begins after the cut.
pub fn by_session(dataset: &Dataset, cut: Millis) -> Result<Split, EvaluateError> {
    let looks = |kind: EventKind| matches!(kind, EventKind::View | EventKind::Click);
    let any_looks = dataset.events().any(|event| looks(event.kind));
    let counts = |kind: EventKind| if any_looks { looks(kind) } else { kind.is_positive() };
    let mut begins: BTreeMap<(UserIdx, usize), Millis> = BTreeMap::new();
    let mut sessions: Vec<(UserIdx, Vec<HistoryEvent>)> = Vec::new();
    for user in 0..dataset.user_count() as UserIdx {
        for session in sessions_of(dataset.history(user)) {
            begins.insert((user, sessions.len()), session[0].at);
            sessions.push((user, session));
        }
    }
    let train_until: BTreeMap<UserIdx, Millis> = begins.iter().filter(|(_, begin)| **begin >= cut).fold(
        BTreeMap::new(),
        |mut first, ((user, _), begin)| {
            first.entry(*user).and_modify(|at: &mut Millis| *at = (*at).min(*begin)).or_insert(*begin);
            first
        },
    );
    let train = dataset
        .retain(|event| event.at < cut && train_until.get(&event.user).is_none_or(|begin| event.at < *begin));
    let known = touched(&train);
    let mut without = Vec::new();
    let mut with = Vec::new();
    for (_, session) in sessions.into_iter().filter(|(_, session)| session[0].at >= cut) {
        let steps: Vec<HistoryEvent> =
            session.into_iter().filter(|event| counts(event.kind) && known[event.item as usize]).collect();
        for next in 1..steps.len() {
            let (current, target) = (steps[next - 1].item, steps[next].item);
            let ask = Ask {
                kind: Kind::Session,
                asker: Asker::Events(steps[..next].to_vec()),
                filter: repeat_filter(),
                relevant: vec![target],
                history: distinct_items(&steps[..next]),
            };
            if current != target {
                without.push(Ask {
                    filter: Filter { exclude: vec![current], ..repeat_filter() },
                    ..ask.clone()
                });
            }
            with.push(ask);
        }
    }
    let slice = |name: &str, asks| Slice { name: name.to_owned(), candidates: Candidates::Train, asks };
    finish(Split {
        name: format!("sessions from {} on, revealed step by step", date(cut)),
        now: cut,
        train: Arc::new(train),
        slices: vec![slice("next item", without), slice("next item, current one allowed", with)],
        notes: vec![
            "one product is right at each step; the shopper is known by the session alone".to_owned(),
        ],
    })
}

/// A history cut into sessions: by group where events have one, otherwise by gaps.
#[must_use]
pub fn sessions_of(history: &[HistoryEvent]) -> Vec<Vec<HistoryEvent>> {
    let mut sessions: Vec<Vec<HistoryEvent>> = Vec::new();
    for event in history {
        let same = sessions.last().and_then(|session| session.last()).is_some_and(|before: &HistoryEvent| {
            if before.group != 0 && event.group != 0 {
                before.group == event.group
            } else {
                event.at - before.at <= SESSION_GAP_MS
            }
        });
        match sessions.last_mut() {
            Some(session) if same => session.push(*event),
            _ => sessions.push(vec![*event]),
        }
    }
    sessions
}

impl Split {
    /// Keeps at most `limit` questions of each slice, chosen by the seed.
    #[must_use]
    pub fn at_most(mut self, limit: usize, seed: u64) -> Self {
        for slice in &mut self.slices {
            if slice.asks.len() > limit {
                let mut numbered: Vec<(u64, Ask)> =
                    slice.asks.drain(..).enumerate().map(|(at, ask)| (mix(seed ^ at as u64), ask)).collect();
                numbered.sort_by_key(|(key, _)| *key);
                numbered.truncate(limit);
                slice.asks = numbered.into_iter().map(|(_, ask)| ask).collect();
                self.notes.push(format!("{}: {limit} questions drawn by the seed", slice.name));
            }
        }
        self
    }
}

fn finish(mut split: Split) -> Result<Split, EvaluateError> {
    split.slices.retain(|slice| !slice.asks.is_empty());
    if split.slices.is_empty() {
        return Err(EvaluateError::NothingToJudge {
            protocol: split.name,
            hint: "move the cut so that there are events on both sides, or check the split labels",
        });
    }
    Ok(split)
}

/// Year, month and day of a time, for reports.
fn date(at: Millis) -> String {
    // Howard Hinnant's civil calendar arithmetic.
    let days = at.div_euclid(DAY_MS) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Positions of `events` sorted by shopper and time, as [`Dataset::events`] gives them: how to bring
/// labels into its order.
#[must_use]
pub fn dataset_order(events: &[Event]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by_key(|at| (events[*at].user, events[*at].at));
    order
}
