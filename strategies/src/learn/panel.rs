//! A validation panel: shoppers with what they did until a moment and what they chose after it.

use std::cmp::Ordering;

use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::dataset::Dataset;
use crate::event::{DAY_MS, HistoryEvent, InteractionWeights, Millis};
use crate::learn::touches::{Emphasis, Histories, Touch};
use crate::scratch::{Accumulator, Scratch};

/// Which events the training half of the split keeps.
#[derive(Debug, Clone)]
pub(crate) enum Split {
    /// Everything before a moment.
    Before(Millis),
    /// Everything but the events held out: one flag an event, shopper by shopper.
    Held {
        /// Where each shopper's flags start.
        starts: Vec<usize>,
        /// Whether the event is held out.
        flags: Vec<bool>,
    },
}

impl Split {
    /// Whether the training half has the `at`-th event of `user`.
    #[inline]
    pub(crate) fn keeps(&self, user: u32, at: usize, event: &HistoryEvent) -> bool {
        match self {
            Self::Before(cut) => event.at < *cut,
            Self::Held { starts, flags } => !flags[starts[user as usize] + at],
        }
    }
}

/// The panel: histories of the training half and, for a sample of shoppers, what came after.
pub(crate) struct Panel {
    /// How the split was made.
    pub(crate) split: Split,
    /// The moment the panel's questions are asked.
    pub(crate) now: Millis,
    /// Whether times mean anything, or only the order does.
    pub(crate) timed: bool,
    /// Whether events have an order.
    pub(crate) ordered: bool,
    /// Everybody's training half.
    pub(crate) histories: Histories,
    /// The sampled shoppers and the products new to them that they chose afterwards, ascending.
    pub(crate) targets: Vec<(u32, Vec<u32>)>,
}

/// Times spread over less than this say nothing about days.
const TIMED_SPAN: Millis = 3 * DAY_MS;
/// Fewer shoppers than this decide nothing.
const FEWEST: usize = 40;

impl Panel {
    /// Splits by time where there are times (the last tenth of the events); else holds out a tenth of
    /// each sampled history, at least one event: the last where there is an order, any where all
    /// events claim one moment. `None` when too few shoppers qualify.
    pub(crate) fn new(
        dataset: &Dataset,
        weights: &InteractionWeights,
        emphasis: Emphasis,
        longest: usize,
        most: usize,
        seed: u64,
    ) -> Option<Self> {
        let mut times: Vec<Millis> = (0..dataset.user_count() as u32)
            .flat_map(|user| dataset.history(user))
            .filter(|event| event.kind.is_positive())
            .map(|event| event.at)
            .collect();
        if times.is_empty() {
            return None;
        }
        let at = times.len() * 9 / 10;
        let cut = *times.select_nth_unstable(at).1;
        let (first, last) = times.iter().fold((Millis::MAX, Millis::MIN), |(a, b), &t| (a.min(t), b.max(t)));
        drop(times);
        let timed = last.saturating_sub(first) >= TIMED_SPAN;
        let build = |split: Split, now| {
            let mut histories = Histories::new(dataset, weights, now, longest, |user, at, event| {
                split.keeps(user, at, event)
            });
            histories.emphasise(&emphasis);
            let mut panel = Self { split, now, timed, ordered: last > first, histories, targets: Vec::new() };
            panel.collect_targets(dataset, weights, most, seed);
            (panel.targets.len() >= FEWEST).then_some(panel)
        };
        if timed && let Some(panel) = build(Split::Before(cut), cut) {
            return Some(panel);
        }
        build(held_out(dataset, last > first, most, seed), last)
    }

    fn collect_targets(&mut self, dataset: &Dataset, weights: &InteractionWeights, most: usize, seed: u64) {
        let degrees = self.histories.degrees();
        let mut targets: Vec<(u32, Vec<u32>)> = (0..dataset.user_count() as u32)
            .into_par_iter()
            .filter_map(|user| {
                let events = dataset.history(user);
                let row = self.histories.row(user as usize);
                if row.is_empty() {
                    return None;
                }
                let mut later: Vec<u32> = events
                    .iter()
                    .enumerate()
                    .filter(|(at, event)| {
                        weights.base(event.kind, event.amount) > 0.0 && !self.split.keeps(user, *at, event)
                    })
                    .map(|(_, event)| event.item)
                    .collect();
                later.sort_unstable();
                later.dedup();
                let earlier = |item: u32| {
                    events
                        .iter()
                        .enumerate()
                        .any(|(at, event)| event.item == item && self.split.keeps(user, at, event))
                };
                later.retain(|&item| degrees[item as usize] > 0 && !earlier(item));
                (!later.is_empty()).then_some((user, later))
            })
            .collect();
        if targets.len() > most {
            let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5EED);
            let mut chosen = sample(&mut rng, targets.len(), most).into_vec();
            chosen.sort_unstable();
            targets = chosen.into_iter().map(|at| std::mem::take(&mut targets[at])).collect();
        }
        self.targets = targets;
    }

    /// Mean quality of the rankings `score` gives: it adds scores of products to the sums it is
    /// handed; products of the history are left out.
    pub(crate) fn quality_of(
        &self,
        score: impl Fn(&[Touch], &Accumulator, &mut Accumulator, &Scratch) + Sync,
    ) -> f32 {
        let items = self.histories.items();
        let total: f64 = self
            .targets
            .par_iter()
            .map_init(
                || (Scratch::default(), Vec::new()),
                |(scratch, ranked), (user, truth)| {
                    let row = self.histories.row(*user as usize);
                    let mut own = scratch.accumulator(items);
                    row.iter().for_each(|touch| own.add(touch.item, 1.0));
                    let mut sums = scratch.accumulator(items);
                    score(row, &own, &mut sums, scratch);
                    ranked.clear();
                    ranked.extend(sums.iter().filter(|&(item, sum)| sum > 0.0 && !own.contains(item)));
                    f64::from(quality(ranked, truth))
                },
            )
            .sum();
        (total / self.targets.len().max(1) as f64) as f32
    }
}

