//! Rows into a file: CSV with a header, or one JSON object a line.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value};

use super::TransferFormat;

/// A file that rows are written to.
pub(super) struct Rows {
    columns: &'static [&'static str],
    file: Kind,
}

enum Kind {
    Csv(Box<csv::Writer<File>>),
    Jsonl(BufWriter<File>),
}

impl Rows {
    pub(super) fn create(
        path: &Path,
        format: TransferFormat,
        columns: &'static [&'static str],
    ) -> io::Result<Self> {
        let file = File::create(path)?;
        let file = match format {
            TransferFormat::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(columns)?;
                Kind::Csv(Box::new(writer))
            }
            TransferFormat::Jsonl => Kind::Jsonl(BufWriter::new(file)),
        };
        Ok(Self { columns, file })
    }

    /// Writes one row, a value for each column; empty ones are left out of JSON.
    pub(super) fn write(&mut self, values: &[String]) -> io::Result<()> {
        match &mut self.file {
            Kind::Csv(writer) => writer.write_record(values.iter().map(|value| harmless(value)))?,
            Kind::Jsonl(writer) => {
                let pairs = self.columns.iter().zip(values).filter(|(_, value)| !value.is_empty());
                let row: Map<String, Value> =
                    pairs.map(|(column, value)| ((*column).to_owned(), value.clone().into())).collect();
                serde_json::to_writer(&mut *writer, &row)?;
                writer.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// Writes what is still held back, and makes sure that it is on disk.
    pub(super) fn finish(self) -> io::Result<()> {
        match self.file {
            Kind::Csv(writer) => {
                writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?.sync_all()
            }
            Kind::Jsonl(writer) => writer.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all(),
        }
    }
}

/// A spreadsheet takes a cell that begins so for a formula; a space in front keeps it text.
fn harmless(value: &str) -> String {
    match value.chars().next() {
        Some('=' | '@' | '\t' | '\r') => format!(" {value}"),
        Some('+' | '-') if value.parse::<f64>().is_err() => format!(" {value}"),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_hold_the_same_rows() {
        let folder = tempfile::tempdir().unwrap();
        let text = |format: TransferFormat| {
            let path = folder.path().join(format.extension());
            let mut rows = Rows::create(&path, format, &["sku", "name"]).unwrap();
            rows.write(&["A-1".to_owned(), "a \"b\", c".to_owned()]).unwrap();
            rows.write(&["A-2".to_owned(), String::new()]).unwrap();
            rows.finish().unwrap();
            std::fs::read_to_string(path).unwrap()
        };
        assert_eq!(text(TransferFormat::Csv), "sku,name\nA-1,\"a \"\"b\"\", c\"\nA-2,\n");
        let jsonl = "{\"name\":\"a \\\"b\\\", c\",\"sku\":\"A-1\"}\n{\"sku\":\"A-2\"}\n";
        assert_eq!(text(TransferFormat::Jsonl), jsonl);
    }

    #[test]
    fn a_cell_never_becomes_a_formula() {
        assert_eq!(harmless("=1+1"), " =1+1");
        assert_eq!(harmless("-1.5"), "-1.5");
        assert_eq!(harmless("-cmd"), " -cmd");
        assert_eq!(harmless("Mug"), "Mug");
    }
}
