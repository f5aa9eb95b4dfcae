//! Popularity bias: how much the lists favour what is popular already.

/// Average recommendation popularity: mean number of training interactions of what is shown
/// (Yin et al., "Challenging the long tail recommendation", VLDB 2012). `shown` counts how often
/// each product was recommended.
#[must_use]
pub fn average_popularity(shown: &[u32], interactions: &[u32]) -> f64 {
    let total: f64 = shown.iter().map(|times| f64::from(*times)).sum();
    let weighted: f64 =
        shown.iter().zip(interactions).map(|(times, count)| f64::from(*times) * f64::from(*count)).sum();
    if total == 0.0 { 0.0 } else { weighted / total }
}

/// Gini coefficient of exposure over all products that could be shown: 0 when each is shown equally
/// often, towards 1 when a few take it all. G = Σ (2r − n − 1)·x_r / (n·Σ x) with x ascending, r from 1
/// (as in Shani and Gunawardana, "Evaluating recommendation systems", 2011).
#[must_use]
pub fn gini(shown: &[u32]) -> f64 {
    let mut sorted = shown.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as f64;
    let total: f64 = sorted.iter().map(|times| f64::from(*times)).sum();
    if total == 0.0 {
        return 0.0;
    }
    let weighted: f64 = sorted
        .iter()
        .enumerate()
        .map(|(at, times)| (2.0 * (at as f64 + 1.0) - n - 1.0) * f64::from(*times))
        .sum();
    weighted / (n * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn popularity_is_weighted_by_how_often_a_product_is_shown() {
        assert_eq!(average_popularity(&[3, 1], &[100, 20]), 80.0);
        assert_eq!(average_popularity(&[0, 0], &[100, 20]), 0.0);
    }

    #[test]
    fn equal_exposure_is_zero_and_one_product_taking_all_of_four_is_three_quarters() {
        assert_eq!(gini(&[2, 2, 2]), 0.0);
        assert_eq!(gini(&[0, 0, 9, 0]), 0.75);
        assert_eq!(gini(&[0, 0]), 0.0);
    }
}
