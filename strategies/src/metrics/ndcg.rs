//! Normalised discounted cumulative gain.

use super::Judged;

/// NDCG@k with binary gains: hits count less the further down they are, relative to the best
/// possible list.
///
/// DCG@k = Σ over hits at rank r ≤ k of 1 / log₂(r + 1); divided by the DCG of min(k, relevant)
/// hits in a row. 0 when nothing is relevant. After Järvelin and Kekäläinen, "Cumulated gain-based
/// evaluation of IR techniques", ACM TOIS 20(4), 2002.
#[must_use]
pub fn ndcg(judged: &Judged, k: usize) -> f64 {
    let discount = |position: usize| 1.0 / ((position + 2) as f64).log2();
    let ideal: f64 = (0..k.min(judged.relevant)).map(discount).sum();
    if ideal == 0.0 {
        return 0.0;
    }
    // An empty sum would be negative zero.
    let hits = judged.top(k).iter().enumerate().filter(|(_, hit)| **hit);
    let gained = hits.fold(0.0, |sum, (at, _)| sum + discount(at));
    gained / ideal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_at_ranks_one_and_three_of_three_relevant_give_the_hand_computed_value() {
        let judged = Judged::new(&[7, 1, 8, 2], &[7, 8, 9]);
        let expected = (1.0 + 0.5) / (1.0 + 1.0 / 3f64.log2() + 0.5);
        assert!((ndcg(&judged, 4) - expected).abs() < 1e-12);
        assert!((expected - 0.703_918).abs() < 1e-6);
    }

    #[test]
    fn the_ideal_list_is_cut_at_k() {
        assert_eq!(ndcg(&Judged::new(&[1, 2], &[1, 2, 3, 4]), 2), 1.0);
    }

    #[test]
    fn nothing_relevant_scores_nothing() {
        assert_eq!(ndcg(&Judged::new(&[1, 2], &[]), 10), 0.0);
    }
}
