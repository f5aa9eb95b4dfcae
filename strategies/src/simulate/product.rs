//! Products of the simulated shop: a compact draft of every choice, rendered in full on demand.

use serde::Serialize;

use super::brand::Brand;
use super::draws::{Draws, Purpose, hash, hash_unit};
use super::picture::{COLOURS, PictureSpec};
use super::taxonomy::{Naming, Place, Sizing, slugify};
use super::words;
use super::{DAY_MS, Status};

/// A product as a shop would import it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Product {
    /// Position in the catalogue; events refer to it.
    pub index: u32,
    /// Unique, URL-safe.
    pub slug: String,
    /// What the shopper reads; unique.
    pub name: String,
    /// Two or three sentences.
    pub description: String,
    /// Slug of a second-level category.
    pub category: String,
    /// Slug of the brand.
    pub brand: String,
    /// Whether it can be seen and bought at the end of the simulated time.
    pub status: Status,
    /// Lower-case search words.
    pub tags: Vec<String>,
    /// Name and value pairs.
    pub attributes: Vec<(String, String)>,
    /// At least one.
    pub variants: Vec<Variant>,
    /// Environmental facts.
    pub sustainability: Sustainability,
    /// Unix milliseconds.
    pub created_at_ms: i64,
    /// Text form of the product's [`PictureSpec`].
    pub picture: String,
}

/// Something that can be put in a cart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Variant {
    /// Unique in the shop.
    pub sku: String,
    /// What tells it from its siblings; empty for an only child.
    pub name: String,
    /// Option name and chosen value.
    pub options: Vec<(String, String)>,
    /// Minor units of [`super::CURRENCY`].
    pub price: i64,
    /// Former price while on sale, always above `price`.
    pub compare_at_price: Option<i64>,
    /// Units in stock.
    pub stock: u32,
    /// Shipping weight.
    pub weight_grams: u32,
}

/// Environmental facts of a product.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sustainability {
    /// 0 (worst) to 100.
    pub score: u8,
    /// CO₂e per unit in kilograms.
    pub carbon_kg: f64,
    /// Can be recycled at home.
    pub recyclable: bool,
    /// Rots within a year.
    pub biodegradable: bool,
    /// Labels it carries.
    pub certifications: Vec<String>,
}

/// Every choice about a product, small enough to keep a million of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draft {
    pub(crate) shelf: u16,
    pub(crate) family: u8,
    pub(crate) style: u8,
    pub(crate) brand: u32,
    axis: u8,
    colour: u8,
    phrase: u8,
    series: u8,
    /// How many earlier products have the same name.
    pub(crate) ordinal: u32,
    /// Position in the price range of its family, 0 to 1.
    pub(crate) tier: f32,
    pub(crate) eco: f32,
    pub(crate) popularity: f32,
    pub(crate) quality: f32,
    pub(crate) price: i64,
    pub(crate) created_at_ms: i64,
    /// From then on nobody sees it.
    pub(crate) gone_at_ms: i64,
    pub(crate) status: Status,
    pub(crate) variants: u8,
}

const GREEN: &[&str] = &[
    "recycled",
    "organic",
    "bamboo",
    "cork",
    "linen",
    "hemp",
    "wood",
    "oak",
    "beech",
    "cedar",
    "merino",
    "wool",
    "glass",
    "acacia",
    "willow",
    "seagrass",
    "compostable",
    "paper",
    "terracotta",
    "clay",
    "solid",
    "low-energy",
    "solar",
    "loose leaf",
];