/// A tenth of the histories of up to `most` shoppers, from their ends or, without order, at random.
fn held_out(dataset: &Dataset, ordered: bool, most: usize, seed: u64) -> Split {
    let users = dataset.user_count();
    let mut starts = vec![0; users + 1];
    for user in 0..users {
        starts[user + 1] = starts[user] + dataset.history(user as u32).len();
    }
    let mut flags = vec![false; starts[users]];
    let long: Vec<usize> = (0..users).filter(|&user| starts[user + 1] - starts[user] >= 3).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5EED);
    for at in sample(&mut rng, long.len(), most.min(long.len())) {
        let flags = &mut flags[starts[long[at]]..starts[long[at] + 1]];
        let (length, held) = (flags.len(), (flags.len() / 10).max(1));
        if ordered {
            flags[length - held..].fill(true);
        } else {
            sample(&mut rng, length, held).into_iter().for_each(|place| flags[place] = true);
        }
    }
    Split::Held { starts, flags }
}

/// How deep a ranking is judged.
pub(crate) const DEPTH: usize = 20;

/// Mean of NDCG@10 and Recall@20 of scored products against the products chosen, ascending.
pub(crate) fn quality(scored: &mut Vec<(u32, f32)>, truth: &[u32]) -> f32 {
    let order = |a: &(u32, f32), b: &(u32, f32)| -> Ordering { b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)) };
    if scored.len() > DEPTH {
        scored.select_nth_unstable_by(DEPTH - 1, order);
        scored.truncate(DEPTH);
    }
    scored.sort_unstable_by(order);
    let discount = |rank: usize| 1.0 / ((rank + 2) as f32).log2();
    let (mut gain, mut hits) = (0.0, 0);
    for (rank, (item, _)) in scored.iter().enumerate() {
        if truth.binary_search(item).is_ok() {
            hits += 1;
            if rank < 10 {
                gain += discount(rank);
            }
        }
    }
    let ideal: f32 = (0..truth.len().min(10)).map(discount).sum();
    0.5 * (gain / ideal.max(f32::MIN_POSITIVE) + hits as f32 / truth.len().max(1) as f32)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::event::{Event, EventKind};
    use crate::item::ItemFeatures;

    fn dataset(spacing: Millis) -> Dataset {
        let events: Vec<Event> = (0..100u32)
            .flat_map(|user| {
                (0..10u32).map(move |k| {
                    Event::new(user, (user + k) % 20, EventKind::View, Millis::from(k) * spacing)
                })
            })
            .collect();
        Dataset::new(vec![ItemFeatures::default(); 20], 100, BTreeMap::new(), &events).unwrap()
    }

    fn panel(spacing: Millis) -> Panel {
        Panel::new(
            &dataset(spacing),
            &InteractionWeights::default(),
            Emphasis { mean: 1.0, power: 0.0 },
            100,
            1_000,
            1,
        )
        .unwrap()
    }

    #[test]
    fn events_with_times_are_split_at_a_moment() {
        let panel = panel(DAY_MS);
        assert!(panel.timed);
        assert_eq!(panel.now, 9 * DAY_MS);
        assert!(panel.targets.iter().all(|(user, truth)| truth == &[(user + 9) % 20]));
    }

    #[test]
    fn events_without_times_lose_the_last_of_each_history() {
        let panel = panel(1);
        assert!(!panel.timed && panel.ordered);
        assert_eq!(panel.targets.len(), 100);
        assert_eq!(panel.targets[3], (3, vec![12]));
        assert_eq!(panel.histories.row(3).len(), 9);
    }

    #[test]
    fn events_without_order_lose_any_of_each_history() {
        let panel = panel(0);
        assert!(!panel.ordered);
        assert!(panel.targets.iter().all(|(user, truth)| truth.len() == 1
            && !panel.histories.row(*user as usize).iter().any(|touch| touch.item == truth[0])));
        assert!(panel.targets.iter().any(|(user, truth)| truth[0] != (user + 9) % 20));
    }

    #[test]
    fn quality_is_one_for_a_perfect_ranking_and_nought_for_a_blind_one() {
        assert!((quality(&mut vec![(4, 0.5), (7, 0.9)], &[4, 7]) - 1.0).abs() < 1e-6);
        assert_eq!(quality(&mut vec![(1, 0.5)], &[4, 7]), 0.0);
    }
}
