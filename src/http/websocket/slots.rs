//! How many sockets may be open: in all, and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug)]
pub(in crate::http) struct Slots {
    limit: usize,
    limit_per_address: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One open socket; dropping it makes room.
#[derive(Debug)]
pub(in crate::http) struct Slot {
    slots: Arc<Slots>,
    address: IpAddr,
}

impl Slots {
    pub(in crate::http) fn new(limit: usize, limit_per_address: usize) -> Arc<Self> {
        Arc::new(Self { limit, limit_per_address, open: Mutex::default() })
    }

    /// A place for one more socket, if there is one.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Slot> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let here = open.get(&address).copied().unwrap_or(0);
        if all >= self.limit || here >= self.limit_per_address {
            return None;
        }
        open.insert(address, here + 1);
        Some(Slot { slots: Arc::clone(self), address })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.slots.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_place_and_a_closed_socket_makes_room() {
        let slots = Slots::new(3, 2);
        let (a, b) = (IpAddr::from([1, 1, 1, 1]), IpAddr::from([2, 2, 2, 2]));
        let first = slots.take(a).unwrap();
        let _second = slots.take(a).unwrap();
        assert!(slots.take(a).is_none());
        let _third = slots.take(b).unwrap();
        assert!(slots.take(b).is_none());
        drop(first);
        assert!(slots.take(b).is_some());
    }
}
