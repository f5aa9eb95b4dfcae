//! Reciprocal rank.

use super::Judged;

/// 1 / rank of the first hit among the first k, 0 without one; its mean is MRR@k (Voorhees, "The
/// TREC-8 question answering track report", 1999).
#[must_use]
pub fn reciprocal_rank(judged: &Judged, k: usize) -> f64 {
    judged.top(k).iter().position(|hit| *hit).map_or(0.0, |at| 1.0 / (at + 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_hit_at_rank_four_gives_a_quarter_unless_cut_off() {
        let judged = Judged::new(&[9, 8, 7, 1, 2], &[1, 2]);
        assert_eq!(reciprocal_rank(&judged, 20), 0.25);
        assert_eq!(reciprocal_rank(&judged, 3), 0.0);
    }
}
