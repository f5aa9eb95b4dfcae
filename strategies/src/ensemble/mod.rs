//! Several strategies in one list: each one's best candidates, scores brought to one scale, summed.

mod learn;
mod weigh;

use std::rc::Rc;

use serde::{Deserialize, Serialize};

pub use learn::{LearnParams, Verdict};

use crate::error::StrategyError;
use crate::event::{EventKind, InteractionWeights, ItemIdx};
use crate::mask::Mask;
use crate::models::Installed;
use crate::strategy::{Context, Explanation, HistoryShare, Kind, Query, ReasonKind, Strategy, StrategyShare};
use crate::top::{Scored, TopK};
use crate::train::{Dimension, FitJob, Range, Trainer};

/// Configuration of `ensemble`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnsembleParams {
    /// The parts. One that is not installed, or has nothing to go by, leaves its weight to the others.
    pub members: Vec<Member>,
    /// Candidates taken from each part, or as many as are asked for where that is more.
    pub candidates: usize,
    /// The part that needs no events, and so speaks for products that have few.
    pub cold_member: Option<String>,
    /// K of `c / (c + K)`: how far the events of a product, c of them, support the other parts.
    pub cold_events: f32,
    /// How much of the other parts' weight the cold member gains for a product without any event.
    pub cold_weight: f32,
    /// Chooses the weights on the shop's own past: as given, one member alone, or learned ones where
    /// those are surely better; `null` leaves them as given. A member with weight 0 takes part in the
    /// learning, and afterwards answers only where all others are silent.
    pub learn: Option<LearnParams>,
}

/// One part of an ensemble.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Name of the installed model.
    pub strategy: String,
    /// Its weight.
    pub weight: f32,
}

impl Default for EnsembleParams {
    fn default() -> Self {
        let member = |strategy: &str, weight| Member { strategy: strategy.to_owned(), weight };
        Self {
            members: vec![
                member("collaborative", 0.7),
                member("content_based", 0.3),
                member("matrix_factorization", 0.0),
                member("session", 0.0),
            ],
            candidates: 30,
            cold_member: Some("content_based".to_owned()),
            cold_events: 2.0,
            cold_weight: 0.2,
            learn: Some(LearnParams::default()),
        }
    }
}

/// Checks the parts, and learns their weights when that is asked for.
pub struct EnsembleTrainer;

impl Trainer for EnsembleTrainer {
    const ID: &'static str = "ensemble";
    const NAME: &'static str = "Ensemble";
    const SUMMARY: &'static str = "a weighted sum of strategies, each on one scale";
    type Params = EnsembleParams;
    type Model = Ensemble;

    fn fit(job: &FitJob<'_>, params: &EnsembleParams) -> Result<Ensemble, StrategyError> {
        let refuse = |message: &str| {
            Err(StrategyError::Config { id: Self::ID.to_owned(), message: message.to_owned() })
        };
        let usable = |member: &Member| member.weight.is_finite() && member.weight >= 0.0;
        if !params.members.iter().all(usable) {
            return refuse("weights of members are finite and not negative");
        }
        if !params.members.iter().any(|member| member.weight > 0.0) {
            return refuse("members need at least one weight above 0");
        }
        let cold = [params.cold_events, params.cold_weight];
        if params.candidates == 0 || cold.iter().any(|value| !value.is_finite() || *value < 0.0) {
            return refuse("candidates is at least 1, cold_events and cold_weight are not negative");
        }
        let mut params = params.clone();
        let verdict = match params.learn.clone() {
            Some(how) => learn::learn(job, &params, &how)?,
            None => None,
        };
        if let Some(verdict) = &verdict {
            for (member, &weight) in params.members.iter_mut().zip(&verdict.weights) {
                member.weight = weight;
            }
            params.cold_weight = verdict.cold_weight;
        }
        Ok(Ensemble { params, verdict })
    }

    fn search_space() -> Vec<Dimension> {
        vec![
            Dimension { key: "cold_events", range: Range::Linear(0.0, 20.0) },
            Dimension { key: "cold_weight", range: Range::Linear(0.0, 1.0) },
        ]
    }
}

/// Weights of the parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ensemble {
    params: EnsembleParams,
    verdict: Option<Verdict>,
}

/// A part that has something to say to this question.
struct Part<'a> {
    model: &'a Installed,
    /// Its share of the parts' weights, and what it gains for a product without events.
    weight: f32,
    gain: f32,
}

impl Part<'_> {
    /// Weight for one product, whose own events support the other parts so far. These need not lose
    /// what the cold member gains: without events they have nothing to say anyway.
    fn weight(&self, support: f32) -> f32 {
        self.weight + self.gain * (1.0 - support)
    }
}

