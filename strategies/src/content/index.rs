//! Products as unit vectors of BM25 term weights, with postings to find the like of a vector fast.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::content::text;
use crate::error::StrategyError;
use crate::event::ItemIdx;
use crate::item::ItemFeatures;
use crate::sparse::Csr;
use crate::train::FitJob;

const K1: f32 = 1.2;
const B: f32 = 0.5;

/// A product's terms, heaviest first, as a unit vector.
pub(super) type TermVector = Vec<(u32, f32)>;

/// Vocabulary, vectors and postings of the catalogue at training.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Index {
    vocabulary: FxHashMap<String, u32>,
    words: Vec<String>,
    idf: Vec<f32>,
    /// For terms no product had at training.
    rare_idf: f32,
    average_length: f32,
    max_terms: usize,
    vectors: Csr,
    postings: Csr,
}

/// Terms and products that came after training.
#[derive(Debug, Default)]
pub(super) struct LiveIndex {
    vocabulary: FxHashMap<String, u32>,
    words: Vec<String>,
    vectors: FxHashMap<ItemIdx, TermVector>,
    postings: FxHashMap<u32, Vec<(ItemIdx, f32)>>,
}

impl Index {
    pub(super) fn build(
        job: &FitJob<'_>,
        max_terms: usize,
        max_postings: usize,
    ) -> Result<Self, StrategyError> {
        let items = job.dataset.items();
        let mut vocabulary: FxHashMap<String, u32> = FxHashMap::default();
        let mut words = Vec::new();
        let mut frequency: Vec<u32> = Vec::new();
        let mut counted: Vec<Vec<(u32, f32)>> = Vec::with_capacity(items.len());
        let mut total = 0.0f64;
        for (index, item) in items.iter().enumerate() {
            if index % 4_096 == 0 {
                job.cancel.check()?;
                job.progress.report("reading texts", 0.7 * index as f32 / items.len() as f32);
            }
            let mut row = Vec::new();
            for (word, count) in text::terms(item) {
                let term = *vocabulary.entry(word).or_insert_with_key(|word| {
                    words.push(word.clone());
                    frequency.push(0);
                    words.len() as u32 - 1
                });
                frequency[term as usize] += 1;
                total += f64::from(count);
                row.push((term, count));
            }
            counted.push(row);
        }
        let count = items.len().max(1) as f32;
        let idf_of =
            |frequency: u32| (1.0 + (count - frequency as f32 + 0.5) / (frequency as f32 + 0.5)).ln();
        let mut index = Self {
            idf: frequency.iter().map(|&frequency| idf_of(frequency)).collect(),
            rare_idf: idf_of(1),
            average_length: (total / f64::from(count)).max(1e-3) as f32,
            max_terms: max_terms.max(1),
            vectors: Csr::empty(0, words.len()),
            postings: Csr::default(),
            vocabulary,
            words,
        };
        let mut lists: Vec<Vec<(ItemIdx, f32)>> = vec![Vec::new(); index.words.len()];
        for (item, row) in counted.into_iter().enumerate() {
            let vector = index.weigh(row);
            for &(term, weight) in &vector {
                lists[term as usize].push((item as ItemIdx, weight));
            }
            index.vectors.push_row(vector);
        }
        job.cancel.check()?;
        // A word that half the shop shares says little: its strongest bearers are enough.
        for list in &mut lists {
            list.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            list.truncate(max_postings.max(1));
        }
        index.postings = Csr::from_rows(items.len(), lists);
        Ok(index)
    }

    /// BM25 weights of counted terms, cut to the heaviest and scaled to length 1.
    fn weigh(&self, mut counted: Vec<(u32, f32)>) -> TermVector {
        let length: f32 = counted.iter().map(|&(_, count)| count).sum();
        let norm = K1 * (1.0 - B + B * length / self.average_length);
        for (term, count) in &mut counted {
            let idf = self.idf.get(*term as usize).copied().unwrap_or(self.rare_idf);
            *count = idf * *count * (K1 + 1.0) / (*count + norm);
        }
        counted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        counted.truncate(self.max_terms);
        let square: f32 = counted.iter().map(|&(_, weight)| weight * weight).sum();
        if square > 0.0 {
            let scale = square.sqrt().recip();
            counted.iter_mut().for_each(|(_, weight)| *weight *= scale);
        }
        counted
    }

    /// The vector of a product, as it is now.
    pub(super) fn vector<'a>(
        &'a self,
        live: Option<&'a LiveIndex>,
        item: ItemIdx,
    ) -> impl Iterator<Item = (u32, f32)> + 'a {
        let changed = live.and_then(|live| live.vectors.get(&item));
        let (terms, weights) =
            if changed.is_some() { (&[][..], &[][..]) } else { self.vectors.row(item as usize) };
        let changed = changed.map_or(&[][..], Vec::as_slice);
        terms.iter().copied().zip(weights.iter().copied()).chain(changed.iter().copied())
    }

    /// Products that have a term, with its weight in their vectors: the `most` strongest of training and
    /// all that came since; changed ones may come twice.
    pub(super) fn postings<'a>(
        &'a self,
        live: Option<&'a LiveIndex>,
        term: u32,
        most: usize,
    ) -> impl Iterator<Item = (ItemIdx, f32)> + 'a {
        let (items, weights) = self.postings.row(term as usize);
        let most = most.min(items.len());
        let (items, weights) = (&items[..most], &weights[..most]);
        let fresh = live.and_then(|live| live.postings.get(&term)).map_or(&[][..], Vec::as_slice);
        items.iter().copied().zip(weights.iter().copied()).chain(fresh.iter().copied())
    }

    /// The number of a word.
    pub(super) fn term(&self, live: Option<&LiveIndex>, word: &str) -> Option<u32> {
        self.vocabulary.get(word).or_else(|| live?.vocabulary.get(word)).copied()
    }

    /// How telling a term is.
    pub(super) fn idf(&self, term: u32) -> f32 {
        self.idf.get(term as usize).copied().unwrap_or(self.rare_idf)
    }

    /// The word of a number.
    pub(super) fn word<'a>(&'a self, live: Option<&'a LiveIndex>, term: u32) -> Option<&'a str> {
        let known = self.words.get(term as usize);
        known.or_else(|| live?.words.get(term as usize - self.words.len())).map(String::as_str)
    }

    /// Number of terms, live ones included.
    pub(super) fn term_count(&self, live: Option<&LiveIndex>) -> usize {
        self.words.len() + live.map_or(0, |live| live.words.len())
    }

    /// Puts a new or changed product into the live part.
    pub(super) fn place(&self, live: &mut LiveIndex, item: ItemIdx, features: &ItemFeatures) {
        let mut row = Vec::new();
        for (word, count) in text::terms(features) {
            let known = self.term(Some(live), &word);
            let term = known.unwrap_or_else(|| {
                let term = (self.words.len() + live.words.len()) as u32;
                live.vocabulary.insert(word.clone(), term);
                live.words.push(word);
                term
            });
            row.push((term, count));
        }
        let vector = self.weigh(row);
        if let Some(old) = live.vectors.remove(&item) {
            for (term, _) in old {
                if let Some(list) = live.postings.get_mut(&term) {
                    list.retain(|&(other, _)| other != item);
                }
            }
        }
        for &(term, weight) in &vector {
            live.postings.entry(term).or_default().push((item, weight));
        }
        live.vectors.insert(item, vector);
    }
}
