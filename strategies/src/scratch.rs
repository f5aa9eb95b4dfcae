//! Working memory that queries borrow and give back, so that a warm thread allocates nothing.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use crate::top::TopK;
use crate::user::Weighted;

/// A sum, and the generation it belongs to: side by side, so that adding touches one line of memory.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    generation: u32,
    value: f32,
}

/// Sums per product over a dense range, cleared in constant time by moving to a new generation.
#[derive(Debug, Default)]
pub struct Accumulator {
    slots: Vec<Slot>,
    generation: u32,
    touched: Vec<u32>,
}

impl Accumulator {
    /// Forgets everything and makes room for indices below `len`.
    pub fn reset(&mut self, len: usize) {
        self.touched.clear();
        if self.slots.len() < len {
            self.slots.resize(len, Slot { generation: self.generation, value: 0.0 });
        }
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.slots.fill(Slot::default());
            self.generation = 1;
        }
    }

    /// Adds to the sum of `index`; an index out of range is ignored.
    #[inline]
    pub fn add(&mut self, index: u32, value: f32) {
        let Some(slot) = self.slots.get_mut(index as usize) else { return };
        if slot.generation == self.generation {
            slot.value += value;
        } else {
            *slot = Slot { generation: self.generation, value };
            self.touched.push(index);
        }
    }

    /// Overwrites the sum of `index`.
    #[inline]
    pub fn set(&mut self, index: u32, value: f32) {
        self.add(index, 0.0);
        if let Some(slot) = self.slots.get_mut(index as usize) {
            slot.value = value;
        }
    }

    /// The sum of `index`, 0 when nothing was added.
    #[must_use]
    #[inline]
    pub fn get(&self, index: u32) -> f32 {
        self.slot(index).map_or(0.0, |slot| slot.value)
    }

    /// Whether anything was added to `index`.
    #[must_use]
    #[inline]
    pub fn contains(&self, index: u32) -> bool {
        self.slot(index).is_some()
    }

    #[inline]
    fn slot(&self, index: u32) -> Option<&Slot> {
        self.slots.get(index as usize).filter(|slot| slot.generation == self.generation)
    }

    /// The indices added to, in order of first touch.
    #[must_use]
    pub fn touched(&self) -> &[u32] {
        &self.touched
    }

    /// The indices added to, with their sums.
    pub fn iter(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.touched.iter().map(|&index| (index, self.slots[index as usize].value))
    }
}

/// The pools of one thread. Borrowed memory returns when its [`Lease`] is dropped.
#[derive(Debug, Default)]
pub struct Scratch {
    accumulators: RefCell<Vec<Accumulator>>,
    tops: RefCell<Vec<TopK>>,
    histories: RefCell<Vec<Vec<Weighted>>>,
    floats: RefCell<Vec<Vec<f32>>>,
    indices: RefCell<Vec<Vec<u32>>>,
}

impl Scratch {
    /// Empty sums over indices below `len`.
    #[must_use]
    pub fn accumulator(&self, len: usize) -> Lease<'_, Accumulator> {
        let mut lease = Lease::from(&self.accumulators);
        lease.reset(len);
        lease
    }

    /// An empty bounded ranking.
    #[must_use]
    pub fn top(&self, capacity: usize) -> Lease<'_, TopK> {
        let mut lease = Lease::from(&self.tops);
        lease.reset(capacity);
        lease
    }

    /// An empty weighted history.
    #[must_use]
    pub fn history(&self) -> Lease<'_, Vec<Weighted>> {
        let mut lease = Lease::from(&self.histories);
        lease.clear();
        lease
    }

    /// A vector of `len` zeros.
    #[must_use]
    pub fn floats(&self, len: usize) -> Lease<'_, Vec<f32>> {
        let mut lease = Lease::from(&self.floats);
        lease.clear();
        lease.resize(len, 0.0);
        lease
    }

    /// An empty list of indices.
    #[must_use]
    pub fn indices(&self) -> Lease<'_, Vec<u32>> {
        let mut lease = Lease::from(&self.indices);
        lease.clear();
        lease
    }
}

/// Borrowed working memory.
#[derive(Debug)]
pub struct Lease<'a, T: Default> {
    value: T,
    pool: &'a RefCell<Vec<T>>,
}

impl<'a, T: Default> From<&'a RefCell<Vec<T>>> for Lease<'a, T> {
    fn from(pool: &'a RefCell<Vec<T>>) -> Self {
        let value = pool.borrow_mut().pop().unwrap_or_default();
        Self { value, pool }
    }
}

impl<T: Default> Deref for Lease<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Default> DerefMut for Lease<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: Default> Drop for Lease<'_, T> {
    fn drop(&mut self) {
        self.pool.borrow_mut().push(std::mem::take(&mut self.value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_given_back_is_clean_when_borrowed_again() {
        let scratch = Scratch::default();
        {
            let mut sums = scratch.accumulator(4);
            sums.add(2, 1.5);
            sums.add(2, 1.0);
            sums.add(99, 1.0);
            assert_eq!(sums.get(2), 2.5);
            assert_eq!(sums.touched(), [2]);
        }
        let again = scratch.accumulator(8);
        assert!(again.touched().is_empty());
        assert_eq!(again.get(2), 0.0);
        assert!(!again.contains(7));
    }
}
