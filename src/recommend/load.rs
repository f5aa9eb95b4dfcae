//! The store read into a world: the catalogue, then the log of what shoppers did.

use std::collections::BTreeMap;

use shelfwise_strategies::dataset::Dataset;
use shelfwise_strategies::error::DataError;
use shelfwise_strategies::event::Event;
use shelfwise_strategies::item::ItemFeatures;

use super::features;
use super::roster::Roster;
use crate::domain::interaction::Interaction;
use crate::domain::time::Timestamp;
use crate::storage::interactions::{InteractionCursor, LoggedInteraction};
use crate::storage::{Result, Storage, StorageError};

/// Rows of one statement.
const PRODUCTS_AT_ONCE: usize = 1_000;
const DEEDS_AT_ONCE: usize = 20_000;
const BRANDS: usize = 1_000_000;

/// The store could not be made into a data set.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("the store cannot be read")]
    Storage(#[from] StorageError),
    #[error("the stored behaviour contradicts itself")]
    Data(#[from] DataError),
    #[error("the reading was called off")]
    Cancelled,
}

/// The catalogue with its numbers.
pub(super) struct Catalogue {
    pub(super) roster: Roster,
    pub(super) items: Vec<ItemFeatures>,
    /// When the reading began: what changed later has to be read again.
    pub(super) as_of: Timestamp,
}

/// Reads categories, brands and every product. Numbers already in `roster` stay as they are.
pub(super) async fn catalogue(store: &dyn Storage, mut roster: Roster, now: Timestamp) -> Result<Catalogue> {
    for category in store.category_tree().await? {
        roster.learn_category(&category);
    }
    for brand in store.list_brands(BRANDS).await? {
        roster.learn_brand(&brand);
    }
    // A product that was known and is gone keeps its number and is never shown.
    let mut items = vec![ItemFeatures::default(); roster.products.len()];
    let mut after = None;
    loop {
        let page = store.catalogue_items(after, None, PRODUCTS_AT_ONCE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.product.id);
        for item in &page {
            let number = roster.products.enrol(item.product.id) as usize;
            if number >= items.len() {
                items.resize(number + 1, ItemFeatures::default());
            }
            items[number] = features::of_product(&mut roster, &item.product, item.available > 0);
        }
    }
    Ok(Catalogue { roster, items, as_of: now })
}

/// The log of behaviour as far as it was read.
pub(super) struct Behaviour {
    pub(super) events: Vec<Event>,
    pub(super) read_to: InteractionCursor,
}

/// Reads what shoppers did behind `after` up to the end of the log. Those who were unknown get numbers.
pub(super) async fn behaviour(
    store: &dyn Storage,
    roster: &mut Roster,
    after: InteractionCursor,
) -> Result<Behaviour> {
    let mut behaviour = Behaviour { events: Vec::new(), read_to: after };
    loop {
        let page = store.interactions_since(behaviour.read_to, DEEDS_AT_ONCE).await?;
        let Some(last) = page.last() else { return Ok(behaviour) };
        behaviour.read_to = last.cursor;
        for logged in &page {
            let deed = deed(logged);
            if features::event_kind(deed.kind).is_none() {
                continue;
            }
            let Some(item) = roster.products.number(deed.product_id) else { continue };
            let user = roster.shoppers.enrol(deed.subject);
            behaviour.events.extend(features::of_interaction(&deed, user, item));
        }
    }
}

/// Everything the store knows, as a data set: for evaluation and tuning apart from the server.
///
/// # Errors
/// When the store cannot be read.
pub async fn whole_past(store: &dyn Storage, now: Timestamp) -> std::result::Result<Dataset, LoadError> {
    let mut catalogue = catalogue(store, Roster::default(), now).await?;
    let behaviour = behaviour(store, &mut catalogue.roster, InteractionCursor::START).await?;
    Ok(dataset(catalogue, &behaviour.events)?.1)
}

/// A logged interaction as the deed it records.
pub(super) fn deed(logged: &LoggedInteraction) -> Interaction {
    Interaction {
        event_id: String::new(),
        subject: logged.subject,
        product_id: logged.product_id,
        kind: logged.kind,
        occurred_at: logged.occurred_at,
        duration_ms: logged.duration_ms,
        quantity: logged.quantity,
        recommendation_id: logged.recommendation_id,
        position: None,
        order_id: logged.order_id,
        context: None,
    }
}

/// The data set of a catalogue and its events.
pub(super) fn dataset(
    catalogue: Catalogue,
    events: &[Event],
) -> std::result::Result<(Roster, Dataset), DataError> {
    let Catalogue { roster, mut items, .. } = catalogue;
    items.resize(roster.products.len(), ItemFeatures::default());
    let dataset = Dataset::new(items, roster.shoppers.len(), BTreeMap::new(), events)?;
    Ok((roster, dataset))
}
