//! From a question in the shop's ids to a list in the shop's ids, out of the cache where nothing has changed.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use shelfwise_strategies::bandit::BanditTrainer;
use shelfwise_strategies::engine::World as Moment;
use shelfwise_strategies::mask::Filter;
use shelfwise_strategies::request::{FallbackReason, Ranked, RankedList, Request, Shopper};
use shelfwise_strategies::strategy::Kind;
use shelfwise_strategies::train::Trainer;

use super::ask::{Ask, AskError, Because, Contribution, List, ListFilter, Question, Recommended, Served};
use super::roster::Roster;
use super::world::World;
use super::{Recommendations, features, reason};
use crate::cache::{CacheKey, WorldVersion};
use crate::domain::ids::ProductId;
use crate::domain::recommendation::{MerchandisingRules, ServedItem, ServedRecommendation};
use crate::domain::time::Timestamp;

/// Parts of the history that each explanation lists.
const REASONS: usize = 3;

impl Recommendations {
    /// Answers from memory alone: no statement is sent to the store, and nothing waits for training.
    ///
    /// # Errors
    /// When the question names a product that is not visible, or a strategy nobody registered.
    pub fn recommend(&self, ask: &Ask) -> Result<Served, AskError> {
        let served = self.answer(ask)?;
        self.log_served(ask, &served);
        Ok(served)
    }

    /// The same without logging, for lists that may never be shown.
    pub(super) fn answer(&self, ask: &Ask) -> Result<Served, AskError> {
        let began = self.ticks.now();
        if let Some(strategy) = &ask.strategy
            && self.registry.get(strategy).is_err()
        {
            return Err(AskError::UnknownStrategy(strategy.clone()));
        }
        let now = self.context.now();
        let world = self.world.load_full();
        let mut request = request(&world, &self.rules.load(), ask, now)?;
        request.experiment = self.experiment(&request.kind);
        // Versions are read before the data: what changes in between makes the entry too fresh, never stale.
        let key = self.key(&world, ask, &request, now);
        request.seed = key.question as u64 ^ key.shopper_version;
        let (list, cached) = match self.cache.get(&key) {
            Some(list) => (list, true),
            None => {
                let list = Arc::new(compute(&world, &request, now));
                self.cache.insert(key, Arc::clone(&list));
                (list, false)
            }
        };
        Ok(Served {
            id: self.context.new_id(),
            asked_strategy: ask.strategy.clone(),
            list,
            cached,
            took: self.ticks.now().saturating_sub(began),
        })
    }

    pub(super) fn log_served(&self, ask: &Ask, served: &Served) {
        let list = &served.list;
        self.await_response(served);
        self.served.put(ServedRecommendation {
            id: served.id,
            subject: ask.shopper,
            strategy_id: list.served.to_string(),
            experiment_key: list.assignment.as_ref().map(|part| part.experiment.clone()),
            variant_key: list.assignment.as_ref().map(|part| part.variant.clone()),
            model_version: list.model_version.as_ref().map(ToString::to_string),
            fallback: (list.fallback != FallbackReason::None)
                .then(|| fallback_name(list.fallback).to_owned()),
            cached: served.cached,
            took_micros: i64::try_from(served.took.as_micros()).unwrap_or(i64::MAX),
            items: list
                .items
                .iter()
                .map(|item| ServedItem {
                    product_id: item.product,
                    score: item.score,
                    source: item.source.to_string(),
                    propensity: list.propensity,
                })
                .collect(),
            served_at: self.context.now(),
        });
    }

    /// A list of a drawn strategy waits for a response, which is what the strategy is judged by.
    fn await_response(&self, served: &Served) {
        let list = &served.list;
        if list.requested != BanditTrainer::ID {
            return;
        }
        let given_up = self.rewards.expect(served.id, &list.served, self.ticks.now());
        let world = self.world.load();
        for drawn in given_up {
            world.engine.reward(BanditTrainer::ID, &drawn, 0.0);
        }
    }

    /// The same list computed afresh, neither read from nor put into the cache, and not logged.
    ///
    /// # Errors
    /// As for [`Recommendations::recommend`].
    pub fn recompute(&self, ask: &Ask) -> Result<List, AskError> {
        let now = self.context.now();
        let world = self.world.load_full();
        let mut request = request(&world, &self.rules.load(), ask, now)?;
        request.experiment = self.experiment(&request.kind);
        let key = self.key(&world, ask, &request, now);
        request.seed = key.question as u64 ^ key.shopper_version;
        Ok(compute(&world, &request, now))
    }

