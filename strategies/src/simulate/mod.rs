//! A simulated shop: a believable catalogue, shoppers with hidden tastes and what they do over time.
//!
//! A seed fixes everything: two shops with equal [`Config`]s agree to the byte. The catalogue and
//! the events are iterators that make each item when asked, so a million products and ten million
//! events need memory for a compact record per product and shopper only.
//!
//! ```
//! use shelfwise_strategies::simulate::{Config, Shop};
//!
//! let shop = Shop::new(Config { products: 60, users: 20, days: 14, seed: 7, end_ms: 1_767_225_600_000 })?;
//! assert_eq!(shop.catalogue().count(), 60);
//! assert!(shop.events().all(|event| event.at_ms < 1_767_225_600_000));
//! # Ok::<(), shelfwise_strategies::simulate::SimulateError>(())
//! ```

mod brand;
mod draws;
mod event;
mod market;
mod picture;
mod product;
mod session;
mod shopper;
mod taxonomy;
#[cfg(test)]
mod tests;
mod timeline;
mod words;

use std::collections::HashMap;

use serde::Serialize;

pub use brand::Brand;
pub use event::{Action, Event, Order, OrderLine};
pub use picture::{COLOURS, PictureSpec, picture_svg, shape_names};
pub use product::{Product, Sustainability, Variant};
pub use shopper::{Account, Shopper};
pub use timeline::Events;

use product::{Draft, Setting};
use shopper::Taste;
use taxonomy::{Place, slugify};

/// Currency of all prices.
pub const CURRENCY: &str = "EUR";

const DAY_MS: i64 = 86_400_000;

/// Size and seed of a simulated shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// Products in the catalogue, 1 to 5,000,000.
    pub products: u32,
    /// Registered shoppers, 1 to 5,000,000; half as many visitors come on top.
    pub users: u32,
    /// Days of history, 1 to 3,650.
    pub days: u32,
    /// Two shops with equal configurations are equal.
    pub seed: u64,
    /// Nothing happens at or after this time; Unix milliseconds.
    pub end_ms: i64,
}

impl Config {
    /// The shop of a first run: large enough to browse, made in well under a second.
    pub fn small(end_ms: i64) -> Self {
        Self { products: 600, users: 400, days: 120, seed: 20, end_ms }
    }

    /// When the first simulated day begins.
    pub fn start_ms(&self) -> i64 {
        self.end_ms - i64::from(self.days) * DAY_MS
    }
}

/// Why a shop cannot be simulated or a picture not be drawn.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SimulateError {
    /// A number of the configuration is out of its range.
    #[error("{field} must be between {low} and {high}")]
    OutOfRange {
        /// Name of the configuration's field.
        field: &'static str,
        /// Smallest allowed value.
        low: i64,
        /// Largest allowed value.
        high: i64,
    },
    /// Not the text form of a picture.
    #[error("\"{0}\" does not describe a picture")]
    Picture(String),
}

/// Where a product is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Still being written.
    Draft,
    /// Waits for approval.
    PendingReview,
    /// Approved, not yet on sale.
    Approved,
    /// On sale.
    Active,
    /// Taken off for now.
    Inactive,
    /// Will not come back.
    Discontinued,
}

/// A category; second-level ones name their parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Category {
    /// Unique, URL-safe.
    pub slug: String,
    /// What the shopper reads.
    pub name: &'static str,
    /// Slug of the department, for second-level categories.
    pub parent: Option<String>,
}

/// A simulated shop, ready to be asked for its parts.
pub struct Shop {
    config: Config,
    places: Vec<Place>,
    shelf_shares: Vec<f64>,
    brands: Vec<Brand>,
    brands_of_department: Vec<Vec<u32>>,
    drafts: Vec<Draft>,
    tastes: Vec<Taste>,
}

