//! `shelfwise import`: a shop's past in, with a progress bar and a list of what was left out.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::config::Config;
use crate::context::Context;
use crate::domain::money::{Currency, parse_currency};
use crate::import::load::{Loader, Tally};
use crate::import::online_retail;
use crate::import::rejects::Rejects;
use crate::import::source::{self, Source};
use crate::import::tables::{self, Format};
use crate::recommend::announce_import;
use crate::storage::Storage;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Products with price, stock, category, tags and attributes
    Products,
    /// Customers
    Users,
    /// What customers viewed, liked, put into the cart or bought
    Interactions,
    /// Past orders, one row a line
    Orders,
    /// The UCI "Online Retail" file as published: products, customers, orders and returns in one
    OnlineRetail,
}

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// What the file holds
    #[arg(value_enum)]
    kind: Kind,
    /// CSV (with a header) or JSON Lines, plain or gzip
    file: PathBuf,
    /// The file's format; told by its name when absent
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where rows that did not come in are listed [default: FILE's name + .rejects.csv, here]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Stock each product starts with, where the source has none
    #[arg(long, default_value_t = 100)]
    stock: u32,
}

/// Reads the file, loads what it holds and says what became of it.
pub(super) async fn run(
    config: &Config,
    options: &ImportArguments,
    storage: &dyn Storage,
    context: &Context,
) -> anyhow::Result<String> {
    let started = Instant::now();
    let rejects_path = options.rejects.clone().unwrap_or_else(|| default_rejects(&options.file));
    let mut rejects = Rejects::new(Some(&rejects_path));
    let source =
        source::open(&options.file).with_context(|| format!("cannot open {}", options.file.display()))?;
    let currency = parse_currency(&config.shop.currency)?;
    let mut report = Report::default();
    if options.kind == Kind::OnlineRetail {
        online_retail_file(options, source, currency, storage, context, &mut rejects, &mut report).await?;
    } else {
        table(options, source, currency, storage, context, &mut rejects, &mut report).await?;
    }
    announce_import(storage, context).await?;
    report.finish(started.elapsed(), rejects)
}

async fn online_retail_file(
    options: &ImportArguments,
    source: Source,
    currency: Currency,
    storage: &dyn Storage,
    context: &Context,
    rejects: &mut Rejects,
    report: &mut Report,
) -> anyhow::Result<()> {
    let bar = bytes_bar(source.size);
    let read = source.read;
    let rows = online_retail::read(source.content, rejects, |count| {
        bar.set_position(read.load(Ordering::Relaxed));
        report.rows = count;
    })?;
    bar.finish_and_clear();
    let shop = online_retail::assemble(&rows, options.stock);
    drop(rows);
    if currency.code() != online_retail::CURRENCY {
        report.notes.push(format!(
            "prices are in {}, the shop sells in {}: set shop.currency to sell these products",
            online_retail::CURRENCY,
            currency.code()
        ));
    }
    let lines = shop.orders.iter().map(|order| order.lines.len()).sum();
    report.add(
        "products",
        with_bar("products", shop.products.len(), storage, context, rejects, async |loader| {
            loader.products(&shop.products).await
        })
        .await?,
    );
    report.add(
        "customers",
        with_bar("customers", shop.users.len(), storage, context, rejects, async |loader| {
            loader.users(&shop.users).await
        })
        .await?,
    );
    report.add(
        "orders",
        with_bar("order lines", lines, storage, context, rejects, async |loader| {
            loader.orders(&shop.orders).await
        })
        .await?,
    );
    report.add(
        "returns",
        with_bar("returns", shop.returns.len(), storage, context, rejects, async |loader| {
            loader.returns(&shop.returns).await
        })
        .await?,
    );
    Ok(())
}

