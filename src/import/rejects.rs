//! What an import left out, and why: counted by reason, and listed in a file with line, column and value.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// One row that did not come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Line in the file, the header being line 1.
    pub line: u64,
    /// The offending column, or empty when it is the row as a whole.
    pub column: &'static str,
    pub reason: &'static str,
    /// The value found, shortened.
    pub value: String,
}

/// Collects rejects: totals in memory, rows in a CSV file made when the first one comes.
pub struct Rejects {
    path: Option<PathBuf>,
    file: Option<csv::Writer<BufWriter<File>>>,
    totals: BTreeMap<&'static str, u64>,
}

const LONGEST_VALUE: usize = 120;

impl Rejects {
    /// Rows go to `path`; without one they are only counted.
    pub fn new(path: Option<&Path>) -> Self {
        Self { path: path.map(Path::to_owned), file: None, totals: BTreeMap::new() }
    }

    pub fn add(&mut self, reject: &Reject) -> io::Result<()> {
        *self.totals.entry(reject.reason).or_default() += 1;
        let Some(path) = &self.path else { return Ok(()) };
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut file = csv::Writer::from_writer(BufWriter::new(File::create(path)?));
                file.write_record(["line", "column", "reason", "value"])?;
                self.file.insert(file)
            }
        };
        let value: String = reject.value.chars().take(LONGEST_VALUE).collect();
        file.write_record([&reject.line.to_string(), reject.column, reject.reason, &value])?;
        Ok(())
    }

    /// How many rows each reason left out.
    pub fn totals(&self) -> &BTreeMap<&'static str, u64> {
        &self.totals
    }

    pub fn count(&self) -> u64 {
        self.totals.values().sum()
    }

    /// Finishes the file; returns where it is when one was written.
    pub fn finish(mut self) -> io::Result<Option<PathBuf>> {
        match self.file.take() {
            Some(mut file) => {
                file.flush()?;
                Ok(self.path.take())
            }
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_only_when_something_was_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects.csv");
        assert_eq!(Rejects::new(Some(&path)).finish().unwrap(), None);
        assert!(!path.exists());

        let mut rejects = Rejects::new(Some(&path));
        let reject = Reject { line: 7, column: "price", reason: "not a number", value: "a, \"b\"".into() };
        rejects.add(&reject).unwrap();
        rejects.add(&reject).unwrap();
        assert_eq!(rejects.totals()["not a number"], 2);
        assert_eq!(rejects.finish().unwrap(), Some(path.clone()));
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text.lines().nth(1), Some("7,price,not a number,\"a, \"\"b\"\"\""));
    }
}
