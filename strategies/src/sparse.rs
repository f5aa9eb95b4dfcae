//! Sparse matrices in compressed rows: the one container every model reads and writes.
//!
//! Rows are users or source items, columns are items; values are `f32`. A product of sparse
//! matrices is always made row by row with a dense sums and pruned at once, so that memory
//! stays near what is kept rather than what is touched.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A sparse matrix in compressed sparse row form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Csr {
    columns: usize,
    starts: Vec<u64>,
    indices: Vec<u32>,
    values: Vec<f32>,
}

impl Csr {
    /// A matrix without an entry.
    pub fn empty(rows: usize, columns: usize) -> Self {
        Self { columns, starts: vec![0; rows + 1], indices: Vec::new(), values: Vec::new() }
    }

    /// Builds from rows of `(column, value)` pairs, kept in the order given.
    pub fn from_rows<R>(columns: usize, rows: impl IntoIterator<Item = R>) -> Self
    where
        R: IntoIterator<Item = (u32, f32)>,
    {
        let mut matrix = Self::empty(0, columns);
        for row in rows {
            matrix.push_row(row);
        }
        matrix
    }

    /// Appends a row.
    pub fn push_row(&mut self, row: impl IntoIterator<Item = (u32, f32)>) {
        for (column, value) in row {
            debug_assert!((column as usize) < self.columns);
            self.indices.push(column);
            self.values.push(value);
        }
        self.starts.push(self.indices.len() as u64);
    }

    /// Builds each row in parallel. `make` receives the row number and cleared sums as wide as the
    /// matrix; what it leaves there is pruned to the `keep` entries of largest absolute value,
    /// largest value first. `stop` is asked now and then with the share done; `None` means it said
    /// yes.
    pub fn build_rows(
        rows: usize,
        columns: usize,
        keep: usize,
        stop: &(dyn Fn(f32) -> bool + Sync),
        make: impl Fn(usize, &mut RowSums) + Sync,
    ) -> Option<Self> {
        Self::build_rows_with(rows, columns, keep, stop, || (), |row, (), sums| make(row, sums))
    }

    /// As [`Csr::build_rows`], with working memory that every thread makes once per stretch.
    pub fn build_rows_with<T>(
        rows: usize,
        columns: usize,
        keep: usize,
        stop: &(dyn Fn(f32) -> bool + Sync),
        memory: impl Fn() -> T + Sync,
        make: impl Fn(usize, &mut T, &mut RowSums) + Sync,
    ) -> Option<Self> {
        // Rows of one stretch are in flight before they are appended in order: that bounds memory.
        const CHUNK: usize = 64;
        const STRETCH: usize = 64 * CHUNK;
        let mut matrix = Self::empty(0, columns);
        matrix.starts.reserve(rows);
        for first in (0..rows).step_by(STRETCH) {
            if stop(first as f32 / rows as f32) {
                return None;
            }
            let built: Vec<Vec<(u32, f32)>> = (first..(first + STRETCH).min(rows))
                .into_par_iter()
                .with_min_len(CHUNK)
                .map_init(
                    || (memory(), RowSums::new(columns)),
                    |(memory, sums), row| {
                        make(row, memory, sums);
                        sums.drain_largest(keep)
                    },
                )
                .collect();
            for row in built {
                matrix.push_row(row);
            }
        }
        Some(matrix)
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// How many columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many entries are stored.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether no entry is stored.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// The entries of a row as parallel slices; empty for a row the matrix does not have, so that a
    /// product newer than the model simply has no neighbours.
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        match (self.starts.get(row), self.starts.get(row + 1)) {
            (Some(&start), Some(&end)) => {
                let range = start as usize..end as usize;
                (&self.indices[range.clone()], &self.values[range])
            }
            _ => (&[], &[]),
        }
    }

    /// The entries of a row as pairs.
    pub fn iter_row(&self, row: usize) -> impl Iterator<Item = (u32, f32)> + '_ {
        let (indices, values) = self.row(row);
        indices.iter().copied().zip(values.iter().copied())
    }

    /// The stored value at a place, or zero. Linear in the row.
    pub fn get(&self, row: usize, column: u32) -> f32 {
        self.iter_row(row).find(|&(c, _)| c == column).map_or(0.0, |(_, value)| value)
    }

    /// Rows and columns exchanged (compressed columns of the original); within each new row the
    /// entries ascend by column.
    pub fn transpose(&self) -> Self {
        let mut starts = vec![0u64; self.columns + 1];
        for &column in &self.indices {
            starts[column as usize + 1] += 1;
        }
        for k in 0..self.columns {
            starts[k + 1] += starts[k];
        }
        let mut next = starts.clone();
        let mut indices = vec![0u32; self.indices.len()];
        let mut values = vec![0f32; self.indices.len()];
        for row in 0..self.rows() {
            for (column, value) in self.iter_row(row) {
                let place = &mut next[column as usize];
                indices[*place as usize] = row as u32;
                values[*place as usize] = value;
                *place += 1;
            }
        }
        Self { columns: self.rows(), starts, indices, values }
    }

    /// Every value replaced by `change(row, column, value)`.
    #[must_use]
    pub fn map(mut self, change: impl Fn(usize, u32, f32) -> f32) -> Self {
        for row in 0..self.rows() {
            for at in self.starts[row] as usize..self.starts[row + 1] as usize {
                self.values[at] = change(row, self.indices[at], self.values[at]);
            }
        }
        self
    }

    /// `X'X` as a dense symmetric matrix, column by column: entry `(i, j)` at `i * columns + j`.
    /// Only for few columns; the caller bounds them.
    pub fn dense_gram(&self) -> Vec<f32> {
        let n = self.columns;
        let by_column = self.transpose();
        let mut gram = vec![0f32; n * n];
        gram.par_chunks_mut(n.max(1)).enumerate().for_each(|(item, out)| {
            for (user, weight) in by_column.iter_row(item) {
                let (indices, values) = self.row(user as usize);
                for (&column, &value) in indices.iter().zip(values) {
                    out[column as usize] += weight * value;
                }
            }
        });
        gram
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.starts.len() * 8 + self.indices.len() * 8
    }
}

