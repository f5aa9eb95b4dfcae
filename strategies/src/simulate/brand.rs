//! Brands with a character: what they make, how dear, how green, in which style.

use serde::Serialize;

use super::draws::{Draws, Purpose};
use super::taxonomy::slugify;
use super::words;

/// A brand of the simulated shop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Brand {
    /// Unique, URL-safe.
    pub slug: String,
    /// Unique.
    pub name: String,
    /// Where it comes from.
    pub city: &'static str,
    /// 0 for cheap and cheerful, 1 for luxury.
    pub tier: f32,
    /// How much it cares about the environment, 0 to 1.
    pub eco: f32,
    pub(crate) style: u8,
    /// Departments it makes things for, its home first.
    pub(crate) departments: Vec<usize>,
}

/// About one brand for a dozen products, at least two for every department.
pub(crate) fn brands(seed: u64, products: u32, departments: usize) -> Vec<Brand> {
    let most = words::BRAND_HEADS.len() * words::BRAND_TAILS.len();
    let count = (products as usize / 12).clamp(departments * 2, most);
    (0..count)
        .map(|index| {
            let mut draws = Draws::new(seed, Purpose::Brand, index as u64);
            let head = index % words::BRAND_HEADS.len();
            let tail = (index / words::BRAND_HEADS.len() + head * 7) % words::BRAND_TAILS.len();
            let name = format!("{}{}", words::BRAND_HEADS[head], words::BRAND_TAILS[tail]);
            let mut own = vec![index % departments];
            for _ in 0..draws.below(3) {
                let other = draws.below(departments);
                if !own.contains(&other) {
                    own.push(other);
                }
            }
            Brand {
                slug: slugify(&name),
                name,
                city: draws.pick(words::CITIES),
                tier: draws.unit() as f32,
                eco: draws.unit() as f32,
                style: draws.below(words::STYLES.len()) as u8,
                departments: own,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn sixteen_hundred_brands_have_names_and_slugs_of_their_own() {
        let brands = brands(3, 1_000_000, 10);
        assert_eq!(brands.len(), 1_600);
        assert_eq!(brands.iter().map(|brand| &brand.name).collect::<HashSet<_>>().len(), 1_600);
        assert_eq!(brands.iter().map(|brand| &brand.slug).collect::<HashSet<_>>().len(), 1_600);
    }
}
