//! From rankings to figures.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::report::{Beyond, CurvePoint};
use crate::event::ItemIdx;
use crate::item::ItemColumns;
use crate::metrics::{
    Interval, Judged, Resamples, average_popularity, average_precision, coverage, gini, hit,
    intra_list_diversity, ndcg, novelty, precision, recall, reciprocal_rank,
};

/// A metric by name.
type Measure = (&'static str, fn(&Judged) -> f64);

/// What every report lists.
pub(super) const MEASURES: &[Measure] = &[
    ("ndcg@10", |judged| ndcg(judged, 10)),
    ("ndcg@20", |judged| ndcg(judged, 20)),
    ("recall@10", |judged| recall(judged, 10)),
    ("recall@20", |judged| recall(judged, 20)),
    ("precision@10", |judged| precision(judged, 10)),
    ("hit@10", |judged| hit(judged, 10)),
    ("hit@20", |judged| hit(judged, 20)),
    ("mrr@20", |judged| reciprocal_rank(judged, 20)),
    ("map@10", |judged| average_precision(judged, 10)),
];

/// List lengths of the curves.
pub(super) const CURVE: &[usize] = &[1, 2, 3, 5, 10, 20, 30, 50];

/// Products of a list that the figures beyond accuracy look at.
const SHOWN: usize = 10;

/// Rankings of one strategy for the questions of one slice.
pub(super) struct Rankings<'a> {
    pub(super) lists: &'a [Vec<ItemIdx>],
    pub(super) relevant: &'a [&'a [ItemIdx]],
}

/// Facts about products that the figures need.
pub(super) struct Catalogue<'a> {
    pub(super) columns: &'a ItemColumns,
    /// Training events of each product.
    pub(super) interactions: &'a [u32],
    /// Shoppers who know each product.
    pub(super) known_by: &'a [u32],
    pub(super) shoppers: usize,
    /// Products that are ranked.
    pub(super) candidate: &'a [bool],
}

impl Rankings<'_> {
    /// One value for each question and metric, by metric.
    pub(super) fn values(&self) -> Vec<Vec<f64>> {
        let judged: Vec<Judged> = self
            .lists
            .par_iter()
            .zip(self.relevant)
            .map(|(list, relevant)| Judged::new(list, relevant))
            .collect();
        MEASURES.iter().map(|(_, measure)| judged.iter().map(measure).collect()).collect()
    }

    pub(super) fn curve(&self) -> Vec<CurvePoint> {
        let count = self.lists.len().max(1) as f64;
        let judged: Vec<Judged> = self
            .lists
            .iter()
            .zip(self.relevant)
            .map(|(list, relevant)| Judged::new(list, relevant))
            .collect();
        let mean = |measure: &dyn Fn(&Judged) -> f64| judged.iter().map(measure).sum::<f64>() / count;
        CURVE
            .iter()
            .map(|k| CurvePoint {
                k: *k,
                recall: mean(&|judged| recall(judged, *k)),
                ndcg: mean(&|judged| ndcg(judged, *k)),
            })
            .collect()
    }

    pub(super) fn beyond(&self, catalogue: &Catalogue<'_>) -> Beyond {
        let mut shown = vec![0u32; catalogue.candidate.len()];
        for item in self.lists.iter().flat_map(|list| list.iter().take(SHOWN)) {
            if let Some(count) = shown.get_mut(*item as usize) {
                *count += 1;
            }
        }
        let candidates = catalogue.candidate.iter().filter(|candidate| **candidate).count();
        let among: Vec<u32> = shown
            .iter()
            .zip(catalogue.candidate)
            .filter(|(_, candidate)| **candidate)
            .map(|(count, _)| *count)
            .collect();
        let answered = self.lists.iter().filter(|list| !list.is_empty()).count();
        Beyond {
            answered: answered as f64 / self.lists.len().max(1) as f64,
            coverage: coverage(&shown, candidates),
            novelty: novelty(&shown, catalogue.known_by, catalogue.shoppers),
            diversity: self.diversity(catalogue.columns),
            popularity: average_popularity(&shown, catalogue.interactions),
            gini: gini(&among),
        }
    }

    fn diversity(&self, columns: &ItemColumns) -> Option<f64> {
        let described = |item: u32| columns.leaf_category(item).is_some() || columns.brand(item).is_some();
        if !self.lists.iter().flatten().take(1_000).any(|item| described(*item)) {
            return None;
        }
        let each: Vec<f64> = self
            .lists
            .par_iter()
            .filter_map(|list| {
                intra_list_diversity(&list[..SHOWN.min(list.len())], |a, b| likeness(columns, a, b))
            })
            .collect();
        (!each.is_empty()).then(|| each.iter().sum::<f64>() / each.len() as f64)
    }
}

/// Half for a shared leaf category (a quarter for a shared higher one), half for a shared brand.
fn likeness(columns: &ItemColumns, a: ItemIdx, b: ItemIdx) -> f64 {
    let (one, other) = (columns.categories(a), columns.categories(b));
    let category = if !one.is_empty() && one.first() == other.first() {
        0.5
    } else if one.iter().any(|category| other.contains(category)) {
        0.25
    } else {
        0.0
    };
    let brand = if columns.brand(a).is_some() && columns.brand(a) == columns.brand(b) { 0.5 } else { 0.0 };
    category + brand
}

/// Named intervals of the values that [`Rankings::values`] gave.
pub(super) fn intervals(values: &[Vec<f64>], resamples: &Resamples) -> BTreeMap<String, Interval> {
    let named: Vec<(String, Interval)> = MEASURES
        .par_iter()
        .zip(values)
        .map(|((name, _), values)| ((*name).to_owned(), resamples.interval(values)))
        .collect();
    named.into_iter().collect()
}