/// The candidates of the members asked, kept while one list is made and explained.
#[derive(Debug)]
pub(crate) struct Heard {
    install: u64,
    mask: *const Mask<'static>,
    kind: Kind,
    /// Places of the members that have something to say.
    members: Vec<usize>,
    /// Everything any of them named, ascending.
    items: Vec<ItemIdx>,
    /// A row per product, a column per member: the best of each has 1, what it did not name 0.
    scores: Vec<f32>,
}

impl Heard {
    /// Whether it answers this question of this model in front of this mask.
    fn answers(&self, ctx: &Context<'_>, query: &Query<'_>) -> bool {
        self.install == ctx.install.get()
            && self.mask == std::ptr::from_ref(ctx.mask).cast()
            && self.kind == *query.kind
    }

    /// Brings what the members said into one table. Sorted rows are a few kilobytes; sums over the
    /// whole catalogue would be fetched from memory product by product.
    fn tabulate(&mut self, said: &[(usize, Vec<Scored>)]) {
        self.members = said.iter().map(|(member, _)| *member).collect();
        self.items = said.iter().flat_map(|(_, candidates)| candidates).map(|named| named.item).collect();
        self.items.sort_unstable();
        self.items.dedup();
        let width = said.len();
        self.scores = vec![0.0; self.items.len() * width];
        for (column, (_, candidates)) in said.iter().enumerate() {
            let best = candidates.first().map_or(1.0, |first| first.score);
            for named in candidates {
                if let Ok(row) = self.items.binary_search(&named.item) {
                    self.scores[row * width + column] = named.score / best;
                }
            }
        }
    }

    fn row(&self, at: usize) -> &[f32] {
        &self.scores[at * self.members.len()..][..self.members.len()]
    }

    /// What the members gave a product; nothing when none named it.
    fn find(&self, item: ItemIdx) -> Option<&[f32]> {
        self.items.binary_search(&item).ok().map(|at| self.row(at))
    }
}

impl Ensemble {
    /// What learning the weights came to, if it was asked for and the data sufficed.
    #[must_use]
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref()
    }

    fn is_cold_member(&self, member: &Member) -> bool {
        self.params.cold_member.as_deref() == Some(member.strategy.as_str())
    }

    /// What the members say, those with a weight or, where they are silent, the others.
    fn hear(&self, ctx: &Context<'_>, query: &Query<'_>) -> Rc<Heard> {
        if let Some(heard) = ctx.heard.take().filter(|heard| heard.answers(ctx, query)) {
            ctx.heard.replace(Some(Rc::clone(&heard)));
            return heard;
        }
        let count = self.params.candidates.max(query.count);
        let inner = Query { kind: query.kind, count };
        let listen = |(place, member): (usize, &Member)| {
            let model = ctx.models.get(&member.strategy).filter(|model| model.supports(query.kind))?;
            let mut top = ctx.scratch.top(count);
            model.score(ctx, &inner, &mut top);
            let candidates = top.sorted();
            (!candidates.is_empty()).then(|| (place, candidates.to_vec()))
        };
        let members = || self.params.members.iter().enumerate();
        let speaks = |member: &Member| {
            member.weight > 0.0 || (self.is_cold_member(member) && self.params.cold_weight > 0.0)
        };
        let mut said: Vec<_> = members().filter(|(_, member)| speaks(member)).filter_map(listen).collect();
        if said.is_empty() {
            said = members().filter(|(_, member)| member.weight <= 0.0).filter_map(listen).collect();
        }
        let mut heard = Heard {
            install: ctx.install.get(),
            mask: std::ptr::from_ref(ctx.mask).cast(),
            kind: query.kind.clone(),
            members: Vec::new(),
            items: Vec::new(),
            scores: Vec::new(),
        };
        heard.tabulate(&said);
        let heard = Rc::new(heard);
        ctx.heard.replace(Some(Rc::clone(&heard)));
        heard
    }

    /// The parts that answer, with weights that sum to 1, a part per column of the table.
    fn parts<'a>(&self, ctx: &Context<'a>, heard: &Heard) -> Vec<Part<'a>> {
        let members: Vec<&Member> = heard.members.iter().map(|&place| &self.params.members[place]).collect();
        let total: f32 = members.iter().map(|member| member.weight).sum();
        // Where only those without a weight of their own have something to say, all count alike.
        let share = |member: &Member| {
            if total > 0.0 { member.weight / total } else { 1.0 / members.len() as f32 }
        };
        let part = |member: &&Member| {
            let (model, weight) = (ctx.models.get(&member.strategy)?, share(member));
            let gain =
                if self.is_cold_member(member) { self.params.cold_weight * (1.0 - weight) } else { 0.0 };
            Some(Part { model, weight, gain })
        };
        members.iter().filter_map(part).collect()
    }

    /// How far a product's own events support the parts that live on events.
    fn support(&self, ctx: &Context<'_>, parts: &[Part<'_>], item: ItemIdx) -> f32 {
        if self.params.cold_events <= 0.0 || parts.iter().all(|part| part.gain <= 0.0) {
            return 1.0;
        }
        let events = ctx.interactions(item) as f32;
        events / (events + self.params.cold_events)
    }

    fn sum(&self, ctx: &Context<'_>, parts: &[Part<'_>], item: ItemIdx, row: &[f32]) -> f32 {
        let support = self.support(ctx, parts, item);
        parts.iter().zip(row).map(|(part, score)| part.weight(support) * score).sum()
    }
}