impl Draft {
    pub(crate) fn draw(index: u32, shop: &Setting<'_>) -> Self {
        let mut draws = Draws::new(shop.seed, Purpose::Product, u64::from(index));
        let shelf = draws.weighted(shop.shelf_shares);
        let place = &shop.places[shelf];
        let family = draws.below(place.shelf.families.len());
        let brands = &shop.brands_of_department[place.department_index];
        let brand = brands[draws.below(brands.len())];
        let maker = &shop.brands[brand as usize];
        let style = if draws.chance(0.6) { maker.style } else { draws.below(words::STYLES.len()) as u8 };
        let axis = draws.below(place.shelf.axis.1.len());
        let tier = (f64::from(maker.tier) + 0.22 * draws.normal()).clamp(0.0, 1.0);
        let green = {
            let words =
                [place.shelf.axis.1[axis].to_lowercase(), place.shelf.families[family].noun.to_lowercase()];
            GREEN.iter().any(|green| words.iter().any(|word| word.contains(green)))
        };
        let eco =
            (0.55 * f64::from(maker.eco) + if green { 0.3 } else { 0.05 } + 0.08 * draws.normal() + 0.08)
                .clamp(0.02, 0.99);
        let window = shop.end_ms - shop.start_ms;
        let created_at_ms = if draws.chance(0.75) {
            shop.start_ms - (draws.unit() * 730.0 * DAY_MS as f64) as i64
        } else {
            shop.start_ms + (draws.unit() * 0.97 * window as f64) as i64
        };
        let fate = draws.unit();
        let (status, gone_at_ms) = if fate < 0.02 {
            (Status::Draft, i64::MIN)
        } else if fate < 0.025 {
            (Status::PendingReview, i64::MIN)
        } else if fate < 0.03 {
            (Status::Approved, i64::MIN)
        } else if fate < 0.06 {
            let status = if fate < 0.045 { Status::Inactive } else { Status::Discontinued };
            (status, (shop.start_ms + (window as f64 * (0.3 + 0.7 * draws.unit())) as i64).max(created_at_ms))
        } else {
            (Status::Active, i64::MAX)
        };
        let (low, high) = place.shelf.families[family].price;
        let raw = (low as f64).ln() + ((high as f64).ln() - (low as f64).ln()) * tier;
        let quality = (0.62 + 0.16 * tier + 0.14 * draws.normal()).clamp(0.1, 1.0);
        let options = match place.shelf.sizing {
            Sizing::None if place.shelf.coloured && draws.chance(0.45) => 2 + draws.below(2),
            Sizing::None => 1,
            sizing => sizing.choices().1.len(),
        };
        Self {
            shelf: shelf as u16,
            family: family as u8,
            style,
            brand,
            axis: axis as u8,
            colour: draws.below(COLOURS.len()) as u8,
            phrase: draws.below(4) as u8,
            series: draws.below(words::SERIES.len()) as u8,
            ordinal: 0,
            tier: tier as f32,
            eco: eco as f32,
            popularity: (1.35 * draws.normal() + 0.9 * (quality - 0.7)).exp() as f32,
            quality: quality as f32,
            price: natural_price(raw.exp()),
            created_at_ms,
            gone_at_ms,
            status,
            variants: options as u8,
        }
    }

    /// Whether shoppers can see it at that time.
    pub(crate) fn visible(&self, at_ms: i64) -> bool {
        self.created_at_ms <= at_ms && at_ms < self.gone_at_ms
    }

