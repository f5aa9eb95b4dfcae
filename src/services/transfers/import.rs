//! A file from elsewhere into the shop: fetched, read off the request threads, loaded in batches.

use std::path::Path;

use super::worker::{Failure, Progress};
use super::{RowError, Task, TransferFormat, TransferKind};
use crate::context::Context;
use crate::domain::money::Currency;
use crate::import::load::{LoadError, Loader};
use crate::import::records::{InteractionRecord, OrderRecord, ProductRecord};
use crate::import::rejects::Rejects;
use crate::import::source;
use crate::import::tables::{self, Format, FormatError};
use crate::outward::Outward;
use crate::recommend::announce_import;
use crate::storage::Storage;

/// The largest file that is fetched.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// Row errors kept with the job.
const ERRORS_KEPT: usize = 50;

/// What a file held.
enum Records {
    Products(Vec<ProductRecord>),
    Orders(Vec<OrderRecord>),
    Interactions(Vec<InteractionRecord>),
}

/// What an import works with.
pub(super) struct Import<'a> {
    pub(super) storage: &'a dyn Storage,
    pub(super) context: &'a Context,
    pub(super) outward: &'a Outward,
    pub(super) currency: Currency,
}

impl Import<'_> {
    /// Loads what lies at the task's address. `path` is where the file may be kept meanwhile. Returns the first rows
    /// that did not come in.
    pub(super) async fn run(
        &self,
        task: &Task,
        path: &Path,
        progress: &Progress,
    ) -> Result<Vec<RowError>, Failure> {
        let rejected = path.with_extension("rejects.csv");
        let loaded = self.load(task, path, &rejected, progress).await;
        let errors = read_rejects(&rejected);
        for leftover in [path, &rejected] {
            // Not there when nothing was fetched, or nothing rejected.
            let _ = tokio::fs::remove_file(leftover).await;
        }
        loaded.map(|()| errors)
    }

    async fn load(
        &self,
        task: &Task,
        path: &Path,
        rejected: &Path,
        progress: &Progress,
    ) -> Result<(), Failure> {
        let address = task.source.as_deref().unwrap_or_default();
        self.outward.fetch(address, path, MOST_BYTES).await?;
        let (file, list, kind, format, currency) =
            (path.to_owned(), rejected.to_owned(), task.kind, task.format, self.currency);
        let read = move || -> Result<(Records, Rejects), Failure> {
            let mut rejects = Rejects::new(Some(&list));
            let records = parse(&file, kind, format, currency, &mut rejects)?;
            Ok((records, rejects))
        };
        let read = tokio::task::spawn_blocking(read).await;
        let (records, mut rejects) = read.map_err(|error| Failure::CutShort(error.to_string()))??;
        let refused = rejects.count();
        progress.failed(refused);
        if task.all_or_nothing && refused > 0 {
            rejects.finish()?;
            return Err(Failure::Refused(format!("{refused} rows do not read; nothing was loaded")));
        }
        progress.expect(i64::try_from(records.count()).unwrap_or(i64::MAX));
        let count = |rows: u64| progress.done(usize::try_from(rows).unwrap_or(usize::MAX));
        let mut loader =
            Loader { storage: self.storage, context: self.context, rejects: &mut rejects, progress: &count };
        match &records {
            Records::Products(records) => loader.products(records).await?,
            Records::Orders(records) => loader.orders(records).await?,
            Records::Interactions(records) => loader.interactions(records).await?,
        };
        announce_import(self.storage, self.context).await?;
        progress.failed(rejects.count());
        rejects.finish()?;
        Ok(())
    }
}

impl Records {
    fn count(&self) -> usize {
        match self {
            Self::Products(records) => records.len(),
            Self::Orders(records) => records.iter().map(|order| order.lines.len()).sum(),
            Self::Interactions(records) => records.len(),
        }
    }
}

fn parse(
    file: &Path,
    kind: TransferKind,
    format: TransferFormat,
    currency: Currency,
    rejects: &mut Rejects,
) -> Result<Records, Failure> {
    let content = source::open(file)?.content;
    let format = match format {
        TransferFormat::Csv => Format::Csv,
        TransferFormat::Jsonl => Format::Jsonl,
    };
    Ok(match kind {
        TransferKind::Products | TransferKind::Stock => {
            Records::Products(tables::products(content, format, currency, rejects)?)
        }
        TransferKind::Orders => Records::Orders(tables::orders(content, format, currency, rejects)?),
        TransferKind::Interactions => Records::Interactions(tables::interactions(content, format, rejects)?),
    })
}

fn read_rejects(path: &Path) -> Vec<RowError> {
    let Ok(mut reader) = csv::Reader::from_path(path) else { return Vec::new() };
    let rows = reader.records().filter_map(Result::ok).take(ERRORS_KEPT);
    rows.map(|row| RowError {
        line: row.get(0).and_then(|line| line.parse().ok()).unwrap_or_default(),
        column: row.get(1).unwrap_or_default().to_owned(),
        reason: row.get(2).unwrap_or_default().to_owned(),
    })
    .collect()
}

impl From<FormatError> for Failure {
    fn from(error: FormatError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Storage(error) => Self::Store(error),
            LoadError::Rejects(error) => Self::File(error),
        }
    }
}
