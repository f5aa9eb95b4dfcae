//! Precision.

use super::Judged;

/// Precision@k = hits among the first k / k. A list shorter than k is judged as if padded with
/// misses, so that saying little is no way to look precise (Cleverdon, 1967).
#[must_use]
pub fn precision(judged: &Judged, k: usize) -> f64 {
    if k == 0 { 0.0 } else { judged.hits_within(k) as f64 / k as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_positions_count_as_misses() {
        let judged = Judged::new(&[1, 5], &[1, 2]);
        assert_eq!(precision(&judged, 1), 1.0);
        assert_eq!(precision(&judged, 2), 0.5);
        assert_eq!(precision(&judged, 10), 0.1);
    }
}
