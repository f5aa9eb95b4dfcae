//! A growable set of product indices, one bit each.

/// Membership of products, tested once per candidate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bitmap {
    words: Vec<u64>,
}

impl Bitmap {
    /// Whether `index` is in the set; false beyond its end.
    #[must_use]
    #[inline]
    pub fn contains(&self, index: u32) -> bool {
        self.words.get((index >> 6) as usize).is_some_and(|word| (word >> (index & 63)) & 1 == 1)
    }

    /// Puts `index` in or takes it out, growing as needed; says whether that changed anything.
    pub fn set(&mut self, index: u32, member: bool) -> bool {
        let word = (index >> 6) as usize;
        if word >= self.words.len() {
            if !member {
                return false;
            }
            self.words.resize(word + 1, 0);
        }
        let bit = 1u64 << (index & 63);
        let before = self.words[word] & bit != 0;
        if member {
            self.words[word] |= bit;
        } else {
            self.words[word] &= !bit;
        }
        before != member
    }

    /// Number of members.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }
}

impl FromIterator<bool> for Bitmap {
    fn from_iter<T: IntoIterator<Item = bool>>(members: T) -> Self {
        let mut map = Self::default();
        for (index, member) in members.into_iter().enumerate() {
            map.set(index as u32, member);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_far_out_grows_the_set_and_can_be_cleared() {
        let mut map: Bitmap = [true, false, true].into_iter().collect();
        assert!(map.set(1000, true));
        assert!(!map.set(1000, true));
        assert_eq!(map.count(), 3);
        assert!(map.contains(1000) && !map.contains(1) && !map.contains(99_999));
        assert!(map.set(1000, false));
        assert!(!map.contains(1000));
    }
}
