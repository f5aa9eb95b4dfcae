//! Rules between a model's answer and the list: stated taste, sustainability, boosts, variety, caps.

use crate::engine::{Slot, Source};
use crate::event::ItemIdx;
use crate::item::{ItemColumns, Preferences};
use crate::request::{Request, Settings};
use crate::strategy::{Context, Kind};

/// Variety is sought among this many candidates at most.
const MMR_POOL: usize = 100;

/// The rules of one request.
pub struct Rules<'a> {
    columns: &'a ItemColumns,
    preferences: Vec<&'a Preferences>,
    preference_boost: f32,
    sustainability_boost: f32,
    boosts: &'a [(ItemIdx, f32)],
    diversity: f32,
    category_cap: Option<usize>,
}

impl<'a> Rules<'a> {
    /// The rules that follow from request, settings and the shopper's stated taste.
    #[must_use]
    pub fn new(ctx: &Context<'a>, request: &'a Request, settings: &'a Settings) -> Self {
        let personal = matches!(request.kind, Kind::ForUser | Kind::Session | Kind::Search(_));
        let preferences =
            if personal { ctx.user.preferences().collect() } else { ctx.user.call.into_iter().collect() };
        Self {
            columns: ctx.columns(),
            preferences,
            preference_boost: settings.preference_boost.clamp(0.0, 10.0),
            sustainability_boost: request.sustainability_boost.clamp(0.0, 1.0),
            boosts: &request.boosts,
            diversity: request.diversity.clamp(0.0, 1.0),
            category_cap: request.category_cap,
        }
    }

    /// Whether the rules leave every list as it is.
    #[must_use]
    pub fn is_neutral(&self) -> bool {
        self.keeps_scores() && self.diversity <= 0.0 && self.category_cap.is_none()
    }

    fn keeps_scores(&self) -> bool {
        (self.preferences.is_empty() || self.preference_boost <= 0.0)
            && self.sustainability_boost <= 0.0
            && self.boosts.is_empty()
    }

    /// Applies the rules to candidates sorted by score and keeps `count`.
    pub(crate) fn apply(&self, count: usize, slots: &mut Vec<Slot>) {
        if !self.keeps_scores() {
            self.reweigh(slots);
        }
        if self.diversity > 0.0 {
            self.diversify(count, slots);
        }
        Room::new(self.columns, self.category_cap).keep(slots);
        slots.truncate(count);
    }

    fn reweigh(&self, slots: &mut [Slot]) {
        let mut best = 0.0f32;
        for slot in &mut *slots {
            slot.score *= self.factor(slot.item);
            best = best.max(slot.score);
        }
        if best > 0.0 {
            for slot in &mut *slots {
                slot.score /= best;
            }
        }
        slots.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
    }

    fn factor(&self, item: ItemIdx) -> f32 {
        let mut factor = 1.0;
        if !self.preferences.is_empty() {
            let fit = self
                .preferences
                .iter()
                .map(|stated| preference_fit(stated, self.columns, item))
                .fold(0.0f32, f32::max);
            factor *= 1.0 + self.preference_boost * fit;
        }
        if self.sustainability_boost > 0.0 {
            let score = f32::from(self.columns.sustainability(item).unwrap_or(0));
            factor *= 1.0 + self.sustainability_boost * score / 100.0;
        }
        for &(boosted, by) in self.boosts {
            if boosted == item && by.is_finite() {
                factor *= by.clamp(0.0, 100.0);
            }
        }
        factor
    }

    /// Maximal marginal relevance: each next product trades its score against its likeness to the
    /// products already chosen.
    fn diversify(&self, count: usize, slots: &mut Vec<Slot>) {
        let tail = slots.split_off(slots.len().min(MMR_POOL));
        let mut left = std::mem::take(slots);
        let mut likeness = vec![0.0f32; left.len()];
        while slots.len() < count && !left.is_empty() {
            let mut best = 0;
            let mut best_value = f32::NEG_INFINITY;
            for (index, slot) in left.iter().enumerate() {
                let value = (1.0 - self.diversity) * slot.score - self.diversity * likeness[index];
                if value > best_value {
                    best = index;
                    best_value = value;
                }
            }
            let chosen = left.remove(best);
            likeness.remove(best);
            for (slot, like) in left.iter().zip(&mut likeness) {
                *like = like.max(similarity(self.columns, slot.item, chosen.item));
            }
            slots.push(chosen);
        }
        slots.extend(left);
        slots.extend(tail);
    }
}