async fn table(
    options: &ImportArguments,
    source: Source,
    currency: Currency,
    storage: &dyn Storage,
    context: &Context,
    rejects: &mut Rejects,
    report: &mut Report,
) -> anyhow::Result<()> {
    let format = options
        .format
        .or_else(|| Format::of(&options.file))
        .context("the file's name does not tell its format; say --format csv or --format jsonl")?;
    let content = source.content;
    match options.kind {
        Kind::Products => {
            let records = tables::products(content, format, currency, rejects)?;
            report.rows = records.len() as u64 + rejects.count();
            let load = async |loader: &mut Loader<'_>| loader.products(&records).await;
            report
                .add("products", with_bar("products", records.len(), storage, context, rejects, load).await?);
        }
        Kind::Users => {
            let records = tables::users(content, format, rejects)?;
            report.rows = records.len() as u64 + rejects.count();
            let load = async |loader: &mut Loader<'_>| loader.users(&records).await;
            report.add("users", with_bar("users", records.len(), storage, context, rejects, load).await?);
        }
        Kind::Interactions => {
            let records = tables::interactions(content, format, rejects)?;
            report.rows = records.len() as u64 + rejects.count();
            let load = async |loader: &mut Loader<'_>| loader.interactions(&records).await;
            let tally = with_bar("interactions", records.len(), storage, context, rejects, load).await?;
            report.add("interactions", tally);
        }
        Kind::Orders | Kind::OnlineRetail => {
            let records = tables::orders(content, format, currency, rejects)?;
            let lines: usize = records.iter().map(|order| order.lines.len()).sum();
            report.rows = lines as u64 + rejects.count();
            let load = async |loader: &mut Loader<'_>| loader.orders(&records).await;
            report.add("orders", with_bar("order lines", lines, storage, context, rejects, load).await?);
        }
    }
    Ok(())
}

async fn with_bar<E>(
    name: &'static str,
    total: usize,
    storage: &dyn Storage,
    context: &Context,
    rejects: &mut Rejects,
    load: impl AsyncFnOnce(&mut Loader<'_>) -> Result<Tally, E>,
) -> Result<Tally, E> {
    let bar =
        ProgressBar::new(total as u64).with_style(style("{prefix:>12} {bar:30} {pos}/{len}  {per_sec}"));
    bar.set_prefix(name);
    let progress = |done| bar.inc(done);
    let tally = load(&mut Loader { storage, context, rejects, progress: &progress }).await;
    bar.finish_and_clear();
    tally
}

fn bytes_bar(size: u64) -> ProgressBar {
    let bar = ProgressBar::new(size).with_style(style("{prefix:>12} {bar:30} {bytes}/{total_bytes}"));
    bar.set_prefix("reading");
    bar
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn default_rejects(file: &Path) -> PathBuf {
    let name = file.file_name().map_or_else(|| "import".into(), |name| name.to_string_lossy());
    PathBuf::from(format!("{name}.rejects.csv"))
}

#[derive(Default)]
struct Report {
    rows: u64,
    tallies: Vec<(&'static str, Tally)>,
    notes: Vec<String>,
}

impl Report {
    fn add(&mut self, kind: &'static str, tally: Tally) {
        self.tallies.push((kind, tally));
    }

    fn finish(self, took: Duration, rejects: Rejects) -> anyhow::Result<String> {
        let mut text = String::new();
        let seconds = took.as_secs_f64();
        let rate = (self.rows as f64 / seconds.max(0.001)) as u64;
        writeln!(text, "read {} rows in {seconds:.1} s ({rate} rows/s)", self.rows)?;
        for (kind, tally) in &self.tallies {
            writeln!(text, "{kind:>12}: {} new, {} known already", tally.created, tally.known)?;
        }
        for note in &self.notes {
            writeln!(text, "note: {note}")?;
        }
        let totals = rejects.totals().clone();
        if let Some(path) = rejects.finish()? {
            writeln!(text, "left out {} rows, listed in {}:", totals.values().sum::<u64>(), path.display())?;
            for (reason, count) in totals {
                writeln!(text, "{count:>12}  {reason}")?;
            }
        }
        Ok(text)
    }
}
