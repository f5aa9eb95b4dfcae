//! Shoppers: what the shop knows of them, and the tastes it has to find out.

use serde::Serialize;

use super::DAY_MS;
use super::draws::{Draws, Purpose, hash_unit};
use super::product::{Draft, Setting};
use super::taxonomy::slugify;
use super::words;

/// Somebody who visits the shop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shopper {
    /// Events refer to it.
    pub index: u32,
    /// Absent for a visitor without an account.
    pub account: Option<Account>,
    /// Two-letter country code.
    pub country: &'static str,
    /// First time in the shop, Unix milliseconds.
    pub joined_at_ms: i64,
}

/// A registered customer's identity. The addresses end in domains reserved for examples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Account {
    /// Given and family name.
    pub name: String,
    /// Unique.
    pub email: String,
}

/// What a shopper likes; drives every choice and is never shown to the shop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taste {
    pub(crate) styles: [u8; 2],
    departments: [u8; 3],
    /// Preferred position in price ranges.
    tier: f32,
    price_sensitivity: f32,
    eco_affinity: f32,
    novelty: f32,
    /// Sessions a day.
    pub(crate) activity: f32,
    /// How readily a look becomes an order.
    pub(crate) decisiveness: f32,
    pub(crate) joined_at_ms: i64,
    pub(crate) registered: bool,
}

impl Shopper {
    pub(crate) fn render(index: u32, registered: u32, setting: &Setting<'_>) -> Self {
        let mut draws = Draws::new(setting.seed, Purpose::Text, (1 << 40) | u64::from(index));
        let (given, country) = draws.pick(words::GIVEN);
        let compatriots: Vec<_> = words::FAMILY.iter().filter(|(_, from)| *from == country).collect();
        let family = if draws.chance(0.8) { draws.pick(&compatriots).0 } else { draws.pick(words::FAMILY).0 };
        let domain = draws.pick(&["example.com", "example.org", "example.net"]);
        let account = (index < registered).then(|| Account {
            name: format!("{given} {family}"),
            email: format!("{}.{}{}@{domain}", slugify(given), slugify(family), index + 1),
        });
        Self { index, account, country, joined_at_ms: Taste::draw(index, registered, setting).joined_at_ms }
    }
}

impl Taste {
    pub(crate) fn draw(index: u32, registered: u32, setting: &Setting<'_>) -> Self {
        let mut draws = Draws::new(setting.seed, Purpose::Shopper, u64::from(index));
        let registered = index < registered;
        let count = setting.brands_of_department.len();
        let first_style = draws.below(words::STYLES.len()) as u8;
        let second_style = draws.below(words::STYLES.len()) as u8;
        let mut departments = [0; 3];
        for department in &mut departments {
            *department = draws.below(count) as u8;
        }
        let window = (setting.end_ms - setting.start_ms) as f64;
        let joined_at_ms = if registered && draws.chance(0.6) {
            setting.start_ms - (draws.unit() * 400.0 * DAY_MS as f64) as i64
        } else {
            setting.start_ms + (draws.unit() * 0.95 * window) as i64
        };
        let median = if registered { 0.15 } else { 0.06 };
        Self {
            styles: [first_style, second_style],
            departments,
            tier: (0.5 + 0.25 * draws.normal()).clamp(0.0, 1.0) as f32,
            price_sensitivity: draws.unit() as f32,
            eco_affinity: draws.unit().powi(2) as f32,
            novelty: draws.unit().powi(2) as f32,
            activity: draws.lognormal(median, 0.7).min(1.5) as f32,
            decisiveness: draws.lognormal(if registered { 1.0 } else { 0.45 }, 0.4).min(2.5) as f32,
            joined_at_ms,
            registered,
        }
    }

    /// How much a shelf attracts them, apart from season and fashion.
    pub(crate) fn shelf_weight(&self, shopper: u32, shelf: usize, setting: &Setting<'_>) -> f64 {
        let place = &setting.places[shelf];
        let rank = self.departments.iter().position(|own| usize::from(*own) == place.department_index);
        let department = match rank {
            Some(0) => 9.0,
            Some(1) => 5.0,
            Some(_) => 3.0,
            None => 0.35,
        };
        let whim = hash_unit(setting.seed, 51 + u64::from(shopper), shelf as u64);
        setting.shelf_shares[shelf] * department * (0.15 + 3.0 * whim.powi(3))
    }

    /// How well a product suits them, about 0.05 to 12; popularity is not part of it.
    pub(crate) fn appeal(&self, product: &Draft, at_ms: i64) -> f64 {
        let style = if product.style == self.styles[0] {
            5.0
        } else if product.style == self.styles[1] {
            2.2
        } else {
            0.5
        };
        let price =
            (-4.0 * f64::from(self.price_sensitivity) * f64::from((product.tier - self.tier).abs())).exp();
        let eco = (1.6 * f64::from(self.eco_affinity) * (f64::from(product.eco) - 0.3)).exp();
        let age_days = (at_ms - product.created_at_ms) as f64 / DAY_MS as f64;
        let fresh = 1.0 + 2.5 * f64::from(self.novelty) * (-age_days / 14.0).exp();
        style * price * eco * fresh
    }

    /// The same squeezed into `[0, 1)`, as a reader would see interest.
    pub(crate) fn interest(&self, product: &Draft, at_ms: i64) -> f64 {
        let appeal = self.appeal(product, at_ms) * f64::from(product.quality);
        appeal / (appeal + 1.5)
    }
}
