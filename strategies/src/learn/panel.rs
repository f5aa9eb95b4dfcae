//! A validation panel: shoppers with what they did until a moment and what they chose after it.

use std::cmp::Ordering;

use rand::SeedableRng;
use rand::seq::index::sample;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::dataset::Dataset;
use crate::event::{DAY_MS, HistoryEvent, InteractionWeights, Millis};
use crate::learn::touches::{Collector, Emphasis, Histories, Touch};
use crate::scratch::{Accumulator, Scratch};

/// Which events the training half of the split keeps.
#[derive(Debug, Clone)]
pub(crate) enum Split {
    /// Everything before a moment.
    Before(Millis),
    /// Everything but the events held out: one mark an event, shopper by shopper.
    Held {
        /// Where each shopper's marks start.
        starts: Vec<usize>,
        /// What becomes of the event.
        marks: Vec<Mark>,
    },
}

/// What becomes of an event of a held-out history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It is learned from.
    Learned,
    /// It came after training and before the question: part of the history, unknown to the model.
    Fresh,
    /// It is to be found.
    Wanted,
}

impl Split {
    /// Whether the training half has the `at`-th event of `user`.
    #[inline]
    pub(crate) fn keeps(&self, user: u32, at: usize, event: &HistoryEvent) -> bool {
        match self {
            Self::Before(cut) => event.at < *cut,
            Self::Held { starts, marks } => marks[starts[user as usize] + at] == Mark::Learned,
        }
    }

    /// Whether the `at`-th event of `user` is known when the question is asked.
    #[inline]
    pub(crate) fn asks_with(&self, user: u32, at: usize, event: &HistoryEvent) -> bool {
        match self {
            Self::Before(cut) => event.at < *cut,
            Self::Held { starts, marks } => marks[starts[user as usize] + at] != Mark::Wanted,
        }
    }
}

/// A way to split a data set, with what its times mean.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// How the split is made.
    pub(crate) split: Split,
    /// The moment of the questions.
    pub(crate) now: Millis,
    /// Whether times mean anything, or only the order does.
    pub(crate) timed: bool,
    /// Whether events have an order.
    pub(crate) ordered: bool,
}

/// Ways to split, the better first: by time where there are times, by held-out events. None without
/// a positive event.
pub(crate) fn plans(dataset: &Dataset, most: usize, seed: u64, draw: usize) -> Vec<Plan> {
    let mut times: Vec<Millis> = (0..dataset.user_count() as u32)
        .flat_map(|user| dataset.history(user))
        .filter(|event| event.kind.is_positive())
        .map(|event| event.at)
        .collect();
    if times.is_empty() {
        return Vec::new();
    }
    let at = times.len() * 9 / 10;
    let cut = *times.select_nth_unstable(at).1;
    let (first, last) = times.iter().fold((Millis::MAX, Millis::MIN), |(a, b), &t| (a.min(t), b.max(t)));
    drop(times);
    let (timed, ordered) = (last.saturating_sub(first) >= TIMED_SPAN, last > first);
    let split = held_out(dataset, ordered, most, seed, draw);
    let held = Plan { split, now: last, timed, ordered };
    let by_time = timed.then_some(Plan { split: Split::Before(cut), now: cut, timed, ordered });
    by_time.into_iter().chain([held]).collect()
}

/// One shopper of the panel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// The history the question is asked with.
    pub(crate) touches: Vec<Touch>,
    /// The products new to the shopper that were chosen afterwards, ascending.
    pub(crate) truth: Vec<u32>,
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
    /// The sampled shoppers.
    pub(crate) cases: Vec<Case>,
}

/// Times spread over less than this say nothing about days.
const TIMED_SPAN: Millis = 3 * DAY_MS;
/// Panels drawn at most.
const MOST_DRAWS: usize = 4;
/// Fewer shoppers than this decide nothing.
const FEWEST: usize = 40;

impl Panel {
    /// Splits by time where there are times (the last tenth of the events); else holds out a tenth of
    /// each sampled history, at least one event: the last where there is an order, any where all
    /// events claim one moment. With an order, the event before is asked with but not learned from, as
    /// in a shop whose model is a little older than its questions: without it, what is known about
    /// rare products would seem worthless, for only the shopper asked had them. `None` when too few
    /// shoppers qualify.
    pub(crate) fn new(
        dataset: &Dataset,
        weights: &InteractionWeights,
        emphasis: Emphasis,
        longest: usize,
        most: usize,
        seed: u64,
        draw: usize,
    ) -> Option<Self> {
        plans(dataset, most, seed, draw).into_iter().find_map(|plan| {
            let Plan { split, now, timed, ordered } = plan;
            let mut histories = Histories::new(dataset, weights, now, longest, |user, at, event| {
                split.keeps(user, at, event)
            });
            histories.emphasise(&emphasis);
            let mut panel = Self { split, now, timed, ordered, histories, cases: Vec::new() };
            panel.collect_cases(dataset, weights, &emphasis, longest, most, seed);
            (panel.cases.len() >= FEWEST).then_some(panel)
        })
    }