    fn experiment(&self, kind: &Kind) -> Option<Arc<shelfwise_strategies::experiment::Experiment>> {
        matches!(kind, Kind::ForUser).then(|| self.running.load_full()).and_then(|running| (*running).clone())
    }

    fn key(&self, world: &World, ask: &Ask, request: &Request, now: Timestamp) -> CacheKey {
        let (index, shopper_version) = match &request.shopper {
            Shopper::Known(index) => (Some(*index), world.engine.user_version(*index)),
            _ => (None, 0),
        };
        let activity = match ask.question {
            // What rises is other people's behaviour and nothing else.
            Question::Trending(_) => self.tide.events(),
            _ => self.tide.step(now),
        };
        CacheKey {
            shopper_version,
            world_version: WorldVersion {
                models: self.models_version(),
                catalogue: world.engine.catalogue_version(),
                activity,
            },
            strategy: ask.strategy.as_deref().unwrap_or_default().into(),
            count: u16::try_from(ask.count).unwrap_or(u16::MAX),
            question: question_hash(ask, index),
        }
    }
}

/// The name of a reason to fall back, as it is kept and as in the schema.
const fn fallback_name(reason: FallbackReason) -> &'static str {
    match reason {
        FallbackReason::None => "NONE",
        FallbackReason::ColdStartUser => "COLD_START_USER",
        FallbackReason::TooFewResults => "TOO_FEW_RESULTS",
        FallbackReason::StrategyNotTrained => "STRATEGY_NOT_TRAINED",
        FallbackReason::StrategyUnsupported => "STRATEGY_UNSUPPORTED",
        FallbackReason::StrategyError => "STRATEGY_ERROR",
    }
}

/// Everything asked, in 128 bits that cannot be made to collide at will: callers choose parts of it.
fn question_hash(ask: &Ask, index: Option<u32>) -> u128 {
    // The debug form names every field and value; nothing else has to be kept in step with the type.
    let text = format!("{index:?}{ask:?}");
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).fold(0, |hash, byte| hash << 8 | u128::from(*byte))
}

fn request(
    world: &World,
    rules: &MerchandisingRules,
    ask: &Ask,
    now: Timestamp,
) -> Result<Request, AskError> {
    let roster = world.roster();
    let visible = |id: &ProductId| {
        let number = roster.products.number(*id).ok_or(AskError::UnknownProduct(*id))?;
        let shown = world.engine.inspect(|moment| moment.delta.active().contains(number));
        if shown { Ok(number) } else { Err(AskError::UnknownProduct(*id)) }
    };
    let kind = match &ask.question {
        Question::ForShopper => Kind::ForUser,
        Question::SimilarTo(product) => Kind::SimilarTo(visible(product)?),
        Question::Basket(products) => Kind::Basket(products.iter().map(visible).collect::<Result<_, _>>()?),
        Question::Trending(window) => {
            let category = match ask.filter.categories.as_slice() {
                [only] => roster.categories.number(*only),
                _ => None,
            };
            Kind::Trending { window: *window, category }
        }
    };
    let shopper = ask
        .shopper
        .and_then(|subject| roster.shoppers.number(subject))
        .map_or(Shopper::Unknown, Shopper::Known);
    let mut request = Request::new(kind, shopper, ask.count, now.as_millis());
    request.unit = ask.shopper.map(|subject| subject.to_string()).unwrap_or_default();
    request.strategy = ask.strategy.clone();
    request.filter = filter(&roster, &ask.filter);
    shape(&mut request, &roster, rules, ask);
    request.preferences = ask.preferences.as_ref().map(|stated| features::of_preferences(&roster, stated));
    request.explain = Some(REASONS);
    Ok(request)
}