impl Shop {
    /// Draws the shop's brands, products and shoppers; refuses sizes out of range.
    pub fn new(config: Config) -> Result<Self, SimulateError> {
        let within = |field, value: i64, low, high| {
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(SimulateError::OutOfRange { field, low, high })
            }
        };
        within("products", config.products.into(), 1, 5_000_000)?;
        within("users", config.users.into(), 1, 5_000_000)?;
        within("days", config.days.into(), 1, 3_650)?;
        within("end_ms", config.end_ms, 4_000 * DAY_MS, 100_000 * DAY_MS)?;
        let places = taxonomy::places();
        let departments = taxonomy::departments().count();
        let shelf_shares = places
            .iter()
            .map(|place| place.department.share / place.department.shelves.len() as f64)
            .collect();
        let brands = brand::brands(config.seed, config.products, departments);
        let brands_of_department = (0..departments)
            .map(|department| {
                let makers =
                    brands.iter().enumerate().filter(|(_, brand)| brand.departments.contains(&department));
                makers.map(|(index, _)| index as u32).collect()
            })
            .collect();
        let mut shop = Self {
            config,
            places,
            shelf_shares,
            brands,
            brands_of_department,
            drafts: Vec::new(),
            tastes: Vec::new(),
        };
        shop.drafts = shop.draw_products();
        let setting = shop.setting();
        let tastes =
            (0..shop.shopper_count()).map(|index| Taste::draw(index, config.users, &setting)).collect();
        shop.tastes = tastes;
        Ok(shop)
    }

    fn draw_products(&self) -> Vec<Draft> {
        let setting = self.setting();
        let mut namesakes: HashMap<u64, u32> = HashMap::with_capacity(self.config.products as usize);
        (0..self.config.products)
            .map(|index| {
                let mut draft = Draft::draw(index, &setting);
                let name = slugify(&draft.base_name(index, &setting));
                let key = name.bytes().fold(0xCBF2_9CE4_8422_2325, |key: u64, byte| {
                    (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
                });
                let earlier = namesakes.entry(key).or_insert(0);
                draft.ordinal = *earlier;
                *earlier += 1;
                draft
            })
            .collect()
    }

    /// The configuration it was made from.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Departments first, then their subcategories.
    pub fn categories(&self) -> Vec<Category> {
        let departments = taxonomy::departments().map(|department| Category {
            slug: slugify(department.name),
            name: department.name,
            parent: None,
        });
        let shelves = self.places.iter().map(|place| Category {
            slug: slugify(place.shelf.name),
            name: place.shelf.name,
            parent: Some(slugify(place.department.name)),
        });
        departments.chain(shelves).collect()
    }

    /// All brands, whether or not a small catalogue happens to use them.
    pub fn brands(&self) -> &[Brand] {
        &self.brands
    }

    /// The product at a position below [`Config::products`].
    pub fn product(&self, index: u32) -> Option<Product> {
        Some(self.drafts.get(index as usize)?.render(index, &self.setting()))
    }

    /// All products in the order of their indices.
    pub fn catalogue(&self) -> impl ExactSizeIterator<Item = Product> + '_ {
        let setting = self.setting();
        self.drafts.iter().enumerate().map(move |(index, draft)| draft.render(index as u32, &setting))
    }

    /// Registered shoppers first, then visitors.
    pub fn shoppers(&self) -> impl ExactSizeIterator<Item = Shopper> + '_ {
        let setting = self.setting();
        let registered = self.config.users;
        (0..self.shopper_count() as usize)
            .map(move |index| Shopper::render(index as u32, registered, &setting))
    }

    /// Registered shoppers and visitors together.
    pub fn shopper_count(&self) -> u32 {
        self.config.users + self.config.users / 2
    }

    /// Everything that happens, in order of time. Ask [`Events::progress`] how far it is.
    pub fn events(&self) -> Events<'_> {
        Events::new(self)
    }

    /// The hidden style group of a product and a shopper's two favourites: the ground truth a
    /// recommender tries to recover, for tests and benchmarks only.
    pub fn hidden_styles(&self, product: u32, shopper: u32) -> Option<(u8, [u8; 2])> {
        Some((self.drafts.get(product as usize)?.style, self.tastes.get(shopper as usize)?.styles))
    }

    fn setting(&self) -> Setting<'_> {
        Setting {
            seed: self.config.seed,
            start_ms: self.config.start_ms(),
            end_ms: self.config.end_ms,
            places: &self.places,
            shelf_shares: &self.shelf_shares,
            brands: &self.brands,
            brands_of_department: &self.brands_of_department,
        }
    }
}
