//! What comes next in this session: the sessions most like it, found through postings, vote.
//!
//! Nearest sessions by shared products, late ones counting more (VMIS-kNN), votes fading with the
//! distance to what is shared and with the age of the session (VSTAN). Running sessions of others
//! take part from their second product on.

mod store;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::delta::Delta;
use crate::error::StrategyError;
use crate::event::{DAY_MS, Event, EventKind, ItemIdx, Millis};
use crate::learn::query::shop_time;
use crate::scratch::{Accumulator, Lease};
use crate::session::store::{LiveSessions, Place, Sessions};
use crate::snapshot::Snapshot;
use crate::strategy::{Context, Explanation, HistoryShare, Kind, Online, Query, ReasonKind, Strategy};
use crate::top::TopK;
use crate::train::{Dimension, FitJob, Range, Trainer};

/// Configuration of `session`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionParams {
    /// Sessions that vote.
    pub neighbours: usize,
    /// Latest sessions per product that are looked at.
    pub sessions_per_item: usize,
    /// Products of the running session that are looked at.
    pub length: usize,
    /// How fast products further back in the running session lose weight.
    pub position_decay: f32,
    /// How fast votes fade with the distance to the last shared product; 0 ignores it.
    pub distance_decay: f32,
    /// How fast past sessions fade, in days; 0 ignores it.
    pub age_days: f32,
    /// How much rare products gain: exponent of their inverse frequency.
    pub idf: f32,
    /// A pause longer than this ends a session.
    pub gap_minutes: u32,
    /// Latest sessions kept at training.
    pub max_sessions: usize,
    /// Whether products already in the session may come again.
    pub include_seen: bool,
}

impl Default for SessionParams {
    fn default() -> Self {
        Self {
            neighbours: 500,
            sessions_per_item: 500,
            length: 20,
            position_decay: 3.62,
            distance_decay: 2.0,
            age_days: 15.0,
            idf: 1.0,
            gap_minutes: 30,
            max_sessions: 2_000_000,
            include_seen: false,
        }
    }
}

/// Collects sessions.
pub struct SessionTrainer;

impl Trainer for SessionTrainer {
    const ID: &'static str = "session";
    const NAME: &'static str = "Session";
    const SUMMARY: &'static str = "what shoppers in like sessions went on to look at";
    type Params = SessionParams;
    type Model = SessionModel;

    fn fit(job: &FitJob<'_>, params: &SessionParams) -> Result<SessionModel, StrategyError> {
        if params.neighbours == 0 || params.length == 0 || params.sessions_per_item == 0 {
            return Err(StrategyError::Config {
                id: Self::ID.to_owned(),
                message: "neighbours, length and sessions_per_item must be at least 1".to_owned(),
            });
        }
        job.progress.report("collecting sessions", 0.0);
        let gap_ms = i64::from(params.gap_minutes) * 60_000;
        let sessions = Sessions::build(job.dataset, gap_ms, params.max_sessions, params.sessions_per_item);
        job.cancel.check()?;
        let mut frequency = vec![0u32; job.dataset.item_count()];
        for session in 0..sessions.len() {
            for place in sessions.places(session) {
                frequency[place.item as usize] += 1;
            }
        }
        let count = sessions.len().max(1) as f32;
        let idf = |&frequency: &u32| (1.0 + count / (frequency as f32 + 1.0)).ln().powf(params.idf);
        job.progress.report("indexed sessions", 1.0);
        Ok(SessionModel {
            params: params.clone(),
            rare: (1.0 + count).ln().powf(params.idf),
            idf: frequency.iter().map(idf).collect(),
            sessions: Arc::new(sessions),
        })
    }

    fn search_space() -> Vec<Dimension> {
        vec![
            Dimension { key: "neighbours", range: Range::Integer(50, 1_500) },
            Dimension { key: "sessions_per_item", range: Range::Integer(200, 5_000) },
            Dimension { key: "position_decay", range: Range::Log(0.4, 10.0) },
            Dimension { key: "distance_decay", range: Range::Log(0.3, 10.0) },
            Dimension { key: "age_days", range: Range::Log(2.0, 400.0) },
            Dimension { key: "idf", range: Range::Linear(0.0, 1.5) },
        ]
    }
}

/// Past sessions with the inverse frequency of every product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionModel {
    params: SessionParams,
    rare: f32,
    idf: Vec<f32>,
    sessions: Arc<Sessions>,
}