    /// Several panels of different shoppers, or, without an order, of different products held out: what
    /// one panel is too small to tell, several may. One where times decide.
    pub(crate) fn draws(
        dataset: &Dataset,
        weights: &InteractionWeights,
        emphasis: Emphasis,
        longest: usize,
        most: usize,
        seed: u64,
    ) -> Vec<Self> {
        let draw = |draw| Self::new(dataset, weights, emphasis, longest, most, seed, draw);
        let Some(first) = draw(0) else { return Vec::new() };
        let shoppers =
            (0..dataset.user_count() as u32).filter(|&user| dataset.history(user).len() >= 3).count();
        let draws = match first.split {
            Split::Before(_) => 1,
            Split::Held { .. } if first.ordered => (shoppers / most.max(1)).min(MOST_DRAWS / 2),
            Split::Held { .. } => (most / first.cases.len().max(1)).min(MOST_DRAWS),
        };
        let others: Vec<Self> = (1..draws).filter_map(draw).collect();
        std::iter::once(first).chain(others).collect()
    }

    fn collect_cases(
        &mut self,
        dataset: &Dataset,
        weights: &InteractionWeights,
        emphasis: &Emphasis,
        longest: usize,
        most: usize,
        seed: u64,
    ) {
        let degrees = self.histories.degrees();
        let wanted = |user: u32| -> Option<(u32, Vec<u32>)> {
            let events = dataset.history(user);
            if self.histories.row(user as usize).is_empty() {
                return None;
            }
            let (mut known, mut later) = (Vec::new(), Vec::new());
            for (at, event) in events.iter().enumerate() {
                if self.split.asks_with(user, at, event) {
                    known.push(event.item);
                } else if weights.base(event.kind, event.amount) > 0.0 && degrees[event.item as usize] > 0 {
                    later.push(event.item);
                }
            }
            known.sort_unstable();
            later.retain(|item| known.binary_search(item).is_err());
            later.sort_unstable();
            later.dedup();
            (!later.is_empty()).then_some((user, later))
        };
        let mut found: Vec<(u32, Vec<u32>)> =
            (0..dataset.user_count() as u32).into_par_iter().filter_map(wanted).collect();
        if found.len() > most {
            let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5EED);
            let mut chosen = sample(&mut rng, found.len(), most).into_vec();
            chosen.sort_unstable();
            found = chosen.into_iter().map(|at| std::mem::take(&mut found[at])).collect();
        }
        self.cases = found
            .into_par_iter()
            .map_init(Collector::default, |collector, (user, truth)| {
                let events = dataset.history(user).iter().enumerate();
                let known = events
                    .filter(|(at, event)| self.split.asks_with(user, *at, event))
                    .map(|(_, event)| event);
                collector.collect(known, weights, self.now);
                collector.truncate(longest);
                for touch in &mut collector.touches {
                    touch.strength = emphasis.of(touch.strength);
                }
                Case { touches: collector.touches.clone(), truth }
            })
            .collect();
    }

    /// Quality of the ranking `score` gives each shopper: it adds scores of products to the sums it
    /// is handed; products of the history are left out.
    pub(crate) fn qualities_of(
        &self,
        score: impl Fn(&[Touch], &Accumulator, &mut Accumulator, &Scratch) + Sync,
    ) -> Vec<f32> {
        let items = self.histories.items();
        self.cases
            .par_iter()
            .map_init(
                || (Scratch::default(), Vec::new()),
                |(scratch, ranked), case| {
                    let mut own = scratch.accumulator(items);
                    case.touches.iter().for_each(|touch| own.add(touch.item, 1.0));
                    let mut sums = scratch.accumulator(items);
                    score(&case.touches, &own, &mut sums, scratch);
                    ranked.clear();
                    ranked.extend(sums.iter().filter(|&(item, sum)| sum > 0.0 && !own.contains(item)));
                    quality(ranked, &case.truth)
                },
            )
            .collect()
    }
}

/// A tenth of the histories of up to `most` shoppers, from their ends or, without order, at random.
fn held_out(dataset: &Dataset, ordered: bool, most: usize, seed: u64, draw: usize) -> Split {
    let users = dataset.user_count();
    let mut starts = vec![0; users + 1];
    for user in 0..users {
        starts[user + 1] = starts[user] + dataset.history(user as u32).len();
    }
    let mut marks = vec![Mark::Learned; starts[users]];
    let long: Vec<usize> = (0..users).filter(|&user| starts[user + 1] - starts[user] >= 3).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5EED);
    let order = sample(&mut rng, long.len(), long.len()).into_vec();
    let skip = if ordered { draw * most } else { 0 };
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ draw as u64);
    for at in order.into_iter().skip(skip).take(most) {
        let marks = &mut marks[starts[long[at]]..starts[long[at] + 1]];
        let (length, held) = (marks.len(), (marks.len() / 10).max(1));
        if ordered {
            marks[length - 2 * held..length - held].fill(Mark::Fresh);
            marks[length - held..].fill(Mark::Wanted);
        } else {
            sample(&mut rng, length, held).into_iter().for_each(|place| marks[place] = Mark::Wanted);
        }
    }
    Split::Held { starts, marks }
}

