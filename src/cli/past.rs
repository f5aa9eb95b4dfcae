//! Which past an evaluation is about: a folder of files or the shop's own database, and how it is split.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use shelfwise_strategies::dataset::Dataset;
use shelfwise_strategies::evaluate::split::{self, Label};
use shelfwise_strategies::evaluate::table::{ItemRecord, NamedData, Record, Table};
use shelfwise_strategies::evaluate::{Split, Stopwatch};
use shelfwise_strategies::event::{EventKind, InteractionWeights, Millis};
use shelfwise_strategies::train::Progress;

use crate::config::Config;
use crate::context::Context;
use crate::import::source;
use crate::recommend::{self, whole_past};
use crate::storage::Storage;

/// Days of the validation slice before the cut of a time split.
const VALIDATION_DAYS: i64 = 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Protocol {
    /// Train before the cut, judge by what is bought after it
    Time,
    /// The last event of each shopper is the test, the one before the validation
    LeaveLastOut,
    /// The labels in the data's own `split` column
    Fixed,
    /// Sessions after the cut, revealed step by step
    Session,
}

#[derive(Debug, Clone, Args)]
pub(super) struct PastArguments {
    /// A folder with interactions.csv[.gz] and perhaps items.csv[.gz]; the shop's own database when absent
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// How to split [default: the data's own labels where it has any, otherwise by time]
    #[arg(long, value_enum)]
    protocol: Option<Protocol>,
    /// First day that is not learned from [default: 30 days before the last event, or the last quarter of a shorter past]
    #[arg(long, value_name = "YYYY-MM-DD")]
    cut: Option<String>,
    /// Event kinds to use, comma-separated, such as purchase,view [default: all but returns and impressions]
    #[arg(long, value_delimiter = ',', value_name = "KIND")]
    events: Vec<String>,
    /// Judge by the validation slice inside the training part, to choose settings by
    #[arg(long)]
    validation: bool,
    /// Questions asked at most in each slice, drawn by the seed
    #[arg(long, default_value_t = 50_000, value_name = "N")]
    max_questions: usize,
}

/// A data set before it is split.
pub(super) struct Past {
    pub(super) dataset: Dataset,
    labels: Option<Vec<Label>>,
    /// Configurations by strategy that staff chose in the shop.
    pub(super) chosen: Vec<(String, Value)>,
}

/// The past in the shop's own database.
pub(super) async fn of_shop(storage: &dyn Storage, context: &Context) -> anyhow::Result<Past> {
    let dataset = whole_past(storage, context.now()).await?;
    let mut chosen = Vec::new();
    for setting in storage.strategy_settings().await? {
        if let Some(text) = &setting.config {
            let params = serde_json::from_str(text);
            let params = params.with_context(|| {
                format!("the stored configuration of {} is not JSON", setting.strategy_id)
            })?;
            chosen.push((setting.strategy_id, params));
        }
    }
    Ok(Past { dataset, labels: None, chosen })
}

/// The shop's weights of what shoppers do.
pub(super) fn weights(config: &Config) -> InteractionWeights {
    recommend::Options::from_config(&config.recommendations, None).weights
}

impl PastArguments {
    /// Whether the shop's own database is meant.
    pub(super) fn own_shop(&self) -> bool {
        self.data.is_none()
    }

    /// The past in the given folder.
    pub(super) fn read_folder(&self) -> anyhow::Result<Past> {
        let folder = self.data.as_deref().context("no folder given")?;
        let NamedData { dataset, labels, .. } = read_folder(folder)?;
        Ok(Past { dataset, labels, chosen: Vec::new() })
    }