struct SessionOnline {
    gap_ms: i64,
    live: LiveSessions,
}

impl Online for SessionOnline {
    fn observe(&mut self, _snapshot: &Snapshot, _delta: &Delta, event: &Event) {
        self.live.observe(event, self.gap_ms);
    }
}

/// The running session: distinct products with weight, latest first.
struct Running {
    items: Vec<(ItemIdx, f32, EventKind)>,
}

impl Running {
    fn contains(&self, item: ItemIdx) -> bool {
        self.items.iter().any(|&(own, _, _)| own == item)
    }
}

/// A past session that votes.
#[derive(Clone, Copy)]
struct Neighbour {
    session: u32,
    /// Weight per unit of shared product weight.
    scale: f32,
    /// Step of the last product it shares with the running session.
    shared_at: u8,
}

impl SessionModel {
    fn gap_ms(&self) -> i64 {
        i64::from(self.params.gap_minutes) * 60_000
    }

    fn running(&self, ctx: &Context<'_>, query: &Query<'_>) -> Running {
        let mut items: Vec<(ItemIdx, f32, EventKind)> = Vec::with_capacity(self.params.length);
        let mut push = |item: ItemIdx, kind: EventKind, back: u8| {
            if items.len() < self.params.length && !items.iter().any(|&(own, _, _)| own == item) {
                let weight = (-f32::from(back) / self.params.position_decay.max(1e-3)).exp();
                items.push((item, weight, kind));
            }
        };
        let anchors = query.kind.anchors();
        // The products of a basket have no order; those of a session step back with each moment.
        anchors.iter().rev().for_each(|&item| push(item, EventKind::View, 0));
        if anchors.is_empty() {
            let recent = ctx.user.session(self.gap_ms(), store::MAX_SESSION);
            let events: Vec<_> = recent.filter(|event| event.kind.is_positive()).collect();
            let mut back = 0u8;
            let mut next = None;
            for event in events.into_iter().rev() {
                back = back.saturating_add(u8::from(next.is_some_and(|next| next != event.at)));
                push(event.item, event.kind, back);
                next = Some(event.at);
            }
        }
        Running { items }
    }

    fn session<'a>(&'a self, live: Option<&'a LiveSessions>, number: u32) -> (&'a [Place], Millis) {
        let number = number as usize;
        if number < self.sessions.len() {
            return (self.sessions.places(number), self.sessions.time(number));
        }
        let fresh = live.and_then(|live| live.sessions.get(number - self.sessions.len()));
        fresh.map_or((&[], 0), |session| (&session.places, session.at))
    }

    fn neighbours(
        &self,
        ctx: &Context<'_>,
        running: &Running,
        live: Option<&LiveSessions>,
    ) -> Vec<Neighbour> {
        let known = self.sessions.len() as u32;
        let total = self.sessions.len() + live.map_or(0, |live| live.sessions.len());
        let mut sums = ctx.scratch.accumulator(total);
        for &(item, weight, _) in &running.items {
            let mut left = self.params.sessions_per_item;
            if let Some(live) = live {
                for number in live.of(item).take(left) {
                    // A shopper's own running session would only repeat itself.
                    if Some(live.sessions[number as usize].user) != ctx.user.index {
                        sums.add(known + number, weight);
                        left -= 1;
                    }
                }
            }
            for &number in self.sessions.of(item).iter().take(left) {
                sums.add(number, weight);
            }
        }
        // The shopper's own latest event is news to the shop where only the request brings it.
        let own = ctx.user.events().next_back().map_or(Millis::MIN, |event| event.at);
        let now = shop_time(ctx).max(own.min(ctx.now));
        let mut voters: Vec<(f32, Neighbour)> = sums
            .iter()
            .filter_map(|(session, sum)| {
                let (items, at) = self.session(live, session);
                let scale = self.fade(at, now) / (items.len() as f32).sqrt();
                (sum * scale > 0.0).then_some((sum * scale, Neighbour { session, scale, shared_at: 0 }))
            })
            .collect();
        if voters.len() > self.params.neighbours {
            voters.select_nth_unstable_by(self.params.neighbours, |a, b| {
                b.0.total_cmp(&a.0).then(b.1.session.cmp(&a.1.session))
            });
            voters.truncate(self.params.neighbours);
        }
        // The selection leaves no order; sums of floats need one to be the same every time.
        voters.sort_unstable_by_key(|(_, voter)| voter.session);
        let place = |(_, voter): (f32, Neighbour)| {
            let (places, _) = self.session(live, voter.session);
            let shared =
                running.items.iter().find_map(|&(own, _, _)| places.iter().find(|place| place.item == own));
            Neighbour { shared_at: shared.map_or(0, |place| place.step), ..voter }
        };
        voters.into_iter().map(place).collect()
    }

    fn fade(&self, at: Millis, now: Millis) -> f32 {
        if self.params.age_days <= 0.0 {
            return 1.0;
        }
        let days = now.saturating_sub(at).max(0) as f32 / DAY_MS as f32;
        // A hyperbola keeps order among sessions that an exponential would round to nothing.
        1.0 / (1.0 + days / self.params.age_days)
    }

    fn vote(&self, place: Place, shared_at: u8) -> f32 {
        let idf = self.idf.get(place.item as usize).copied().unwrap_or(self.rare);
        if self.params.distance_decay <= 0.0 {
            return idf;
        }
        idf * (-f32::from(place.step.abs_diff(shared_at)) / self.params.distance_decay).exp()
    }

    /// Weight of the running session's products that a session shares.
    fn shared(running: &Running, places: &[Place]) -> f32 {
        let own = running.items.iter().filter(|(own, _, _)| places.iter().any(|place| place.item == *own));
        own.map(|&(_, weight, _)| weight).sum()
    }

    fn sums<'s>(
        &self,
        ctx: &Context<'s>,
        running: &Running,
        live: Option<&LiveSessions>,
    ) -> Lease<'s, Accumulator> {
        let mut sums = ctx.scratch.accumulator(ctx.item_count());
        for voter in self.neighbours(ctx, running, live) {
            let (places, _) = self.session(live, voter.session);
            let weight = voter.scale * Self::shared(running, places);
            for &place in places {
                if self.params.include_seen || !running.contains(place.item) {
                    sums.add(place.item, weight * self.vote(place, voter.shared_at));
                }
            }
        }
        sums
    }
}

