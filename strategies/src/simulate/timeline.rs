//! All visits in order of time, a day at a time.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::draws::{Draws, Purpose};
use super::event::Event;
use super::market::Market;
use super::session::{Memory, Visit};
use super::{DAY_MS, Shop};

/// Share of a day's visits that begin in each hour, UTC: a lunch break and a long evening.
const HOURS: [f64; 24] = [
    1.2, 0.6, 0.3, 0.2, 0.2, 0.4, 1.0, 2.0, 3.0, 3.6, 4.0, 4.6, 5.6, 5.0, 4.2, 4.2, 4.8, 5.8, 7.2, 8.6, 9.0,
    7.6, 5.0, 2.6,
];

/// Visits by weekday, Thursday first as the Unix epoch was one.
const WEEKDAYS: [f64; 7] = [0.95, 0.9, 1.15, 1.35, 1.0, 0.9, 0.92];

/// The shop's events in order of time.
///
/// Only a day of events and those still to follow from earlier orders are in memory.
pub struct Events<'a> {
    shop: &'a Shop,
    market: Market<'a>,
    memories: Vec<Memory>,
    /// Running sums of the shoppers' activity.
    activity: Vec<f64>,
    waiting: BinaryHeap<Waiting>,
    next_day: u32,
    sessions: u64,
    orders: u64,
    queued: u64,
}

struct Waiting {
    number: u64,
    event: Event,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    /// The earliest is the greatest, as the heap gives out its maximum.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.event.at_ms, other.number).cmp(&(self.event.at_ms, self.number))
    }
}

impl<'a> Events<'a> {
    pub(crate) fn new(shop: &'a Shop) -> Self {
        let mut sum = 0.0;
        let activity = shop
            .tastes
            .iter()
            .map(|taste| {
                sum += f64::from(taste.activity);
                sum
            })
            .collect();
        Self {
            shop,
            market: Market::new(shop.setting(), &shop.drafts),
            memories: shop.tastes.iter().map(|_| Memory::default()).collect(),
            activity,
            waiting: BinaryHeap::new(),
            next_day: 0,
            sessions: 0,
            orders: 0,
            queued: 0,
        }
    }

    /// Share of the simulated time that has passed, 0 to 1.
    pub fn progress(&self) -> f64 {
        f64::from(self.next_day) / f64::from(self.shop.config.days)
    }

    fn simulate_day(&mut self) {
        let config = &self.shop.config;
        let day = i64::from(self.next_day);
        self.next_day += 1;
        let begin = config.start_ms() + day * DAY_MS;
        let mut draws = Draws::new(config.seed, Purpose::Day, day as u64);
        let since_epoch = begin.div_euclid(DAY_MS);
        let day_of_year = (since_epoch as f64).rem_euclid(365.2425);
        let holidays = 1.0 + 0.4 * (-((day_of_year - 345.0) / 16.0).powi(2)).exp();
        let rhythm = WEEKDAYS[since_epoch.rem_euclid(7) as usize] * holidays;
        let total = self.activity.last().copied().unwrap_or(0.0);
        let season: Vec<f64> = (self.shop.places.iter().enumerate())
            .map(|(shelf, place)| {
                place.shelf.season(day_of_year) * place.shelf.fashion(config.seed, shelf, day as f64)
            })
            .collect();
        let mut visits: Vec<(i64, u32)> = (0..draws.poisson(total * rhythm))
            .map(|_| {
                let hour = draws.weighted(&HOURS) as i64;
                let start = begin + hour * 3_600_000 + draws.between(0, 3_599_999);
                let aim = draws.unit() * total;
                let shopper = self.activity.partition_point(|sum| *sum <= aim).min(self.activity.len() - 1);
                (start, shopper as u32)
            })
            // Those who have not found the shop yet are not there: that is how traffic grows.
            .filter(|(start, shopper)| self.shop.tastes[*shopper as usize].joined_at_ms <= *start)
            .collect();
        visits.sort_unstable();
        let mut events = Vec::new();
        for (start_ms, shopper) in visits {
            self.sessions += 1;
            let visit = Visit {
                market: &self.market,
                taste: &self.shop.tastes[shopper as usize],
                shelf_season: &season,
                shopper,
                session: self.sessions,
                start_ms,
            };
            if visit.run(&mut self.memories[shopper as usize], self.orders + 1, &mut events) {
                self.orders += 1;
            }
        }
        for event in events.into_iter().filter(|event| event.at_ms < config.end_ms) {
            self.queued += 1;
            self.waiting.push(Waiting { number: self.queued, event });
        }
    }
}

impl Iterator for Events<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let config = &self.shop.config;
        let (start, days) = (config.start_ms(), config.days);
        loop {
            let settled = start + i64::from(self.next_day) * DAY_MS;
            let finished = self.next_day >= days;
            match self.waiting.peek() {
                Some(first) if finished || first.event.at_ms < settled => {
                    return self.waiting.pop().map(|first| first.event);
                }
                None if finished => return None,
                _ => self.simulate_day(),
            }
        }
    }
}