    /// The past cut in two; for the tuner always by the validation slice.
    pub(super) fn split(&self, past: Past, seed: u64, validation: bool) -> anyhow::Result<Split> {
        let past = self.narrowed(past)?;
        let Past { dataset, labels, .. } = past;
        if dataset.event_count() == 0 {
            bail!("there are no events to evaluate on");
        }
        let validation = validation || self.validation;
        let judge = if validation { Label::Valid } else { Label::Test };
        let protocol =
            self.protocol.unwrap_or(if labels.is_some() { Protocol::Fixed } else { Protocol::Time });
        let cut = match &self.cut {
            Some(day) => midnight(day)?,
            None => split::default_cut(&dataset),
        };
        let made = match protocol {
            Protocol::Time if validation => split::validation_by_time(&dataset, cut, VALIDATION_DAYS),
            Protocol::Time => split::by_time(&dataset, cut),
            Protocol::Session if validation => {
                let train = dataset.retain(|event| event.at < cut);
                let cut = split::default_cut(&train);
                split::by_session(&train, cut)
            }
            Protocol::Session => split::by_session(&dataset, cut),
            Protocol::LeaveLastOut => {
                let labels = labels.unwrap_or_else(|| split::last_out_labels(&dataset));
                split::by_labels(&dataset, &labels, judge, "leave-last-out")
            }
            Protocol::Fixed => {
                let mut labels = labels.context("the data has no split column; choose another --protocol")?;
                if validation && !labels.contains(&Label::Valid) {
                    split::hold_out(&dataset, &mut labels, seed);
                }
                split::by_labels(&dataset, &labels, judge, "fixed split")
            }
        };
        Ok(made?.at_most(self.max_questions, seed))
    }

    fn narrowed(&self, past: Past) -> anyhow::Result<Past> {
        let mut kinds = Vec::new();
        for word in &self.events {
            let kind = serde_json::from_value::<EventKind>(Value::from(word.as_str()));
            kinds.push(kind.with_context(|| format!("no event kind is called {word}"))?);
        }
        let keep = |kind: EventKind| match kinds.is_empty() {
            true => !matches!(kind, EventKind::Return | EventKind::Impression),
            false => kinds.contains(&kind),
        };
        let labels = past.labels.map(|labels| {
            past.dataset
                .events()
                .zip(labels)
                .filter(|(event, _)| keep(event.kind))
                .map(|(_, label)| label)
                .collect()
        });
        Ok(Past { dataset: past.dataset.retain(|event| keep(event.kind)), labels, chosen: past.chosen })
    }
}

fn midnight(day: &str) -> anyhow::Result<Millis> {
    let date =
        day.parse::<chrono::NaiveDate>().with_context(|| format!("{day} is not a day such as 2026-01-31"))?;
    Ok(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis())
}

/// `interactions.csv` with the columns user, item, event and optionally timestamp (unix seconds) or position (place
/// in the shopper's order), quantity, order or session, split; `items.csv` with item and optionally title, category (levels joined by `|` or `>`), department,
/// brand, price. Either may be gzipped; other columns are ignored.
pub(super) fn read_folder(folder: &Path) -> anyhow::Result<NamedData> {
    let mut table = Table::default();
    if let Some(path) = existing(folder, "items") {
        read_items(&path, &mut table).with_context(|| format!("cannot read {}", path.display()))?;
    }
    let path = existing(folder, "interactions")
        .with_context(|| format!("{} holds no interactions.csv or interactions.csv.gz", folder.display()))?;
    read_interactions(&path, &mut table).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(table.finish()?)
}

fn existing(folder: &Path, name: &str) -> Option<PathBuf> {
    ["csv.gz", "csv"]
        .iter()
        .map(|ending| folder.join(format!("{name}.{ending}")))
        .find(|path| fs::exists(path).unwrap_or(false))
}

/// Positions of named columns; cells of absent ones are blank.
struct Columns {
    names: Vec<String>,
}

impl Columns {
    fn of(reader: &mut csv::Reader<impl std::io::Read>) -> csv::Result<Self> {
        Ok(Self { names: reader.headers()?.iter().map(|name| name.trim().to_lowercase()).collect() })
    }

    fn cell<'r>(&self, row: &'r csv::StringRecord, name: &str) -> &'r str {
        let at = self.names.iter().position(|column| column == name);
        at.and_then(|at| row.get(at)).unwrap_or("").trim()
    }
}

