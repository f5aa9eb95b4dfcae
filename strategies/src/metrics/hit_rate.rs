//! Hit rate.

use super::Judged;

/// 1 when any of the first k positions hits, otherwise 0; its mean over shoppers is HR@k. With one
/// relevant product it equals recall (Deshpande and Karypis, ACM TOIS 22(1), 2004).
#[must_use]
pub fn hit(judged: &Judged, k: usize) -> f64 {
    f64::from(u8::from(judged.hits_within(k) > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_hit_within_k_is_enough() {
        let judged = Judged::new(&[3, 1, 2], &[1, 2]);
        assert_eq!([hit(&judged, 1), hit(&judged, 2), hit(&judged, 3)], [0.0, 1.0, 1.0]);
    }
}
