//! Past sessions and, for every product, the latest sessions it occurred in.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::dataset::Dataset;
use crate::event::{Event, HistoryEvent, ItemIdx, Millis, UserIdx};
use crate::user::same_session;

/// Products of a session beyond this many are ignored: bulk orders would drown everything.
pub(super) const MAX_SESSION: usize = 50;

/// A product of a session with its step: what happened at one moment, as the lines of an order do,
/// has one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) item: ItemIdx,
    pub(super) step: u8,
}

/// Sessions of the past, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Sessions {
    starts: Vec<u32>,
    places: Vec<Place>,
    times: Vec<Millis>,
    /// Per product, its latest sessions, newest first.
    posting_starts: Vec<u32>,
    postings: Vec<u32>,
}

impl Sessions {
    pub(super) fn build(dataset: &Dataset, gap_ms: i64, keep: usize, per_item: usize) -> Self {
        let mut found: Vec<(Millis, Vec<Place>)> = Vec::new();
        for user in 0..dataset.user_count() as UserIdx {
            collect(dataset.history(user), gap_ms, &mut found);
        }
        found.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        let skip = found.len().saturating_sub(keep);
        let mut sessions = Self { starts: vec![0], ..Self::default() };
        for (at, places) in found.into_iter().skip(skip) {
            sessions.places.extend_from_slice(&places);
            sessions.starts.push(sessions.places.len() as u32);
            sessions.times.push(at);
        }
        sessions.index(dataset.item_count(), per_item);
        sessions
    }

    fn index(&mut self, item_count: usize, per_item: usize) {
        let mut counts = vec![0u32; item_count + 1];
        for place in &self.places {
            counts[place.item as usize + 1] += 1;
        }
        for count in &mut counts {
            *count = (*count).min(per_item as u32);
        }
        for item in 0..item_count {
            counts[item + 1] += counts[item];
        }
        self.postings = vec![0; counts[item_count] as usize];
        let mut next = counts.clone();
        for session in (0..self.len()).rev() {
            for place in &self.places[self.range(session)] {
                let item = place.item as usize;
                let at = &mut next[item];
                if *at < counts[item + 1] {
                    self.postings[*at as usize] = session as u32;
                    *at += 1;
                }
            }
        }
        self.posting_starts = counts;
    }

    pub(super) fn len(&self) -> usize {
        self.times.len()
    }

    fn range(&self, session: usize) -> std::ops::Range<usize> {
        self.starts[session] as usize..self.starts[session + 1] as usize
    }

    pub(super) fn places(&self, session: usize) -> &[Place] {
        &self.places[self.range(session)]
    }

    pub(super) fn time(&self, session: usize) -> Millis {
        self.times[session]
    }

    /// The latest sessions of a product, newest first.
    pub(super) fn of(&self, item: ItemIdx) -> &[u32] {
        let item = item as usize;
        match (self.posting_starts.get(item), self.posting_starts.get(item + 1)) {
            (Some(&start), Some(&end)) => &self.postings[start as usize..end as usize],
            _ => &[],
        }
    }
}

/// Splits a history into sessions of distinct products with at least two of them.
fn collect(history: &[HistoryEvent], gap_ms: i64, found: &mut Vec<(Millis, Vec<Place>)>) {
    let mut places: Vec<Place> = Vec::new();
    let mut step = 0u8;
    let mut last: Option<&HistoryEvent> = None;
    let mut close = |places: &mut Vec<Place>, at: Millis| {
        if places.len() > 1 {
            found.push((at, std::mem::take(places)));
        }
        places.clear();
    };
    for event in history.iter().filter(|event| event.kind.is_positive()) {
        if let Some(before) = last {
            if !same_session(before, event, gap_ms) {
                close(&mut places, before.at);
                step = 0;
            } else if event.at != before.at {
                step = step.saturating_add(1);
            }
        }
        append(&mut places, event.item, step);
        last = Some(event);
    }
    if let Some(last) = last {
        close(&mut places, last.at);
    }
}

/// Adds a product unless it is there or the session is full; says whether it did.
fn append(places: &mut Vec<Place>, item: ItemIdx, step: u8) -> bool {
    let fits = places.len() < MAX_SESSION && !places.iter().any(|place| place.item == item);
    if fits {
        places.push(Place { item, step });
    }
    fits
}

/// Sessions since training, the running ones included.
#[derive(Debug, Default)]
pub(super) struct LiveSessions {
    pub(super) sessions: Vec<LiveSession>,
    running: FxHashMap<UserIdx, (u32, HistoryEvent)>,
    postings: FxHashMap<ItemIdx, Vec<u32>>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct LiveSession {
    pub(super) user: UserIdx,
    pub(super) at: Millis,
    pub(super) places: Vec<Place>,
    step: u8,
}

impl LiveSessions {
    pub(super) fn observe(&mut self, event: &Event, gap_ms: i64) {
        if !event.kind.is_positive() {
            return;
        }
        let entry = event.entry();
        let running = self.running.get(&event.user);
        let current = running.filter(|(_, last)| same_session(last, &entry, gap_ms));
        let moved = current.is_some_and(|(_, last)| last.at != event.at);
        let number = current.map_or_else(
            || {
                let session = LiveSession { user: event.user, at: event.at, places: Vec::new(), step: 0 };
                self.sessions.push(session);
                self.sessions.len() as u32 - 1
            },
            |&(number, _)| number,
        );
        self.running.insert(event.user, (number, entry));
        let session = &mut self.sessions[number as usize];
        session.at = session.at.max(event.at);
        session.step = session.step.saturating_add(u8::from(moved));
        if append(&mut session.places, event.item, session.step) {
            self.postings.entry(event.item).or_default().push(number);
        }
    }

    /// Sessions of a product, newest first.
    pub(super) fn of(&self, item: ItemIdx) -> impl Iterator<Item = u32> + '_ {
        self.postings.get(&item).into_iter().flatten().rev().copied()
    }
}
