//! One visit: what is looked at, liked, put in the cart, bought, and what follows days later.

use super::DAY_MS;
use super::draws::{Draws, Purpose, hash_unit};
use super::event::{Action, Event, Order, OrderLine};
use super::market::Market;
use super::shopper::Taste;
use super::words;

const RECENT: usize = 6;
const OWNED: usize = 40;

/// What a shopper remembers from one visit to the next.
#[derive(Default)]
pub(crate) struct Memory {
    recent: Vec<u32>,
    owned: Vec<u32>,
    /// Used-up goods: product and when more is needed.
    due: Vec<(u32, i64)>,
}

impl Memory {
    fn saw(&mut self, product: u32) {
        self.recent.retain(|other| *other != product);
        self.recent.push(product);
        if self.recent.len() > RECENT {
            self.recent.remove(0);
        }
    }

    fn bought(&mut self, product: u32, needed_again: Option<i64>) {
        if !self.owned.contains(&product) {
            self.owned.push(product);
            if self.owned.len() > OWNED {
                self.owned.remove(0);
            }
        }
        self.due.retain(|(other, _)| *other != product);
        if let Some(at) = needed_again {
            self.due.push((product, at));
            if self.due.len() > 12 {
                self.due.remove(0);
            }
        }
    }
}

/// Who visits, when, and how attractive each shelf is that day.
pub(crate) struct Visit<'a> {
    pub(crate) market: &'a Market<'a>,
    pub(crate) taste: &'a Taste,
    pub(crate) shelf_season: &'a [f64],
    pub(crate) shopper: u32,
    pub(crate) session: u64,
    pub(crate) start_ms: i64,
}

struct Trace<'a> {
    visit: &'a Visit<'a>,
    now: i64,
    cart: Vec<OrderLine>,
    events: &'a mut Vec<Event>,
}

impl Trace<'_> {
    fn push(&mut self, action: Action) {
        self.events.push(Event {
            at_ms: self.now,
            shopper: self.visit.shopper,
            session: self.visit.session,
            action,
        });
    }

    /// A look at a product page; `None` when it is not on sale. Returns the interest it raised.
    fn view(&mut self, product: u32, memory: &mut Memory, draws: &mut Draws) -> Option<f64> {
        let draft = self.visit.market.draft(product);
        if !draft.visible(self.now) {
            return None;
        }
        let interest = self.visit.taste.interest(draft, self.now);
        let duration = (draws.lognormal(7_000.0 + 42_000.0 * interest, 0.6)).clamp(900.0, 600_000.0);
        self.push(Action::View { product, duration_ms: duration as u32 });
        self.now += duration as i64 + draws.between(1_500, 9_000);
        memory.saw(product);
        Some(interest)
    }

    fn add_to_cart(&mut self, product: u32, draws: &mut Draws) {
        let market = self.visit.market;
        let draft = market.draft(product);
        let place = &market.setting.places[usize::from(draft.shelf)];
        // A shopper has one size: the same position in every product of a kind.
        let variant = if place.shelf.sizing.choices().1.len() > 2 {
            (hash_unit(market.setting.seed, 61, u64::from(self.visit.shopper)) * f64::from(draft.variants))
                as u8
        } else {
            draws.below(usize::from(draft.variants)) as u8
        };
        let quantity = if place.shelf.repeat_days > 0 {
            1 + draws.geometric(0.5).min(5) as u32
        } else {
            1 + u32::from(draws.chance(0.06))
        };
        self.push(Action::Cart { product, variant, quantity });
        self.now += draws.between(2_000, 12_000);
        self.cart.push(OrderLine { product, variant, quantity, unit_price: draft.price_of(variant, place) });
    }

    fn holds(&self, product: u32) -> bool {
        self.cart.iter().any(|line| line.product == product)
    }
}

