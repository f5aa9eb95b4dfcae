//! Reads CSV and JSON Lines into rows of named values.

use std::io::{BufRead, Read};
use std::path::Path;

use csv::ByteRecord;
use serde_json::Value;

use super::fields::{Fields, Refusal};
use crate::import::rejects::{Reject, Rejects};
use crate::import::source::text;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Csv,
    Jsonl,
}

impl Format {
    /// By the file's name, a trailing `.gz` aside.
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        match name.rsplit_once('.')?.1 {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }
}

/// Why a file as a whole cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error("unknown column {found}; this table has {known}")]
    UnknownColumn { found: String, known: String },
    #[error("the column {0} is missing")]
    MissingColumn(&'static str),
    #[error("the file cannot be read: {0}")]
    Csv(#[from] csv::Error),
    #[error("the file cannot be read or the rejects not be written: {0}")]
    Io(#[from] std::io::Error),
}

/// What a table consists of.
pub(super) struct Table {
    pub(super) required: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
}

impl Table {
    fn knows(&self, column: &str) -> bool {
        self.required.contains(&column) || self.optional.contains(&column)
    }

    fn unknown(&self, found: String) -> FormatError {
        let known: Vec<&str> = self.required.iter().chain(self.optional).copied().collect();
        FormatError::UnknownColumn { found, known: known.join(", ") }
    }
}

const LONGEST_LINE: u64 = 1 << 20;

/// Reads every row; `accept` turns its values into a record or refuses them.
pub(super) fn read(
    content: impl BufRead,
    format: Format,
    table: &Table,
    rejects: &mut Rejects,
    accept: &mut dyn FnMut(&Fields) -> Result<(), Refusal>,
) -> Result<u64, FormatError> {
    match format {
        Format::Csv => read_csv(content, table, rejects, accept),
        Format::Jsonl => read_json_lines(content, table, rejects, accept),
    }
}

fn settle(line: u64, outcome: Result<(), Refusal>, rejects: &mut Rejects) -> Result<(), FormatError> {
    if let Err((column, reason, value)) = outcome {
        rejects.add(&Reject { line, column, reason, value })?;
    }
    Ok(())
}

fn read_csv(
    content: impl BufRead,
    table: &Table,
    rejects: &mut Rejects,
    accept: &mut dyn FnMut(&Fields) -> Result<(), Refusal>,
) -> Result<u64, FormatError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(content);
    let header: Vec<String> =
        reader.byte_headers()?.iter().map(|name| text(name.trim_ascii()).to_ascii_lowercase()).collect();
    if let Some(unknown) = header.iter().find(|name| !table.knows(name)) {
        return Err(table.unknown(unknown.clone()));
    }
    if let Some(missing) = table.required.iter().find(|name| !header.iter().any(|found| found == *name)) {
        return Err(FormatError::MissingColumn(missing));
    }
    let mut record = ByteRecord::new();
    let mut count = 0;
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(count),
            Err(error) if error.is_io_error() => return Err(error.into()),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                settle(line, Err(("", "not a CSV row", String::new())), rejects)?;
                continue;
            }
        }
        count += 1;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() > header.len() {
            settle(line, Err(("", "more values than columns", String::new())), rejects)?;
            continue;
        }
        let values = header.iter().zip(&record);
        let mut fields = Fields { line, ..Fields::default() };
        for (name, value) in values {
            let value = text(value.trim_ascii());
            if !value.is_empty() {
                fields.values.insert(name.clone(), value);
            }
        }
        settle(line, accept(&fields), rejects)?;
    }
}

fn read_json_lines(
    mut content: impl BufRead,
    table: &Table,
    rejects: &mut Rejects,
    accept: &mut dyn FnMut(&Fields) -> Result<(), Refusal>,
) -> Result<u64, FormatError> {
    let mut line = 0;
    let mut count = 0;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let read = content.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut buffer)?;
        if read == 0 {
            return Ok(count);
        }
        line += 1;
        if read as u64 == LONGEST_LINE && !buffer.ends_with(b"\n") {
            content.skip_until(b'\n')?;
            settle(line, Err(("", "the line is longer than a megabyte", String::new())), rejects)?;
            continue;
        }
        if buffer.trim_ascii().is_empty() {
            continue;
        }
        count += 1;
        let outcome = object(line, &buffer, table).and_then(|fields| accept(&fields));
        settle(line, outcome, rejects)?;
    }
}

fn object(line: u64, content: &[u8], table: &Table) -> Result<Fields, Refusal> {
    let Ok(Value::Object(object)) = serde_json::from_slice(content) else {
        return Err(("", "not a JSON object", text(content)));
    };
    let mut fields = Fields { line, ..Fields::default() };
    for (name, value) in object {
        if !table.knows(&name) {
            return Err(("", "unknown column", name));
        }
        if let Some(value) = plain(&value)
            && !value.trim().is_empty()
        {
            fields.values.insert(name, value.trim().to_owned());
        }
    }
    Ok(fields)
}

/// A JSON value in the spelling the CSV has: lists joined with `|`, objects as `key=value` pairs.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => Some(items.iter().filter_map(plain).collect::<Vec<_>>().join("|")),
        Value::Object(pairs) => {
            let pairs = pairs.iter().filter_map(|(key, value)| Some(format!("{key}={}", plain(value)?)));
            Some(pairs.collect::<Vec<_>>().join("|"))
        }
    }
}
