//! What buyers say: reviews, ratings, and the counts kept for each product.

use super::{
    error::InvalidValue,
    ids::{ProductId, ReviewId, UserId},
    time::Timestamp,
};

/// Whether a review is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReviewStatus {
    /// Waiting for a moderator.
    Pending,
    /// Shown and counted.
    Published,
    /// Not shown.
    Rejected,
}

impl ReviewStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Published, Self::Rejected];

    /// The name used in the API and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Published => "PUBLISHED",
            Self::Rejected => "REJECTED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

/// One person's opinion of one product; a second one replaces the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its id.
    pub id: ReviewId,
    /// What it is about.
    pub product_id: ProductId,
    /// Who wrote it; none once the account is gone.
    pub user_id: Option<UserId>,
    /// 1 to 5 stars.
    pub rating: u8,
    /// In a few words.
    pub title: Option<String>,
    /// In full.
    pub body: String,
    /// Whether the writer had bought it here.
    pub verified_purchase: bool,
    /// Whether it is shown.
    pub status: ReviewStatus,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it was last changed or moderated.
    pub updated_at: Timestamp,
}

/// Checks a number of stars.
///
/// # Errors
/// When it is not 1 to 5.
pub fn check_rating(rating: i64) -> Result<u8, InvalidValue> {
    u8::try_from(rating).ok().filter(|rating| (1..=5).contains(rating)).ok_or(InvalidValue::OutOfRange {
        what: "rating",
        min: 1,
        max: 5,
    })
}

/// The published ratings of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RatingSummary {
    /// How many gave 1, 2, 3, 4 and 5 stars.
    pub histogram: [u32; 5],
}

impl RatingSummary {
    /// How many rated it.
    pub fn count(&self) -> u32 {
        self.histogram.iter().sum()
    }

    /// The mean number of stars; none before the first rating.
    pub fn average(&self) -> Option<f64> {
        let count = self.count();
        let stars: f64 =
            (1_u32..).zip(self.histogram).map(|(stars, n)| f64::from(stars) * f64::from(n)).sum();
        (count > 0).then(|| stars / f64::from(count))
    }
}

/// What happened to a product so far, kept up to date with every interaction.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ProductStats {
    /// Views.
    pub view_count: i64,
    /// Different users and visitors among them.
    pub unique_viewers: i64,
    /// Views whose length is known.
    pub timed_views: i64,
    /// Their length in all.
    pub view_duration_ms: i64,
    /// Likes less unlikes.
    pub like_count: i64,
    /// Times put into a cart.
    pub cart_count: i64,
    /// Purchases.
    pub purchase_count: i64,
    /// Pieces bought in those purchases.
    pub units_sold: i64,
    /// The latest view.
    pub last_viewed_at: Option<Timestamp>,
    /// Decayed, weighted activity: comparable between products, meaningless alone.
    pub trend_score: f64,
    /// Published ratings.
    pub rating: RatingSummary,
}

impl ProductStats {
    /// The mean length of the views whose length is known.
    pub const fn average_view_duration_ms(&self) -> i64 {
        if self.timed_views > 0 { self.view_duration_ms / self.timed_views } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_counts_every_star() {
        assert_eq!(RatingSummary::default().average(), None);
        let summary = RatingSummary { histogram: [1, 0, 0, 0, 3] };
        assert_eq!((summary.count(), summary.average()), (4, Some(4.0)));
    }
}
