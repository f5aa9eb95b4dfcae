//! Catalogue coverage.

/// Share of the products that could be shown which appear in at least one list: |∪ lists| / n
/// (Ge, Delgado-Battenfeld and Jannach, "Beyond accuracy", RecSys 2010). `shown` counts how often
/// each product was recommended, `candidates` how many products there are to recommend.
#[must_use]
pub fn coverage(shown: &[u32], candidates: usize) -> f64 {
    if candidates == 0 {
        return 0.0;
    }
    shown.iter().filter(|count| **count > 0).count() as f64 / candidates as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_of_four_products_shown_cover_three_quarters() {
        assert_eq!(coverage(&[5, 0, 1, 2], 4), 0.75);
        assert_eq!(coverage(&[], 0), 0.0);
    }
}
