//! Average precision.

use super::Judged;

/// AP@k = Σ over hits at rank r ≤ k of precision@r, divided by min(k, relevant); its mean is MAP@k
/// (Buckley and Voorhees, "Evaluating evaluation measure stability", SIGIR 2000, cut at k).
#[must_use]
pub fn average_precision(judged: &Judged, k: usize) -> f64 {
    let possible = k.min(judged.relevant);
    if possible == 0 {
        return 0.0;
    }
    let mut hits = 0usize;
    let mut sum = 0.0;
    for (at, _) in judged.top(k).iter().enumerate().filter(|(_, hit)| **hit) {
        hits += 1;
        sum += hits as f64 / (at + 1) as f64;
    }
    sum / possible as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_at_ranks_one_three_and_five_give_the_hand_computed_value() {
        let judged = Judged::new(&[1, 9, 2, 8, 3], &[1, 2, 3]);
        let expected = (1.0 + 2.0 / 3.0 + 3.0 / 5.0) / 3.0;
        assert!((average_precision(&judged, 5) - expected).abs() < 1e-12);
        assert_eq!(average_precision(&judged, 1), 1.0);
    }
}
