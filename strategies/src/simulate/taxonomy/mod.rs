//! What the simulated shop sells: departments, their shelves and the families of goods on them.

mod home;
mod life;

use super::draws::hash_unit;

/// A top-level category.
pub(crate) struct Department {
    pub(crate) name: &'static str,
    /// First part of every SKU.
    pub(crate) code: &'static str,
    /// How much of the shop and of its traffic it is.
    pub(crate) share: f64,
    pub(crate) shelves: &'static [Shelf],
}

/// How products of a shelf are named and described.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    Goods,
    Food,
    Fiction,
    Nonfiction,
}

/// The option a shopper picks besides the colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sizing {
    None,
    Clothes,
    Shoes,
    /// Small and large.
    Two,
    /// Packets, each larger one cheaper by weight.
    Packet,
    Format,
}

impl Sizing {
    /// Option name, then value, price factor and weight factor of each choice.
    pub(crate) fn choices(self) -> (&'static str, &'static [(&'static str, f64, f64)]) {
        match self {
            Self::None => ("", &[]),
            Self::Clothes => (
                "Size",
                &[("XS", 1.0, 0.92), ("S", 1.0, 0.96), ("M", 1.0, 1.0), ("L", 1.0, 1.05), ("XL", 1.0, 1.1)],
            ),
            Self::Shoes => (
                "Size",
                &[
                    ("37", 1.0, 0.9),
                    ("38", 1.0, 0.93),
                    ("39", 1.0, 0.96),
                    ("40", 1.0, 1.0),
                    ("41", 1.0, 1.03),
                    ("42", 1.0, 1.06),
                    ("43", 1.0, 1.1),
                ],
            ),
            Self::Two => ("Size", &[("Small", 1.0, 1.0), ("Large", 1.45, 1.7)]),
            Self::Packet => ("Packet", &[("Single", 1.0, 1.0), ("Family", 2.3, 2.8)]),
            Self::Format => ("Format", &[("Paperback", 1.0, 1.0), ("Hardback", 1.7, 1.6)]),
        }
    }
}

/// A second-level category.
pub(crate) struct Shelf {
    pub(crate) name: &'static str,
    pub(crate) naming: Naming,
    /// The attribute products of this shelf differ in, and its values.
    pub(crate) axis: (&'static str, &'static [&'static str]),
    pub(crate) sizing: Sizing,
    pub(crate) coloured: bool,
    pub(crate) tags: &'static [&'static str],
    /// Day of the year around which it sells best; 0 for all year.
    pub(crate) peak_day: u16,
    /// Days until a buyer needs more; 0 for goods that last.
    pub(crate) repeat_days: u16,
    /// Shelves people buy from in the same order.
    pub(crate) goes_with: &'static [&'static str],
    pub(crate) families: &'static [Family],
}

/// A kind of product: everything called by one noun and drawn by one silhouette.
pub(crate) struct Family {
    pub(crate) noun: &'static str,
    pub(crate) shape: &'static str,
    /// Price range in minor units.
    pub(crate) price: (i64, i64),
    pub(crate) grams: u32,
    /// Completes "It …".
    pub(crate) pitch: &'static str,
}

const fn f(
    noun: &'static str,
    shape: &'static str,
    low: i64,
    high: i64,
    grams: u32,
    pitch: &'static str,
) -> Family {
    Family { noun, shape, price: (low, high), grams, pitch }
}

/// All departments.
pub(crate) fn departments() -> impl Iterator<Item = &'static Department> + Clone {
    home::DEPARTMENTS.iter().chain(life::DEPARTMENTS)
}

/// A shelf with its place in the shop.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) department_index: usize,
    pub(crate) department: &'static Department,
    pub(crate) shelf: &'static Shelf,
}

/// All shelves in a fixed order; products refer to them by position.
pub(crate) fn places() -> Vec<Place> {
    departments()
        .enumerate()
        .flat_map(|(department_index, department)| {
            department.shelves.iter().map(move |shelf| Place { department_index, department, shelf })
        })
        .collect()
}

impl Shelf {
    /// Demand on a day of the year against the yearly mean: up to about twice as much at the peak.
    pub(crate) fn season(&self, day_of_year: f64) -> f64 {
        if self.peak_day == 0 {
            return 1.0;
        }
        let angle = (day_of_year - f64::from(self.peak_day)) / 365.25 * std::f64::consts::TAU;
        (0.75 * angle.cos()).exp() / 1.146
    }

    /// A slow drift of fashion, different for every shelf and shop.
    pub(crate) fn fashion(&self, seed: u64, shelf: usize, day: f64) -> f64 {
        let phase = hash_unit(seed, 71, shelf as u64) * std::f64::consts::TAU;
        let period = 50.0 + 90.0 * hash_unit(seed, 72, shelf as u64);
        (0.35 * (day / period * std::f64::consts::TAU + phase).sin()).exp()
    }
}

/// Lower-case ASCII words joined by hyphens.
pub(crate) fn slugify(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let plain = match c {
            'ä' | 'á' | 'à' | 'â' | 'å' | 'ã' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'í' | 'î' | 'ï' => 'i',
            'ö' | 'ó' | 'ô' | 'ø' | 'õ' => 'o',
            'ü' | 'ú' | 'û' => 'u',
            'ñ' => 'n',
            'ç' => 'c',
            'ł' => 'l',
            '\'' | '’' => continue,
            other => other,
        };
        if plain.is_ascii_alphanumeric() {
            slug.push(plain);
        } else if plain == '&' {
            slug.push_str("-and-");
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let mut tidy = String::with_capacity(slug.len());
    for part in slug.split('-').filter(|part| !part.is_empty()) {
        if !tidy.is_empty() {
            tidy.push('-');
        }
        tidy.push_str(part);
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::super::picture::PictureSpec;
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_family_has_a_drawn_silhouette_and_a_sensible_price_range() {
        for place in places() {
            for family in place.shelf.families {
                assert!(
                    PictureSpec::new(family.shape, 0, 0, 0, 0).is_some(),
                    "{} wants {}",
                    family.noun,
                    family.shape
                );
                assert!(0 < family.price.0 && family.price.0 < family.price.1, "{}", family.noun);
            }
        }
    }

    #[test]
    fn shelves_have_unique_slugs_and_point_at_each_other() {
        let names: HashSet<_> = places().iter().map(|place| place.shelf.name).collect();
        let slugs: HashSet<_> = places().iter().map(|place| slugify(place.shelf.name)).collect();
        assert_eq!(slugs.len(), places().len());
        for place in places() {
            assert!(!place.shelf.goes_with.is_empty(), "{}", place.shelf.name);
            for other in place.shelf.goes_with {
                assert!(names.contains(other), "{} goes with unknown {other}", place.shelf.name);
            }
        }
    }

    #[test]
    fn slugs_are_ascii_words() {
        assert_eq!(slugify("Mugs & Cups"), "mugs-and-cups");
        assert_eq!(slugify("Children’s  Café — Ørn"), "childrens-cafe-orn");
    }

    #[test]
    fn a_season_averages_to_about_one() {
        for place in places() {
            let mean = (0..365).map(|day| place.shelf.season(f64::from(day))).sum::<f64>() / 365.0;
            assert!((mean - 1.0).abs() < 0.05, "{} {mean}", place.shelf.name);
        }
    }
}
