//! Recall.

use super::Judged;

/// Recall@k = hits among the first k / number of relevant products; 0 when there is none.
///
/// The classic definition (Cleverdon, 1967), not divided by min(k, relevant): with more relevant
/// products than k it cannot reach 1.
#[must_use]
pub fn recall(judged: &Judged, k: usize) -> f64 {
    if judged.relevant == 0 { 0.0 } else { judged.hits_within(k) as f64 / judged.relevant as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_four_relevant_products_within_k_are_a_half() {
        let judged = Judged::new(&[9, 1, 2, 8, 3], &[1, 2, 3, 4]);
        assert_eq!(recall(&judged, 4), 0.5);
        assert_eq!(recall(&judged, 1), 0.0);
        assert_eq!(recall(&judged, 100), 0.75);
    }
}
