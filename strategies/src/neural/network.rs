//! A small network from a history to a point among the products, and how it is trained.
//!
//! The history's embeddings are pooled to `h`; one hidden layer corrects them,
//! `z = h + V relu(W h + b)`; a product scores `z · o + c`. Trained on what comes next in histories
//! against products drawn by lot (sampled softmax), by plain backpropagation with Adagrad steps.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::dense::{Kernel, add_scaled, dot, padded, vectorised};
use crate::factorization::Factors;
use crate::learn::touches::Histories;

/// Products drawn against each right one.
const NEGATIVES: usize = 32;
/// The latest products of a history that are pooled.
pub(super) const POOLED: usize = 30;
/// Keeps the first Adagrad steps small.
const START: f32 = 0.1;

/// How to train.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) dimensions: usize,
    pub(super) hidden: usize,
    pub(super) epochs: usize,
    pub(super) learning_rate: f32,
    /// Steps in all, at most.
    pub(super) most_steps: usize,
    /// How much a product of the history weighs against the one after it.
    pub(super) fading: f32,
}

/// The weights that turn a pooled history into a point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Network {
    /// One embedding a product, for histories.
    pub(super) input: Factors,
    /// `hidden` rows of `W`.
    first: Factors,
    bias: Vec<f32>,
    /// `hidden` rows of the transpose of `V`.
    second: Factors,
}

/// Working memory of one pass.
#[derive(Clone, Debug, Default)]
pub(super) struct Pass {
    pooled: Vec<f32>,
    hidden: Vec<f32>,
    pub(super) point: Vec<f32>,
}

impl Network {
    /// The point of a history given as products with weights that sum to 1.
    pub(super) fn forward(&self, history: &[(u32, f32)], pass: &mut Pass) {
        let Pass { pooled, hidden, point } = pass;
        pooled.clear();
        pooled.resize(self.input.stride(), 0.0);
        for &(item, weight) in history {
            add_scaled(pooled, weight, self.input.row(item as usize));
        }
        point.clear();
        point.extend_from_slice(pooled);
        hidden.clear();
        for (at, bias) in self.bias.iter().enumerate() {
            let value = (dot(self.first.row(at), pooled) + bias).max(0.0);
            hidden.push(value);
            if value > 0.0 {
                add_scaled(point, value, self.second.row(at));
            }
        }
    }
}

/// Sums of squared gradients beside the values they belong to.
struct Adagrad {
    squares: Factors,
}

impl Adagrad {
    fn of(values: &Factors) -> Self {
        let mut squares = Factors::zeros(values.rows(), values.width());
        squares.values_mut().fill(START);
        Self { squares }
    }

    /// A step of one row against its gradient.
    #[inline(always)]
    fn step(&mut self, values: &mut Factors, row: usize, factor: f32, gradient: &[f32], rate: f32) {
        let squares = self.squares.row_mut(row);
        let values = values.row_mut(row);
        for ((value, square), part) in values.iter_mut().zip(squares).zip(gradient) {
            let slope = factor * part;
            *square += slope * slope;
            *value -= rate * slope / square.sqrt();
        }
    }
}

/// What training changes, with its memory.
struct Training<'a> {
    shape: Shape,
    histories: &'a Histories,
    network: Network,
    output: Factors,
    memory: [Adagrad; 4],
    bias_memory: Vec<f32>,
    pass: Pass,
    history: Vec<(u32, f32)>,
    error: Vec<f32>,
    inward: Vec<f32>,
    rng: ChaCha8Rng,
}

/// The network and the products' output rows, whose last dimension is the bias `c`. `None` when
/// stopped.
pub(super) fn train(
    histories: &Histories,
    shape: Shape,
    ordered: bool,
    seed: u64,
    stop: &(dyn Fn(f32) -> bool + Sync),
) -> Option<(Network, Factors)> {
    let (items, width) = (histories.items(), shape.dimensions);
    let deviation = 0.3 / (width as f32).sqrt();
    let input = Factors::normal(items, width, deviation, seed);
    let first = Factors::normal(shape.hidden, width, 1.0 / (width as f32).sqrt(), seed ^ 0x11);
    let second = Factors::normal(shape.hidden, width, 0.1 / (shape.hidden as f32).sqrt(), seed ^ 0x22);
    // The bias stands behind the dimensions: a shopper's point has 1 there.
    let output = Factors::normal(items, width + 1, deviation, seed ^ 0x33);
    let memory = [Adagrad::of(&input), Adagrad::of(&first), Adagrad::of(&second), Adagrad::of(&output)];
    let mut training = Training {
        shape,
        histories,
        network: Network { input, first, bias: vec![0.0; shape.hidden], second },
        output,
        memory,
        bias_memory: vec![START; shape.hidden],
        pass: Pass::default(),
        history: Vec::new(),
        error: vec![0.0; padded(width + 1)],
        inward: vec![0.0; padded(width)],
        rng: ChaCha8Rng::seed_from_u64(seed ^ 0x44),
    };
    for item in 0..items {
        training.output.row_mut(item)[width] = 0.0;
    }
    let users: Vec<u32> =
        (0..histories.users() as u32).filter(|&user| histories.row(user as usize).len() > 1).collect();
    if users.is_empty() || items < 2 {
        return Some((training.network, training.output));
    }
    let steps = histories.pairs().saturating_mul(shape.epochs).min(shape.most_steps);
    for step in 0..steps {
        if step % 10_000 == 0 && stop(step as f32 / steps as f32) {
            return None;
        }
        let user = users[training.rng.random_range(0..users.len())];
        let rate = shape.learning_rate * (1.0 - 0.9 * step as f32 / steps as f32);
        vectorised(Step { training: &mut training, user, ordered, rate });
    }
    Some((training.network, training.output))
}

