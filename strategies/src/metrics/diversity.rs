//! Intra-list diversity.

/// 1 − mean similarity over the pairs of a list (Ziegler et al., "Improving recommendation lists
/// through topic diversification", WWW 2005). `similarity` is symmetric, 0 to 1; `None` for lists
/// with fewer than two products.
#[must_use]
pub fn intra_list_diversity(list: &[u32], mut similarity: impl FnMut(u32, u32) -> f64) -> Option<f64> {
    let (mut sum, mut pairs) = (0.0, 0usize);
    for (at, one) in list.iter().enumerate() {
        for other in &list[at + 1..] {
            sum += similarity(*one, *other);
            pairs += 1;
        }
    }
    (pairs > 0).then(|| 1.0 - sum / pairs as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_alike_and_one_different_leave_two_of_three_pairs_diverse() {
        let same_parity = |a: u32, b: u32| f64::from(u8::from(a % 2 == b % 2));
        let diversity = intra_list_diversity(&[2, 4, 5], same_parity).unwrap();
        assert!((diversity - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(intra_list_diversity(&[2], same_parity), None);
    }
}