impl Visit<'_> {
    /// Appends the visit's events in order of time, then what it leads to days later; returns
    /// whether an order with number `next_order` was placed.
    pub(crate) fn run(&self, memory: &mut Memory, next_order: u64, events: &mut Vec<Event>) -> bool {
        let setting = &self.market.setting;
        let mut draws = Draws::new(setting.seed, Purpose::Session, self.session);
        let weights: Vec<f64> = self
            .shelf_season
            .iter()
            .enumerate()
            .map(|(shelf, season)| season * self.taste.shelf_weight(self.shopper, shelf, setting))
            .collect();
        let mut trace = Trace { visit: self, now: self.start_ms, cart: Vec::new(), events };
        self.browse(&weights, &mut trace, memory, &mut draws);
        let decided = 0.44 * f64::from(self.taste.decisiveness).sqrt();
        if trace.cart.is_empty() || !draws.chance(decided) {
            return false;
        }
        for line in trace.cart.clone() {
            if trace.cart.len() >= 8 || !draws.chance(0.45) {
                continue;
            }
            let Some(extra) = self.market.companion(line.product, trace.now, &mut draws) else { continue };
            if !trace.holds(extra)
                && !self.has_enough(extra, memory)
                && trace.view(extra, memory, &mut draws).is_some()
            {
                trace.add_to_cart(extra, &mut draws);
            }
        }
        trace.now += draws.between(45_000, 240_000);
        let lines = std::mem::take(&mut trace.cart);
        let at_ms = trace.now;
        trace.push(Action::Order(Order { number: next_order, lines: lines.clone() }));
        for line in &lines {
            let repeat = self.repeat_days(line.product);
            let regular = repeat > 0 && draws.chance(0.65);
            let again =
                regular.then(|| at_ms + (draws.lognormal(f64::from(repeat), 0.25) * DAY_MS as f64) as i64);
            memory.bought(line.product, again);
        }
        self.aftermath(next_order, &lines, at_ms, events);
        true
    }

    fn browse(&self, weights: &[f64], trace: &mut Trace<'_>, memory: &mut Memory, draws: &mut Draws) {
        let errand = memory
            .due
            .iter()
            .find(|(_, at)| *at <= trace.now)
            .map(|(product, _)| *product)
            .filter(|_| draws.chance(0.75));
        let length = 1 + draws.geometric(if self.taste.registered { 4.4 } else { 2.4 }).min(40);
        let mut shelf = draws.weighted(weights);
        let mut previous = None;
        for step in 0..length {
            let roll = draws.unit();
            let next = match previous {
                _ if step == 0 && errand.is_some() => errand,
                Some(last) if roll < 0.14 => self.market.companion(last, trace.now, draws),
                Some(last) if roll < 0.30 => self.market.alternative(last, trace.now, draws),
                _ if roll < 0.36 && !memory.recent.is_empty() => Some(draws.pick(&memory.recent)),
                _ if roll < 0.42 => self.market.talk_of_the_town(trace.now, draws),
                _ => {
                    if roll > 0.84 {
                        shelf = draws.weighted(weights);
                    }
                    self.market.choose(shelf, self.taste, trace.now, draws)
                }
            };
            let Some(product) = next else { continue };
            let Some(interest) = trace.view(product, memory, draws) else { continue };
            previous = Some(product);
            let planned = errand == Some(product);
            if self.taste.registered && draws.chance(0.02 + 0.17 * interest * interest) {
                trace.push(Action::Like { product });
                trace.now += draws.between(800, 4_000);
            } else if interest < 0.2 && draws.chance(0.012) {
                trace.push(Action::Dismiss { product });
                trace.now += draws.between(800, 4_000);
            }
            let tempted = f64::from(self.taste.decisiveness) * (0.015 + 0.21 * interest.powf(1.5));
            let wanted = planned || !self.has_enough(product, memory);
            if wanted && !trace.holds(product) && draws.chance(if planned { 0.85 } else { tempted }) {
                trace.add_to_cart(product, draws);
            }
        }
    }

    fn repeat_days(&self, product: u32) -> u16 {
        self.market.setting.places[usize::from(self.market.draft(product).shelf)].shelf.repeat_days
    }

    fn has_enough(&self, product: u32, memory: &Memory) -> bool {
        memory.owned.contains(&product) && self.repeat_days(product) == 0
    }

    /// Returns and reviews, days after the order.
    fn aftermath(&self, order: u64, lines: &[OrderLine], ordered_at: i64, events: &mut Vec<Event>) {
        let mut draws = Draws::new(self.market.setting.seed, Purpose::After, order);
        for line in lines {
            let draft = self.market.draft(line.product);
            let department = self.market.setting.places[usize::from(draft.shelf)].department.code;
            let interest = self.taste.interest(draft, ordered_at);
            let disappointment = 1.6 - f64::from(draft.quality);
            let returned = match department {
                "CLO" => 0.14,
                "PAN" | "BOK" => 0.01,
                _ => 0.045,
            } * disappointment;
            let mut follow_up = |days: i64, draws: &mut Draws, action| {
                let at_ms = ordered_at + days * DAY_MS + draws.between(0, DAY_MS / 2);
                events.push(Event { at_ms, shopper: self.shopper, session: 0, action });
            };
            if draws.chance(returned) {
                let days = draws.between(4, 24);
                let reason = draws.pick(words::RETURN_REASONS);
                follow_up(
                    days,
                    &mut draws,
                    Action::Return { order, product: line.product, quantity: line.quantity, reason },
                );
            }
            if self.taste.registered && draws.chance(0.13) {
                let mood = 0.55 * f64::from(draft.quality) + 0.4 * interest + 0.13 * draws.normal() + 0.05;
                let rating = [0.24, 0.36, 0.5, 0.68].iter().filter(|limit| mood > **limit).count();
                let (title, body) = draws.pick(words::REVIEWS[rating]);
                let days = draws.between(3, 18);
                follow_up(
                    days,
                    &mut draws,
                    Action::Review { product: line.product, rating: rating as u8 + 1, title, body },
                );
            }
        }
    }
}
