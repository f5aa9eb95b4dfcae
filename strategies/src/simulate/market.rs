//! How products are found: by shelf and style in proportion to popularity, by companionship, by buzz.

use super::draws::{Draws, hash};
use super::product::{Draft, Setting};
use super::shopper::Taste;

/// Sampling tables over the catalogue.
pub(crate) struct Market<'a> {
    pub(crate) setting: Setting<'a>,
    pub(crate) drafts: &'a [Draft],
    shelves: Vec<ShelfTable>,
    /// For every shelf the positions of the shelves it goes with.
    complements: Vec<Vec<usize>>,
    famous: Vec<u32>,
}

/// Products of a shelf ordered by style, with running sums of popularity.
#[derive(Default)]
struct ShelfTable {
    products: Vec<u32>,
    sums: Vec<f64>,
    /// Where each style begins, and the end.
    styles: Vec<usize>,
}

impl ShelfTable {
    /// A product of `from..to` in proportion to popularity.
    fn sample(&self, from: usize, to: usize, draws: &mut Draws) -> Option<u32> {
        if from >= to {
            return None;
        }
        let before = if from == 0 { 0.0 } else { self.sums[from - 1] };
        let aim = before + draws.unit() * (self.sums[to - 1] - before);
        let at = self.sums[from..to].partition_point(|sum| *sum <= aim);
        self.products.get(from + at.min(to - from - 1)).copied()
    }
}

impl<'a> Market<'a> {
    pub(crate) fn new(setting: Setting<'a>, drafts: &'a [Draft]) -> Self {
        let styles = super::words::STYLES.len();
        let mut shelves: Vec<ShelfTable> = setting.places.iter().map(|_| ShelfTable::default()).collect();
        for (index, draft) in
            drafts.iter().enumerate().filter(|(_, draft)| draft.gone_at_ms > draft.created_at_ms)
        {
            shelves[usize::from(draft.shelf)].products.push(index as u32);
        }
        for shelf in &mut shelves {
            shelf.products.sort_by_key(|product| (drafts[*product as usize].style, *product));
            let mut sum = 0.0;
            shelf.sums = shelf
                .products
                .iter()
                .map(|product| {
                    sum += f64::from(drafts[*product as usize].popularity);
                    sum
                })
                .collect();
            shelf.styles = (0..=styles)
                .map(|style| {
                    shelf
                        .products
                        .partition_point(|product| usize::from(drafts[*product as usize].style) < style)
                })
                .collect();
        }
        let complements = setting
            .places
            .iter()
            .map(|place| {
                let names = place.shelf.goes_with;
                names
                    .iter()
                    .filter_map(|name| setting.places.iter().position(|other| other.shelf.name == *name))
                    .collect()
            })
            .collect();
        let famous = (0..drafts.len() as u32)
            .filter(|index| {
                let draft = &drafts[*index as usize];
                draft.gone_at_ms > draft.created_at_ms && draft.popularity > 2.5
            })
            .take(50_000)
            .collect();
        Self { setting, drafts, shelves, complements, famous }
    }

    pub(crate) fn draft(&self, product: u32) -> &'a Draft {
        &self.drafts[product as usize]
    }

    /// Popular and suited to the shopper: a few popular candidates, then a choice by taste.
    pub(crate) fn choose(&self, shelf: usize, taste: &Taste, at_ms: i64, draws: &mut Draws) -> Option<u32> {
        const CANDIDATES: usize = 5;
        let table = self.shelves.get(shelf)?;
        let mut products = [0; CANDIDATES];
        let mut weights = [0.0; CANDIDATES];
        for (product, weight) in products.iter_mut().zip(&mut weights) {
            let own_style = draws.chance(0.55);
            let style = usize::from(taste.styles[usize::from(draws.chance(0.3))]);
            let drawn = if own_style {
                table.sample(table.styles[style], table.styles[style + 1], draws)
            } else {
                None
            };
            let drawn = drawn.or_else(|| table.sample(0, table.products.len(), draws))?;
            let draft = self.draft(drawn);
            *product = drawn;
            if draft.visible(at_ms) {
                *weight = taste.appeal(draft, at_ms) * draft.buzz(drawn, at_ms, &self.setting);
            }
        }
        let choice = draws.weighted(&weights);
        (weights[choice] > 0.0).then_some(products[choice])
    }

    /// Something everybody talks about.
    pub(crate) fn talk_of_the_town(&self, at_ms: i64, draws: &mut Draws) -> Option<u32> {
        if self.famous.is_empty() {
            return None;
        }
        let candidates: [u32; 6] = std::array::from_fn(|_| draws.pick(&self.famous));
        let weights = candidates.map(|product| {
            let draft = self.draft(product);
            if draft.visible(at_ms) {
                f64::from(draft.popularity) * draft.buzz(product, at_ms, &self.setting).powi(2)
            } else {
                0.0
            }
        });
        let choice = draws.weighted(&weights);
        (weights[choice] > 0.0).then_some(candidates[choice])
    }

    /// One of the three products that go with this one: fixed pairs across complementary shelves.
    pub(crate) fn companion(&self, product: u32, at_ms: i64, draws: &mut Draws) -> Option<u32> {
        let draft = self.draft(product);
        let pair = [0, 0, 0, 1, 1, 2][draws.below(6)];
        let complements = &self.complements[usize::from(draft.shelf)];
        let shelf = *complements.get(pair % complements.len().max(1))?;
        self.partner(product, shelf, 100 + pair as u64).filter(|partner| self.draft(*partner).visible(at_ms))
    }

    /// A close alternative on the same shelf: what a comparing shopper opens next.
    pub(crate) fn alternative(&self, product: u32, at_ms: i64, draws: &mut Draws) -> Option<u32> {
        let which = draws.below(3) as u64;
        self.partner(product, usize::from(self.draft(product).shelf), 200 + which)
            .filter(|partner| *partner != product && self.draft(*partner).visible(at_ms))
    }

    /// A fixed product of a shelf, usually of the same style as the given one, rather a popular one.
    fn partner(&self, product: u32, shelf: usize, salt: u64) -> Option<u32> {
        let table = &self.shelves[shelf];
        let style = usize::from(self.draft(product).style);
        let (from, to) = (table.styles[style], table.styles[style + 1]);
        let (from, to) = if to > from { (from, to) } else { (0, table.products.len()) };
        if from == to {
            return None;
        }
        let pick = |salt: u64| {
            table.products
                [from + (hash(self.setting.seed, salt, u64::from(product)) % (to - from) as u64) as usize]
        };
        let (one, other) = (pick(salt), pick(salt + 1_000));
        Some(if self.draft(one).popularity >= self.draft(other).popularity { one } else { other })
    }
}
