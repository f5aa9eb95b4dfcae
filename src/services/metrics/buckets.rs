//! Series over time: steps as the store counts them, put into hours, days, weeks and months.

use std::ops::Range;
use std::time::Duration;

use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};

use crate::domain::limits;
use crate::domain::time::{DAY_MS, HOUR_MS, Timestamp};
use crate::services::error::Problem;
use crate::storage::metrics::SeriesStep;

/// How long the points of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bucket {
    Hour,
    Day,
    /// From Monday.
    Week,
    /// Of the calendar.
    Month,
}

impl Bucket {
    /// The steps that the store counts in for these buckets.
    pub const fn step(self) -> Duration {
        match self {
            Self::Hour => Duration::from_secs(3_600),
            Self::Day | Self::Week | Self::Month => Duration::from_secs(86_400),
        }
    }

    /// Where the buckets of a span begin, in UTC; the first may begin before the span does.
    ///
    /// # Errors
    /// When there would be too many.
    pub fn beginnings(self, span: &Range<Timestamp>) -> Result<Vec<Timestamp>, Problem> {
        let mut beginnings = Vec::new();
        let mut next = self.holding(span.start);
        while let Some(at) = next.filter(|at| *at < span.end) {
            if beginnings.len() == limits::SERIES_POINTS {
                return Err(Problem::Malformed {
                    expected: "a series has at most 1000 points; take longer ones",
                });
            }
            beginnings.push(at);
            next = self.after(at);
        }
        Ok(beginnings)
    }

    /// The beginning of the bucket that holds a moment.
    fn holding(self, at: Timestamp) -> Option<Timestamp> {
        let floor = |length: i64| Timestamp::from_millis(at.as_millis().div_euclid(length) * length);
        match self {
            Self::Hour => Some(floor(HOUR_MS)),
            Self::Day => Some(floor(DAY_MS)),
            Self::Week => Some(midnight(date(at)?.week(Weekday::Mon).checked_first_day()?)),
            Self::Month => Some(midnight(date(at)?.with_day(1)?)),
        }
    }

    fn after(self, beginning: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Hour | Self::Day => Some(beginning + self.step()),
            Self::Week => Some(midnight(date(beginning)?.checked_add_days(Days::new(7))?)),
            Self::Month => Some(midnight(date(beginning)?.checked_add_months(Months::new(1))?)),
        }
    }
}

fn date(at: Timestamp) -> Option<NaiveDate> {
    chrono::DateTime::from_timestamp_millis(at.as_millis()).map(|time| time.date_naive())
}

fn midnight(date: NaiveDate) -> Timestamp {
    Timestamp::from_millis(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis())
}

/// Adds the steps up into the buckets that begin at `beginnings`; those without steps stay at zero.
pub fn fill(beginnings: &[Timestamp], steps: &[SeriesStep]) -> Vec<SeriesStep> {
    let empty = |at: &Timestamp| SeriesStep { at: *at, impressions: 0, clicks: 0, purchases: 0 };
    let mut points: Vec<SeriesStep> = beginnings.iter().map(empty).collect();
    for step in steps {
        let after = points.partition_point(|point| point.at <= step.at);
        if let Some(point) = after.checked_sub(1).and_then(|at| points.get_mut(at)) {
            point.impressions += step.impressions;
            point.clicks += step.clicks;
            point.purchases += step.purchases;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01T00:00:00Z, a Thursday.
    const NEW_YEAR: i64 = 1_767_225_600_000;

    fn at(days: i64, hours: i64) -> Timestamp {
        Timestamp::from_millis(NEW_YEAR + days * DAY_MS + hours * HOUR_MS)
    }

    fn beginnings(bucket: Bucket, span: Range<Timestamp>) -> Vec<Timestamp> {
        bucket.beginnings(&span).unwrap()
    }

    #[test]
    fn buckets_follow_the_calendar() {
        assert_eq!(beginnings(Bucket::Hour, at(0, 1)..at(0, 3)), [at(0, 1), at(0, 2)]);
        assert_eq!(beginnings(Bucket::Day, at(0, 5)..at(2, 1)), [at(0, 0), at(1, 0), at(2, 0)]);
        assert_eq!(beginnings(Bucket::Week, at(0, 0)..at(5, 0)), [at(-3, 0), at(4, 0)]);
        assert_eq!(beginnings(Bucket::Month, at(0, 0)..at(60, 0)), [at(0, 0), at(31, 0), at(59, 0)]);
    }

    #[test]
    fn a_series_is_bounded() {
        assert_eq!(beginnings(Bucket::Hour, at(0, 0)..at(0, 1_000)).len(), 1_000);
        assert!(Bucket::Hour.beginnings(&(at(0, 0)..at(0, 1_001))).is_err());
    }

    #[test]
    fn steps_add_up_and_gaps_are_zero() {
        let step = |at, clicks| SeriesStep { at, impressions: 10, clicks, purchases: 1 };
        let weeks = beginnings(Bucket::Week, at(0, 0)..at(12, 0));
        let points = fill(&weeks, &[step(at(0, 0), 1), step(at(3, 0), 2), step(at(11, 0), 4)]);
        let clicks: Vec<i64> = points.iter().map(|point| point.clicks).collect();
        assert_eq!(clicks, [3, 0, 4]);
        assert_eq!((points[0].impressions, points[1].purchases), (20, 0));
    }
}