impl Strategy for SessionModel {
    fn id(&self) -> &'static str {
        SessionTrainer::ID
    }

    fn supports(&self, kind: &Kind) -> bool {
        !matches!(kind, Kind::Trending { .. })
    }

    fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        match self.running(ctx, query).items.len() {
            0 => 0.0,
            1 => 0.5,
            _ => 0.7,
        }
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        let live = ctx.overlay::<SessionOnline>().map(|overlay| &overlay.live);
        let sums = self.sums(ctx, &self.running(ctx, query), live);
        if let Kind::Search(items) = query.kind {
            items.iter().for_each(|&item| out.offer(ctx.mask, item, sums.get(item)));
            return;
        }
        for (item, sum) in sums.iter() {
            out.offer(ctx.mask, item, sum);
        }
    }

    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        let live = ctx.overlay::<SessionOnline>().map(|overlay| &overlay.live);
        let sums = self.sums(ctx, &self.running(ctx, query), live);
        for (slot, &item) in out.iter_mut().zip(items) {
            *slot = sums.get(item);
        }
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        let live = ctx.overlay::<SessionOnline>().map(|overlay| &overlay.live);
        let running = self.running(ctx, query);
        let width = running.items.len();
        let mut shares = ctx.scratch.floats(items.len() * width);
        for voter in self.neighbours(ctx, &running, live) {
            let (session, _) = self.session(live, voter.session);
            for (row, &item) in items.iter().enumerate() {
                if !self.params.include_seen && running.contains(item) {
                    continue;
                }
                let Some(&place) = session.iter().find(|place| place.item == item) else {
                    continue;
                };
                let vote = voter.scale * self.vote(place, voter.shared_at);
                for (column, (own, weight, _)) in running.items.iter().enumerate() {
                    if session.iter().any(|place| place.item == *own) {
                        shares[row * width + column] += weight * vote;
                    }
                }
            }
        }
        let explain = |row: usize| {
            let parts = shares[row * width..(row + 1) * width].iter();
            let listed = running
                .items
                .iter()
                .zip(parts)
                .map(|(&(item, _, kind), &share)| HistoryShare { item, kind, share })
                .collect();
            Explanation::of_shares(ReasonKind::SimilarUsers, listed, top)
        };
        (0..items.len()).map(explain).collect()
    }

    fn online(&self, _snapshot: &Snapshot) -> Option<Box<dyn Online>> {
        Some(Box::new(SessionOnline { gap_ms: self.gap_ms(), live: LiveSessions::default() }))
    }
}
