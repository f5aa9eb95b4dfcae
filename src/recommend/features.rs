//! The shop's products, deeds and tastes in the terms strategies count in.

use shelfwise_strategies::event::{Event, EventKind, UserIdx};
use shelfwise_strategies::item::{ItemFeatures, Preferences as StatedTaste};

use super::roster::Roster;
use crate::domain::catalogue::Product;
use crate::domain::interaction::{Interaction, InteractionKind};
use crate::domain::people::Preferences;

/// All that strategies may know about a product.
pub(super) fn of_product(roster: &mut Roster, product: &Product, in_stock: bool) -> ItemFeatures {
    let brand = product.brand_id;
    ItemFeatures {
        categories: product.category_id.map(|leaf| roster.category_path(leaf)).unwrap_or_default(),
        category_text: product.category_id.map(|leaf| roster.category_text(leaf)).unwrap_or_default(),
        brand: brand.map(|id| roster.brands.enrol(id)),
        brand_text: brand.and_then(|id| roster.brand_name(id)).unwrap_or_default().to_owned(),
        price_minor: product.price.minor(),
        title: product.name.clone(),
        description: product.description.clone(),
        tags: product.tags.clone(),
        attributes: product
            .attributes
            .iter()
            .map(|attribute| (attribute.key.clone(), attribute.value.clone()))
            .collect(),
        sustainability: product.sustainability.as_ref().map(|known| known.score),
        carbon_grams: product
            .sustainability
            .as_ref()
            .and_then(|known| known.carbon_grams)
            .and_then(|grams| u32::try_from(grams).ok()),
        created_at: product.created_at.as_millis(),
        active: product.is_visible(),
        in_stock,
        embedding: None,
    }
}

/// A stated taste in numbers; what the roster does not know is left out, since nothing could match it.
pub(super) fn of_preferences(roster: &Roster, stated: &Preferences) -> StatedTaste {
    let price = match (stated.min_price, stated.max_price) {
        (None, None) => None,
        (low, high) => {
            Some((low.map_or(0, |price| price.minor()), high.map_or(i64::MAX, |price| price.minor())))
        }
    };
    StatedTaste {
        categories: stated.categories.iter().filter_map(|id| roster.categories.number(*id)).collect(),
        brands: stated.brands.iter().filter_map(|id| roster.brands.number(*id)).collect(),
        liked_items: stated.liked_products.iter().filter_map(|id| roster.products.number(*id)).collect(),
        price,
        min_sustainability: stated.min_sustainability_score,
    }
}

/// A deed as strategies count it; `None` for those that say nothing about taste.
pub(super) fn of_interaction(deed: &Interaction, user: UserIdx, item: u32) -> Option<Event> {
    let kind = event_kind(deed.kind)?;
    let amount = match deed.kind {
        // Lengths beyond 2^24 ms lose their last milliseconds, which no model can tell.
        InteractionKind::View => deed.duration_ms.unwrap_or(0) as f32,
        _ => deed.quantity as f32,
    };
    let group = deed.order_id.map_or(0, |order| order.uuid().as_u64_pair().1);
    Some(Event::new(user, item, kind, deed.occurred_at.as_millis()).amount(amount).group(group))
}

/// The strategies' word for a deed; `None` for impressions, which are counted but not learned from.
pub(super) const fn event_kind(kind: InteractionKind) -> Option<EventKind> {
    match kind {
        InteractionKind::View => Some(EventKind::View),
        InteractionKind::Like => Some(EventKind::Like),
        InteractionKind::Unlike => Some(EventKind::Unlike),
        InteractionKind::Cart => Some(EventKind::Cart),
        InteractionKind::Purchase => Some(EventKind::Purchase),
        InteractionKind::Dismiss => Some(EventKind::Dismiss),
        InteractionKind::Click => Some(EventKind::Click),
        InteractionKind::Impression => None,
    }
}

/// The shop's word for an event; a return is told as the purchase it takes back.
pub(super) const fn interaction_kind(kind: EventKind) -> InteractionKind {
    match kind {
        EventKind::View => InteractionKind::View,
        EventKind::Like => InteractionKind::Like,
        EventKind::Unlike => InteractionKind::Unlike,
        EventKind::Cart => InteractionKind::Cart,
        EventKind::Purchase | EventKind::Return => InteractionKind::Purchase,
        EventKind::Dismiss => InteractionKind::Dismiss,
        EventKind::Click => InteractionKind::Click,
        EventKind::Impression => InteractionKind::Impression,
    }
}