/// How many more products of each category a list may take.
pub(crate) struct Room<'a> {
    columns: &'a ItemColumns,
    cap: Option<usize>,
    taken: Vec<(u32, usize)>,
}

impl<'a> Room<'a> {
    /// Room for `cap` products of each leaf category; without bound when `None`.
    pub(crate) fn new(columns: &'a ItemColumns, cap: Option<usize>) -> Self {
        Self { columns, cap, taken: Vec::new() }
    }

    /// Whether the list is bounded at all.
    pub(crate) fn is_bounded(&self) -> bool {
        self.cap.is_some()
    }

    /// Takes a place for the product if there is one.
    pub(crate) fn take(&mut self, item: ItemIdx) -> bool {
        let (Some(cap), Some(category)) = (self.cap, self.columns.leaf_category(item)) else { return true };
        let known = self.taken.iter().position(|(known, _)| *known == category);
        let at = known.unwrap_or_else(|| {
            self.taken.push((category, 0));
            self.taken.len() - 1
        });
        let taken = &mut self.taken[at].1;
        let fits = *taken < cap;
        *taken += usize::from(fits);
        fits
    }

    /// Drops what finds no place; pinned products have theirs, and leave less to the others.
    pub(crate) fn keep(&mut self, slots: &mut Vec<Slot>) {
        let is_pinned = |slot: &Slot| matches!(slot.source, Source::Pinned);
        slots.iter().filter(|slot| is_pinned(slot)).for_each(|slot| {
            self.take(slot.item);
        });
        slots.retain(|slot| is_pinned(slot) || self.take(slot.item));
    }
}

/// How alike two products are by category, brand and price: 0 to 1.
#[must_use]
pub fn similarity(columns: &ItemColumns, a: ItemIdx, b: ItemIdx) -> f32 {
    let (left, right) = (columns.categories(a), columns.categories(b));
    let category = if left.is_empty() || right.is_empty() {
        0.0
    } else if left[0] == right[0] {
        1.0
    } else if left.iter().any(|category| right.contains(category)) {
        0.5
    } else {
        0.0
    };
    let brand = match (columns.brand(a), columns.brand(b)) {
        (Some(left), Some(right)) if left == right => 1.0,
        _ => 0.0,
    };
    let (low, high) = {
        let (left, right) = (columns.price(a).max(1), columns.price(b).max(1));
        (left.min(right) as f32, left.max(right) as f32)
    };
    0.6 * category + 0.2 * brand + 0.2 * (low / high)
}

/// How well a product fits a stated taste: 0 to 1.
#[must_use]
pub fn preference_fit(stated: &Preferences, columns: &ItemColumns, item: ItemIdx) -> f32 {
    let mut asked = 0.0f32;
    let mut met = 0.0f32;
    let mut ask = |given: bool, fits: bool| {
        if given {
            asked += 1.0;
            met += f32::from(u8::from(fits));
        }
    };
    ask(
        !stated.categories.is_empty(),
        columns.categories(item).iter().any(|category| stated.categories.contains(category)),
    );
    ask(!stated.brands.is_empty(), columns.brand(item).is_some_and(|brand| stated.brands.contains(&brand)));
    ask(
        stated.price.is_some(),
        stated.price.is_some_and(|(low, high)| (low..=high).contains(&columns.price(item))),
    );
    ask(
        stated.min_sustainability.is_some(),
        columns.sustainability(item) >= stated.min_sustainability && columns.sustainability(item).is_some(),
    );
    if asked == 0.0 { 0.0 } else { met / asked }
}