impl Strategy for Ensemble {
    fn id(&self) -> &'static str {
        EnsembleTrainer::ID
    }

    fn chosen(&self) -> Option<serde_json::Value> {
        serde_json::to_value(self.verdict.as_ref()?).ok()
    }

    fn supports(&self, kind: &Kind) -> bool {
        !matches!(kind, Kind::Trending { .. })
    }

    fn confidence(&self, ctx: &Context<'_>, query: &Query<'_>) -> f32 {
        let models = self.params.members.iter().filter_map(|member| ctx.models.get(&member.strategy));
        models
            .filter(|model| model.supports(query.kind))
            .map(|model| model.confidence(ctx, query))
            .fold(0.0, f32::max)
    }

    fn score(&self, ctx: &Context<'_>, query: &Query<'_>, out: &mut TopK) {
        let heard = self.hear(ctx, query);
        let parts = self.parts(ctx, &heard);
        for (at, &item) in heard.items.iter().enumerate() {
            out.offer(ctx.mask, item, self.sum(ctx, &parts, item, heard.row(at)));
        }
    }

    fn rescore(&self, ctx: &Context<'_>, query: &Query<'_>, items: &[ItemIdx], out: &mut [f32]) {
        let heard = self.hear(ctx, query);
        let parts = self.parts(ctx, &heard);
        for (slot, &item) in out.iter_mut().zip(items) {
            *slot = heard.find(item).map_or(0.0, |row| self.sum(ctx, &parts, item, row));
        }
    }

    fn explain(
        &self,
        ctx: &Context<'_>,
        query: &Query<'_>,
        items: &[ItemIdx],
        top: usize,
    ) -> Vec<Explanation> {
        let heard = self.hear(ctx, query);
        let parts = self.parts(ctx, &heard);
        let rows: Vec<Option<&[f32]>> = items.iter().map(|&item| heard.find(item)).collect();
        let mut answers: Vec<Explanation> =
            items.iter().map(|_| Explanation::plain(ReasonKind::Popular, 0.0)).collect();
        let mut leading = vec![0.0f32; items.len()];
        for (column, part) in parts.iter().enumerate() {
            let score = |index: usize| rows[index].map_or(0.0, |row| row[column]);
            let own: Vec<usize> = (0..items.len()).filter(|&index| score(index) > 0.0).collect();
            let asked: Vec<ItemIdx> = own.iter().map(|&index| items[index]).collect();
            // Parts may share products of the history, so each lists more than is asked for.
            let told = part.model.explain(ctx, query, &asked, top.saturating_mul(2));
            for (index, mut told) in own.into_iter().zip(told) {
                if told.score <= 0.0 || !told.score.is_finite() {
                    continue;
                }
                let weight = part.weight(self.support(ctx, &parts, items[index]));
                let score = score(index);
                // Brings the explanation to exactly the part's share of the sum.
                told.scale(weight * score / told.score);
                let answer = &mut answers[index];
                if told.score > leading[index] {
                    leading[index] = told.score;
                    answer.reason = told.reason;
                }
                merge(answer, told);
                answer.strategies.push(StrategyShare {
                    strategy: part.model.name().to_string(),
                    weight,
                    score,
                });
            }
        }
        for answer in &mut answers {
            cut(answer, top);
        }
        answers
    }
}

fn merge(answer: &mut Explanation, part: Explanation) {
    answer.score += part.score;
    answer.rest += part.rest;
    for share in part.because {
        match answer.because.iter_mut().find(|known| known.item == share.item) {
            Some(known) => {
                known.share += share.share;
                known.kind = stronger(known, &share);
            }
            None => answer.because.push(share),
        }
    }
    for term in part.terms {
        if !answer.terms.contains(&term) {
            answer.terms.push(term);
        }
    }
}

fn stronger(known: &HistoryShare, other: &HistoryShare) -> EventKind {
    let weights = InteractionWeights::default();
    if weights.base(other.kind, 0.0) > weights.base(known.kind, 0.0) { other.kind } else { known.kind }
}

fn cut(answer: &mut Explanation, top: usize) {
    answer.because.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.item.cmp(&b.item)));
    for share in answer.because.drain(top.min(answer.because.len())..) {
        answer.rest += share.share;
    }
    answer.terms.truncate(top);
}
