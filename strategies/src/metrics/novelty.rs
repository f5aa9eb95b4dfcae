//! Novelty.

/// Mean self-information of what is shown, in bits: −log₂ p(i) with p(i) = (shoppers who know i + 1)
/// / (shoppers + 1). What everybody has bought carries none (Vargas and Castells, "Rank and
/// relevance in novelty and diversity metrics", RecSys 2011; add-one so that unseen products stay
/// finite). `shown` and `known_by` are counts for each product.
#[must_use]
pub fn novelty(shown: &[u32], known_by: &[u32], shoppers: usize) -> f64 {
    let (mut bits, mut total) = (0.0, 0.0);
    for (times, known) in shown.iter().zip(known_by) {
        let probability = (f64::from(*known) + 1.0) / (shoppers as f64 + 1.0);
        bits -= f64::from(*times) * probability.min(1.0).log2();
        total += f64::from(*times);
    }
    if total == 0.0 { 0.0 } else { bits / total }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_known_by_one_in_four_carries_two_bits_and_one_known_by_all_none() {
        assert!((novelty(&[1, 0], &[1, 7], 7) - 2.0).abs() < 1e-12);
        assert_eq!(novelty(&[0, 3], &[1, 7], 7), 0.0);
        assert!((novelty(&[1, 1], &[1, 7], 7) - 1.0).abs() < 1e-12);
    }
}