/// How deep a ranking is judged.
pub(crate) const DEPTH: usize = 20;

/// NDCG@20 of scored products against the products chosen, ascending: one figure that sees the top of
/// a list and its depth.
pub(crate) fn quality(scored: &mut Vec<(u32, f32)>, truth: &[u32]) -> f32 {
    let order = |a: &(u32, f32), b: &(u32, f32)| -> Ordering { b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)) };
    if scored.len() > DEPTH {
        scored.select_nth_unstable_by(DEPTH - 1, order);
        scored.truncate(DEPTH);
    }
    scored.sort_unstable_by(order);
    let discount = |rank: usize| 1.0 / ((rank + 2) as f32).log2();
    let found = scored.iter().enumerate().filter(|(_, (item, _))| truth.binary_search(item).is_ok());
    let gain: f32 = found.map(|(rank, _)| discount(rank)).sum();
    let ideal: f32 = (0..truth.len().min(DEPTH)).map(discount).sum();
    gain / ideal.max(f32::MIN_POSITIVE)
}

/// Mean.
pub(crate) fn mean(values: &[f32]) -> f32 {
    (values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len().max(1) as f64) as f32
}

/// Whether `candidate` beats `leader`, shopper by shopper, by more than the standard error of the
/// difference: what is tried often enough beats anything by chance, and then fails in the shop.
pub(crate) fn surely_beats(candidate: &[f32], leader: &[f32]) -> bool {
    let n = candidate.len().max(2) as f64;
    let differences = || candidate.iter().zip(leader).map(|(a, b)| f64::from(a - b));
    let mean = differences().sum::<f64>() / n;
    let variance = differences().map(|d| (d - mean).powi(2)).sum::<f64>() / (n - 1.0);
    mean > (variance / n).sqrt() && mean > 0.0
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
            0,
        )
        .unwrap()
    }

    #[test]
    fn events_with_times_are_split_at_a_moment() {
        let panel = panel(DAY_MS);
        assert!(panel.timed);
        assert_eq!(panel.now, 9 * DAY_MS);
        assert!(panel.cases.iter().all(|case| case.truth == [(case.touches[0].item + 9) % 20]));
    }

    #[test]
    fn events_without_times_lose_the_last_of_each_history() {
        let panel = panel(1);
        assert!(!panel.timed && panel.ordered);
        assert_eq!(panel.cases.len(), 100);
        assert_eq!((&panel.cases[3].truth[..], panel.cases[3].touches.len()), (&[12][..], 9));
        assert_eq!(panel.histories.row(3).len(), 8, "the model is a little older than the question");
    }

    #[test]
    fn events_without_order_lose_any_of_each_history() {
        let panel = panel(0);
        assert!(!panel.ordered);
        assert!(panel.cases.iter().all(
            |case| case.truth.len() == 1 && !case.touches.iter().any(|touch| touch.item == case.truth[0])
        ));
        assert!(panel.cases.iter().zip(0u32..).any(|(case, user)| case.truth[0] != (user + 9) % 20));
    }

    #[test]
    fn a_gain_within_the_noise_is_no_gain() {
        let leader: Vec<f32> = (0..100).map(|k| (k % 10) as f32 / 10.0).collect();
        let noisy: Vec<f32> =
            leader.iter().enumerate().map(|(k, v)| v + if k % 2 == 0 { 0.2 } else { -0.19 }).collect();
        let better: Vec<f32> = leader.iter().map(|v| v + 0.01).collect();
        assert!(!surely_beats(&noisy, &leader) && surely_beats(&better, &leader));
        assert!(!surely_beats(&leader, &leader));
    }

    #[test]
    fn draws_of_a_panel_differ() {
        let data = dataset(0);
        let weights = InteractionWeights::default();
        let draws = Panel::draws(&data, &weights, Emphasis { mean: 1.0, power: 0.0 }, 100, 1_000, 1);
        assert_eq!(draws.len(), 4);
        assert!(draws[0].cases.iter().zip(&draws[1].cases).any(|(a, b)| a.truth != b.truth));
        assert_eq!(
            panel(DAY_MS).cases.len(),
            Panel::draws(&dataset(DAY_MS), &weights, Emphasis { mean: 1.0, power: 0.0 }, 100, 1_000, 1)[0]
                .cases
                .len()
        );
    }

    #[test]
    fn quality_is_one_for_a_perfect_ranking_and_nought_for_a_blind_one() {
        assert!((quality(&mut vec![(4, 0.5), (7, 0.9)], &[4, 7]) - 1.0).abs() < 1e-6);
        assert_eq!(quality(&mut vec![(1, 0.5)], &[4, 7]), 0.0);
    }
}