/// One step: a product of one history, to be told from products drawn by lot.
struct Step<'a, 'b> {
    training: &'a mut Training<'b>,
    user: u32,
    ordered: bool,
    rate: f32,
}

impl Kernel for Step<'_, '_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.training.step(self.user, self.ordered, self.rate);
    }
}

impl Training<'_> {
    #[inline(always)]
    fn step(&mut self, user: u32, ordered: bool, rate: f32) {
        let row = self.histories.row(user as usize);
        let target = self.rng.random_range(usize::from(ordered)..row.len());
        let known = if ordered { &row[..target] } else { row };
        self.history.clear();
        let mut weight = 1.0;
        for touch in known.iter().rev().filter(|touch| touch.item != row[target].item).take(POOLED) {
            self.history.push((touch.item, weight));
            weight *= self.shape.fading;
        }
        let total: f32 = self.history.iter().map(|(_, weight)| weight).sum();
        self.history.iter_mut().for_each(|(_, weight)| *weight /= total);
        self.network.forward(&self.history, &mut self.pass);
        let width = self.shape.dimensions;
        let mut point = std::mem::take(&mut self.pass.point);
        point.resize(self.error.len(), 0.0);
        point[width] = 1.0;
        let items = self.histories.items() as u32;
        let mut drawn = [row[target].item; NEGATIVES + 1];
        drawn[1..].iter_mut().for_each(|item| *item = self.rng.random_range(0..items));
        let mut scores = drawn.map(|item| dot(self.output.row(item as usize), &point));
        let highest = scores.iter().copied().fold(f32::MIN, f32::max);
        scores.iter_mut().for_each(|score| *score = (*score - highest).exp());
        let repeats = |(at, item): (usize, &u32)| at > 0 && *item == drawn[0];
        let each = drawn.iter().enumerate().zip(scores);
        let sum: f32 = each.filter(|(draw, _)| !repeats(*draw)).map(|(_, score)| score).sum();
        self.error.fill(0.0);
        for (at, (&item, score)) in drawn.iter().zip(scores).enumerate() {
            // A draw that hits the right product teaches nothing.
            if at > 0 && item == drawn[0] {
                continue;
            }
            let slope = score / sum - f32::from(u8::from(at == 0));
            add_scaled(&mut self.error, slope, self.output.row(item as usize));
            self.memory[3].step(&mut self.output, item as usize, slope, &point, rate);
        }
        self.pass.point = point;
        self.backward(rate);
    }

    #[inline(always)]
    fn backward(&mut self, rate: f32) {
        let width = self.inward.len();
        let error = &mut self.error;
        error[self.shape.dimensions] = 0.0;
        let error = &error[..width];
        self.inward.copy_from_slice(error);
        for at in 0..self.shape.hidden {
            let value = self.pass.hidden[at];
            if value <= 0.0 {
                continue;
            }
            let slope = dot(self.network.second.row(at), error);
            self.memory[2].step(&mut self.network.second, at, value, error, rate);
            add_scaled(&mut self.inward, slope, self.network.first.row(at));
            self.memory[1].step(&mut self.network.first, at, slope, &self.pass.pooled, rate);
            self.bias_memory[at] += slope * slope;
            self.network.bias[at] -= rate * slope / self.bias_memory[at].sqrt();
        }
        for &(item, weight) in &self.history {
            self.memory[0].step(&mut self.network.input, item as usize, weight, &self.inward, rate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::touches::Touch;

    const SHAPE: Shape =
        Shape { dimensions: 8, hidden: 8, epochs: 40, learning_rate: 0.1, most_steps: 100_000, fading: 0.8 };

    /// Products are taken in a circle of twelve.
    fn circle() -> Histories {
        let touch = |item, steps| Touch { item, strength: 1.0, age_days: 0.0, steps };
        let row = |user: u32| (0..4).map(|step| touch((user + step) % 12, 3 - step)).collect();
        Histories::from_rows(12, (0..120).map(row).collect())
    }

    #[test]
    fn what_comes_next_scores_highest() {
        let (network, output) = train(&circle(), SHAPE, true, 1, &|_| false).unwrap();
        let mut pass = Pass::default();
        let mut right = 0;
        for last in 0..12u32 {
            network.forward(&[(last, 0.67), ((last + 11) % 12, 0.33)], &mut pass);
            let mut point = pass.point.clone();
            point.resize(output.stride(), 0.0);
            point[SHAPE.dimensions] = 1.0;
            // What the shopper has is left out, as the filters of the shop do.
            let open = (0..12).filter(|&item| item != last as usize && item != (last as usize + 11) % 12);
            let score = |item: &usize| dot(output.row(*item), &point);
            let best = open.max_by(|a, b| score(a).total_cmp(&score(b)));
            right += u32::from(best == Some((last as usize + 1) % 12));
        }
        assert!(right >= 10, "{right} of 12");
    }

    #[test]
    fn training_ends_when_told_and_needs_something_to_learn_from() {
        assert!(train(&circle(), SHAPE, true, 1, &|_| true).is_none());
        assert!(train(&Histories::from_rows(3, vec![Vec::new()]), SHAPE, true, 1, &|_| true).is_some());
    }
}