fn read_interactions(path: &Path, table: &mut Table) -> anyhow::Result<()> {
    let mut reader = csv::Reader::from_reader(source::open(path)?.content);
    let columns = Columns::of(&mut reader)?;
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row)? {
        let cell = |name| columns.cell(&row, name);
        let seconds = cell("timestamp");
        let at = match seconds {
            // A place in the shopper's order: a millisecond a place, so that nothing fades.
            "" => cell("position").parse().ok(),
            text => {
                let seconds: f64 =
                    text.parse().with_context(|| format!("timestamp {text} is not a number"))?;
                Some((seconds * 1_000.0) as Millis)
            }
        };
        let group = Some(cell("order")).filter(|order| !order.is_empty()).unwrap_or_else(|| cell("session"));
        let record = Record {
            user: cell("user"),
            item: cell("item"),
            event: if cell("event").is_empty() { "purchase" } else { cell("event") },
            at,
            amount: cell("quantity").parse().ok(),
            group: Some(group),
            split: Some(cell("split")),
        };
        let line = row.position().map_or(0, csv::Position::line);
        table.add(&record).with_context(|| format!("line {line}"))?;
    }
    Ok(())
}

fn read_items(path: &Path, table: &mut Table) -> anyhow::Result<()> {
    let mut reader = csv::Reader::from_reader(source::open(path)?.content);
    let columns = Columns::of(&mut reader)?;
    let mut row = csv::StringRecord::new();
    while reader.read_record(&mut row)? {
        let cell = |name| columns.cell(&row, name);
        let department = Some(cell("department")).filter(|name| !name.is_empty());
        let levels = cell("category").split(['|', '>']).map(str::trim).filter(|level| !level.is_empty());
        let price: f64 = cell("price").parse().unwrap_or(0.0);
        let record = ItemRecord {
            item: cell("item"),
            title: cell("title"),
            categories: department.into_iter().chain(levels).collect(),
            brand: Some(cell("brand")),
            price_minor: (price * 100.0).round() as i64,
        };
        let line = row.position().map_or(0, csv::Position::line);
        table.add_item(&record).with_context(|| format!("line {line}"))?;
    }
    Ok(())
}

/// The process's monotonic clock.
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Stopwatch for Clock {
    fn nanos(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// Progress as a bar on standard error.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {elapsed}  {msg}");
        Self(ProgressBar::new(1_000).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn report(&self, stage: &str, done: f32) {
        self.0.set_position((done.clamp(0.0, 1.0) * 1_000.0) as u64);
        self.0.set_message(stage.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(interactions: &str, items: Option<&str>) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("interactions.csv"), interactions).unwrap();
        if let Some(items) = items {
            fs::write(folder.path().join("items.csv"), items).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_is_read_with_its_labels_categories_and_order() {
        let folder = folder(
            "user,item,event,timestamp,quantity,price,split\nu,b,review,,1,,train\nu,a,review,,1,,test\n",
            Some("item,title,category,brand,price\na,Lamp,Home|Lamps,Acme,12.50\n"),
        );
        let data = read_folder(folder.path()).unwrap();
        assert_eq!(data.items, ["a", "b"]);
        assert_eq!(data.dataset.items()[0].price_minor, 1_250);
        assert_eq!(data.dataset.items()[0].categories.len(), 2);
        let order: Vec<u32> = data.dataset.history(0).iter().map(|event| event.item).collect();
        assert_eq!(order, [1, 0]);
        assert_eq!(data.labels.unwrap(), [Label::Train, Label::Test]);
    }

    #[test]
    fn a_bad_row_is_named_by_its_line() {
        let folder = folder("user,item,event\nu,a,purchase\nu,a,hug\n", None);
        let error = format!("{:#}", read_folder(folder.path()).err().unwrap());
        assert!(error.contains("line 3") && error.contains("hug"), "{error}");
    }

    #[test]
    fn a_cut_that_is_no_day_is_refused() {
        assert_eq!(midnight("2011-11-09").unwrap(), 1_320_796_800_000);
        assert!(midnight("November").is_err());
    }
}