/// What shapes the list: as asked, else as the shop has it.
fn shape(request: &mut Request, roster: &Roster, rules: &MerchandisingRules, ask: &Ask) {
    // What is like a product or goes with it must not begin with what is not.
    let (about_shopper, open) = match ask.question {
        Question::ForShopper => (true, true),
        Question::Trending(_) => (false, true),
        Question::SimilarTo(_) | Question::Basket(_) => (false, false),
    };
    request.diversity = ask.filter.diversity.unwrap_or(rules.diversity) as f32;
    request.sustainability_boost =
        ask.filter.sustainability_boost.unwrap_or(rules.sustainability_boost) as f32;
    request.category_cap = ask.filter.category_cap.or(rules.category_cap);
    let slots = if about_shopper { rules.exploration_slots } else { 0 };
    request.exploration_slots = ask.filter.exploration_slots.unwrap_or(slots);
    // A product that has gone in the meantime shapes nothing.
    let number = |id: &ProductId| roster.products.number(*id);
    let pinned = if open { rules.pinned.as_slice() } else { &[] };
    request.pins = ask.filter.pinned.as_deref().unwrap_or(pinned).iter().filter_map(number).collect();
    let asked = &ask.filter.boosted;
    let others = rules.boosted.iter().filter(|(id, _)| asked.iter().all(|(named, _)| named != id));
    let boost = |(id, by): &(ProductId, f64)| Some((number(id)?, 1.0 + *by as f32));
    request.boosts = asked.iter().chain(others).filter_map(boost).collect();
}

fn filter(roster: &Roster, asked: &ListFilter) -> Filter {
    // A category or brand unknown to the roster has no products: an impossible number keeps the filter strict.
    const NOWHERE: u32 = u32::MAX;
    Filter {
        categories: asked
            .categories
            .iter()
            .map(|id| roster.categories.number(*id).unwrap_or(NOWHERE))
            .collect(),
        brands: asked.brands.iter().map(|id| roster.brands.number(*id).unwrap_or(NOWHERE)).collect(),
        price: asked.price,
        in_stock: asked.in_stock_only,
        exclude_purchased: asked.exclude_purchased,
        exclude_seen: false,
        exclude: asked.exclude.iter().filter_map(|id| roster.products.number(*id)).collect(),
        min_sustainability: asked.min_sustainability,
    }
}

fn compute(world: &World, request: &Request, now: Timestamp) -> List {
    let ranked = world.engine.recommend(request);
    let roster = world.roster();
    world.engine.inspect(|moment| list(&roster, moment, request, ranked, now))
}

/// Names as they are at this moment, from memory.
struct MomentNames<'a> {
    roster: &'a Roster,
    moment: &'a Moment<'a>,
}

impl reason::Names for MomentNames<'_> {
    fn product(&self, item: u32) -> Option<String> {
        let changed = self.moment.delta.changed_item(item);
        let known = || self.moment.snapshot.dataset().items().get(item as usize);
        changed.or_else(known).map(|features| features.title.clone())
    }

    fn category(&self, item: u32) -> Option<String> {
        let leaf = self.moment.delta.columns().leaf_category(item)?;
        self.roster.category_name(leaf).map(str::to_owned)
    }
}

fn list(roster: &Roster, moment: &Moment<'_>, request: &Request, ranked: RankedList, now: Timestamp) -> List {
    let names = MomentNames { roster, moment };
    let items = ranked
        .items
        .iter()
        .filter_map(|place| {
            let product = roster.products.id(place.item)?;
            Some(recommended(roster, &names, request, place, product))
        })
        .collect();
    List {
        requested: ranked.requested,
        served: ranked.served,
        model_version: Some(ranked.model_version).filter(|version| !version.is_empty()),
        fallback: ranked.fallback,
        assignment: ranked.assignment,
        propensity: ranked.propensity,
        items,
        generated_at: now,
    }
}

fn recommended(
    roster: &Roster,
    names: &MomentNames<'_>,
    request: &Request,
    place: &Ranked,
    product: ProductId,
) -> Recommended {
    Recommended {
        product,
        score: place.score,
        rank: u32::try_from(place.rank).unwrap_or(u32::MAX),
        source: Arc::clone(&place.source),
        reason: place.reason,
        text: reason::sentence(place, &request.kind, names),
        because: place
            .because
            .iter()
            .filter_map(|part| {
                let product = roster.products.id(part.item)?;
                Some(Because { product, deed: features::interaction_kind(part.kind), share: part.share })
            })
            .collect(),
        contributions: place
            .contributions
            .iter()
            .map(|part| Contribution {
                strategy: part.strategy.as_str().into(),
                weight: part.weight,
                score: part.score,
            })
            .collect(),
    }
}