    /// The name before any suffix that tells namesakes apart.
    pub(crate) fn base_name(&self, index: u32, shop: &Setting<'_>) -> String {
        let shelf = shop.places[usize::from(self.shelf)].shelf;
        let noun = shelf.families[usize::from(self.family)].noun;
        let value = shelf.axis.1[usize::from(self.axis)];
        let series = words::SERIES[usize::from(self.series)];
        let adjective = words::ADJECTIVES[usize::from(self.series) % words::ADJECTIVES.len()];
        let colour = COLOURS[usize::from(self.colour)].0;
        let pick = |list: &'static [&'static str], salt| {
            list[(hash(shop.seed, salt, u64::from(index)) % list.len() as u64) as usize]
        };
        match shelf.naming {
            Naming::Goods | Naming::Food => match self.phrase {
                0 => format!("{series} {value} {noun}"),
                1 if shelf.coloured && shelf.naming == Naming::Goods => format!("{value} {noun} in {colour}"),
                2 if shelf.coloured && shelf.naming == Naming::Goods => format!("{series} {noun}, {colour}"),
                _ => format!("{adjective} {value} {noun}"),
            },
            Naming::Fiction => {
                let (first, second) = (pick(words::TITLE_NOUNS, 11), pick(words::TITLE_NOUNS, 12));
                let adjective = pick(words::TITLE_ADJECTIVES, 13);
                match self.phrase {
                    0 => format!("The {adjective} {first}"),
                    1 if first != second => format!("The {first} and the {second}"),
                    2 if first != second => format!("The {first}'s {second}"),
                    _ => format!("{adjective} {second}"),
                }
            }
            Naming::Nonfiction => {
                let title = pick(words::NONFICTION, 14).replace("{subject}", value);
                if self.phrase < 2 { title } else { format!("{title}: The {series} Guide") }
            }
        }
    }

    fn render_sustainability(&self, index: u32, place: &Place, green: bool, grams: u32) -> Sustainability {
        let score = (f64::from(self.eco) * 100.0).round();
        let factor = match place.department.code {
            "ELE" => 24.0,
            "CLO" => 14.0,
            "OUT" => 9.0,
            "TOY" | "BEA" => 4.5,
            "HOM" => 3.2,
            _ => 1.8,
        };
        let carbon = f64::from(grams) / 1000.0 * factor * (1.5 - score / 100.0);
        let mut certifications = Vec::new();
        if score >= 60.0 {
            let labels: &[&str] = match place.department.code {
                "CLO" => &["GOTS", "OEKO-TEX Standard 100", "Fair Wear"],
                "PAN" => &["EU Organic", "Fairtrade"],
                "BOK" | "STA" => &["FSC", "Blue Angel"],
                "BEA" => &["COSMOS Natural", "Leaping Bunny"],
                "ELE" => &["TCO Certified", "EPEAT Gold"],
                "OUT" => &["bluesign", "Fair Wear"],
                _ => &["FSC", "Cradle to Cradle Silver"],
            };
            let first = hash(17, u64::from(index), 1) as usize % labels.len();
            certifications.push(labels[first].to_owned());
            if score >= 78.0 {
                certifications.push(labels[(first + 1) % labels.len()].to_owned());
            }
        }
        Sustainability {
            score: score as u8,
            carbon_kg: (carbon.max(0.05) * 100.0).round() / 100.0,
            recyclable: place.department.code != "PAN" && (green || score > 45.0),
            biodegradable: green
                && matches!(place.department.code, "PAN" | "BEA" | "HOM" | "STA" | "GAR" | "BOK")
                && score > 50.0,
            certifications,
        }
    }

    pub(crate) fn render(&self, index: u32, shop: &Setting<'_>) -> Product {
        let mut draws = Draws::new(shop.seed, Purpose::Text, u64::from(index));
        let place = &shop.places[usize::from(self.shelf)];
        let shelf = place.shelf;
        let family = &shelf.families[usize::from(self.family)];
        let value = shelf.axis.1[usize::from(self.axis)];
        let brand = &shop.brands[self.brand as usize];
        let style = words::STYLES[usize::from(self.style)];
        let base = self.base_name(index, shop);
        let name = if self.ordinal == 0 { base } else { format!("{base} No. {}", self.ordinal + 1) };
        let described = |text: &str, draws: &mut Draws| {
            text.replace("{pitch}", family.pitch)
                .replace("{brand}", &brand.name)
                .replace("{made_of}", &value.to_lowercase())
                .replace("{value}", value)
                .replace("{style}", style)
                .replace("{series}", words::SERIES[usize::from(self.series)])
                .replace("{city}", brand.city)
                .replace("{noun}", draws.pick(words::PLOT_NOUNS))
        };
        let opening = if shelf.naming == Naming::Fiction {
            draws.pick(words::PLOTS)
        } else {
            draws.pick(words::OPENINGS)
        };
        let mut description = described(opening, &mut draws);
        let middle = match shelf.naming {
            Naming::Fiction => "Published by {brand}, it {pitch}.",
            Naming::Nonfiction => "Published by {brand} and illustrated throughout.",
            Naming::Food => draws.pick(words::FOOD_MIDDLES),
            Naming::Goods if matches!(shelf.axis.0, "Material" | "Cover") => {
                draws.pick(words::MATERIAL_MIDDLES)
            }
            Naming::Goods => draws.pick(words::MIDDLES),
        };
        description.push(' ');
        description.push_str(&described(middle, &mut draws));
        if draws.chance(0.6) {
            let ending = draws.pick(match shelf.naming {
                Naming::Fiction | Naming::Nonfiction => words::BOOK_ENDINGS,
                Naming::Food => words::FOOD_ENDINGS,
                Naming::Goods => words::ENDINGS,
            });
            description.push(' ');
            description.push_str(&described(ending, &mut draws));
        }
        let green = f64::from(self.eco) > 0.5;
        let mut tags: Vec<String> =
            shelf.tags.iter().filter(|_| draws.chance(0.7)).map(|tag| (*tag).to_owned()).collect();
        if draws.chance(0.5) {
            tags.push(style.to_owned());
        }
        if green {
            tags.push("sustainable".to_owned());
        }
        let colour = COLOURS[usize::from(self.colour)].0;
        let mut attributes = vec![(shelf.axis.0.to_owned(), value.to_owned())];
        if shelf.coloured && shelf.naming == Naming::Goods {
            attributes.push(("Colour".to_owned(), colour.to_owned()));
        }
        if !matches!(shelf.naming, Naming::Goods) || draws.chance(0.3) {
            attributes.push(("Origin".to_owned(), brand.city.to_owned()));
        }
        let motif = if matches!(shelf.naming, Naming::Goods) && draws.chance(0.45) {
            1 + draws.below(6) as u8
        } else {
            0
        };
        let picture = PictureSpec::new(
            family.shape,
            self.colour,
            motif,
            draws.below(8) as u8,
            draws.below(COLOURS.len()) as u8,
        )
        .map_or_else(String::new, |spec| spec.to_string());
        Product {
            index,
            slug: slugify(&name),
            name,
            description,
            category: slugify(shelf.name),
            brand: brand.slug.clone(),
            status: self.status,
            tags,
            attributes,
            variants: self.render_variants(index, place, &mut draws),
            sustainability: self.render_sustainability(index, place, green, family.grams),
            created_at_ms: self.created_at_ms,
            picture,
        }
    }

    fn render_variants(&self, index: u32, place: &Place, draws: &mut Draws) -> Vec<Variant> {
        let shelf = place.shelf;
        let grams = f64::from(shelf.families[usize::from(self.family)].grams);
        let on_sale = draws.chance(0.15).then(|| 1.15 + 0.35 * draws.unit());
        let (size_name, sizes) = shelf.sizing.choices();
        (0..usize::from(self.variants))
            .map(|number| {
                let (options, price_factor, weight_factor) = match sizes.get(number) {
                    Some((value, price, weight)) => {
                        (vec![(size_name.to_owned(), (*value).to_owned())], *price, *weight)
                    }
                    None if self.variants > 1 => {
                        let colour = (usize::from(self.colour) + number * 7) % COLOURS.len();
                        (vec![("Colour".to_owned(), COLOURS[colour].0.to_owned())], 1.0, 1.0)
                    }
                    None => (Vec::new(), 1.0, 1.0),
                };
                let price = self.variant_price(price_factor);
                let stock = if draws.chance(0.05) { 0 } else { draws.lognormal(38.0, 0.8).ceil() as u32 };
                let code = options.first().map(|(_, value)| {
                    value
                        .chars()
                        .filter(char::is_ascii_alphanumeric)
                        .take(3)
                        .collect::<String>()
                        .to_uppercase()
                });
                Variant {
                    sku: match code {
                        Some(code) => format!("{}-{:06}-{code}{number}", place.department.code, index),
                        None => format!("{}-{:06}", place.department.code, index),
                    },
                    name: options.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" / "),
                    options,
                    price,
                    compare_at_price: on_sale
                        .map(|factor| natural_price(price as f64 * factor))
                        .filter(|old| *old > price),
                    stock,
                    weight_grams: (grams * weight_factor).round() as u32,
                }
            })
            .collect()
    }

    fn variant_price(&self, factor: f64) -> i64 {
        if factor == 1.0 { self.price } else { natural_price(self.price as f64 * factor) }
    }

    /// What one unit of a variant costs.
    pub(crate) fn price_of(&self, variant: u8, place: &Place) -> i64 {
        let (_, sizes) = place.shelf.sizing.choices();
        self.variant_price(sizes.get(usize::from(variant)).map_or(1.0, |size| size.1))
    }

    /// 1 on most days; several times that during the product's moment of fame, if it has one.
    pub(crate) fn buzz(&self, index: u32, at_ms: i64, shop: &Setting<'_>) -> f64 {
        if hash_unit(shop.seed, 41, u64::from(index)) > 0.04 {
            return 1.0;
        }
        let window = (shop.end_ms - shop.start_ms) as f64;
        let start = shop.start_ms as f64 + hash_unit(shop.seed, 42, u64::from(index)) * window;
        let days = (at_ms as f64 - start) / DAY_MS as f64;
        if (0.0..12.0).contains(&days) { 1.0 + 6.0 * (-days / 5.0).exp() } else { 1.0 }
    }
}

/// What products are drawn from.
pub(crate) struct Setting<'a> {
    pub(crate) seed: u64,
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
    pub(crate) places: &'a [Place],
    pub(crate) shelf_shares: &'a [f64],
    pub(crate) brands: &'a [Brand],
    pub(crate) brands_of_department: &'a [Vec<u32>],
}

/// Rounded to what shops print: x.49 or x.99 below ten, x.90 below fifty, whole numbers above.
fn natural_price(minor: f64) -> i64 {
    let minor = minor.max(99.0);
    if minor < 1_000.0 {
        ((minor / 50.0).round() as i64 * 50 - 1).max(99)
    } else if minor < 5_000.0 {
        (minor / 100.0).round() as i64 * 100 - 10
    } else {
        (minor / 500.0).round() as i64 * 500 - 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_end_as_in_a_shop_and_never_reach_zero() {
        assert_eq!(
            [10.0, 300.0, 725.0, 1_234.0, 5_310.0, 12_000.0].map(natural_price),
            [99, 299, 749, 1_190, 5_400, 11_900]
        );
    }
}