/// A dense row of sums that remembers which places were touched, so that clearing costs only those.
#[derive(Debug, Clone, Default)]
pub struct RowSums {
    sums: Vec<f32>,
    marked: Vec<bool>,
    touched: Vec<u32>,
}

impl RowSums {
    /// An sums for `width` places.
    pub fn new(width: usize) -> Self {
        Self { sums: vec![0.0; width], marked: vec![false; width], touched: Vec::new() }
    }

    /// Grows to hold `width` places; never shrinks.
    pub fn widen(&mut self, width: usize) {
        if width > self.sums.len() {
            self.sums.resize(width, 0.0);
            self.marked.resize(width, false);
        }
    }

    /// Adds to a place.
    #[inline]
    pub fn add(&mut self, place: u32, value: f32) {
        let at = place as usize;
        if !self.marked[at] {
            self.marked[at] = true;
            self.touched.push(place);
        }
        self.sums[at] += value;
    }

    /// The sum at a place.
    #[inline]
    pub fn get(&self, place: u32) -> f32 {
        self.sums.get(place as usize).copied().unwrap_or(0.0)
    }

    /// Replaces every sum touched by `change(place, sum)`.
    pub fn map(&mut self, change: impl Fn(u32, f32) -> f32) {
        for &place in &self.touched {
            self.sums[place as usize] = change(place, self.sums[place as usize]);
        }
    }

    /// Forgets one place's sum.
    pub fn remove(&mut self, place: u32) {
        if let Some(sum) = self.sums.get_mut(place as usize) {
            *sum = 0.0;
        }
    }

    /// The places touched since the last clearing, in order of touch.
    pub fn touched(&self) -> &[u32] {
        &self.touched
    }

    /// Clears what was touched.
    pub fn clear(&mut self) {
        for &place in &self.touched {
            self.sums[place as usize] = 0.0;
            self.marked[place as usize] = false;
        }
        self.touched.clear();
    }

    /// Takes the `keep` entries of largest absolute value, largest value first (ties by place), and clears.
    pub fn drain_largest(&mut self, keep: usize) -> Vec<(u32, f32)> {
        let mut entries: Vec<(u32, f32)> = self
            .touched
            .iter()
            .map(|&place| (place, self.sums[place as usize]))
            .filter(|&(_, sum)| sum != 0.0)
            .collect();
        self.clear();
        if entries.len() > keep {
            if keep > 0 {
                entries.select_nth_unstable_by(keep - 1, |a, b| {
                    b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0))
                });
            }
            entries.truncate(keep);
        }
        entries.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        entries.shrink_to_fit();
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Csr {
        Csr::from_rows(3, vec![vec![(0, 1.0), (2, 2.0)], vec![], vec![(1, 3.0), (2, 4.0)]])
    }

    #[test]
    fn transposing_twice_gives_the_matrix_back() {
        assert_eq!(small().transpose().transpose(), small());
        assert_eq!(small().transpose().get(2, 2), 4.0);
    }

    #[test]
    fn the_dense_gram_equals_the_product_by_hand() {
        let gram = small().dense_gram();
        assert_eq!(gram, vec![1.0, 0.0, 2.0, 0.0, 9.0, 12.0, 2.0, 12.0, 20.0]);
    }

    #[test]
    fn a_row_the_matrix_does_not_have_is_empty() {
        assert_eq!(small().row(7), (&[][..], &[][..]));
    }

    #[test]
    fn built_rows_keep_the_largest_absolute_values_in_order_of_value() {
        let built = Csr::build_rows(200, 4, 2, &|_| false, |row, sums| {
            sums.add(0, 1.0);
            sums.add(1, -5.0);
            sums.add(2, row as f32 + 2.0);
        })
        .unwrap();
        assert_eq!(built.rows(), 200);
        assert_eq!(built.row(0), (&[2, 1][..], &[2.0, -5.0][..]));
        assert_eq!(built.row(199), (&[2, 1][..], &[201.0, -5.0][..]));
    }

    #[test]
    fn building_stops_when_told() {
        assert!(Csr::build_rows(10, 4, 2, &|_| true, |_, _| ()).is_none());
    }
}
