//! A report as plain-text tables.

use std::fmt::Write;

use super::report::{Report, SliceReport, StrategyReport};
use crate::metrics::Interval;

/// Columns of accuracy, in order.
const SHOWN: &[&str] =
    &["ndcg@10", "recall@10", "recall@20", "ndcg@20", "hit@10", "hit@20", "mrr@20", "map@10"];

pub(super) fn render(report: &Report) -> String {
    let mut out = String::new();
    let data = &report.data;
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}", report.protocol);
    let _ = writeln!(
        out,
        "trained on {} events of {} shoppers and {} products (catalogue: {})",
        data.train_events, data.train_users, data.train_items, data.items
    );
    for note in &report.notes {
        let _ = writeln!(out, "- {note}");
    }
    for slice in &report.slices {
        let _ = writeln!(out, "\n{}: {} questions", slice.name, slice.questions);
        out.push_str(&table(&accuracy(slice)));
        out.push('\n');
        out.push_str(&table(&beyond(report, slice)));
        let cold = cold_users(slice);
        if cold.len() > 1 {
            let _ = writeln!(out, "\n{}, shoppers with at most three products in their history", slice.name);
            out.push_str(&table(&cold));
        }
    }
    out
}

fn accuracy(slice: &SliceReport) -> Vec<Vec<String>> {
    let mut rows =
        vec![header(&["strategy", "ndcg@10", "95 %"], &SHOWN[1..], &["against", "difference", "better"])];
    for report in &slice.strategies {
        let headline = report.metrics.get(SHOWN[0]).copied().unwrap_or_default();
        let mut row = vec![
            report.name.clone(),
            four(headline.mean),
            format!("{}–{}", four(headline.low), four(headline.high)),
        ];
        row.extend(
            SHOWN[1..].iter().map(|name| four(report.metrics.get(*name).map_or(0.0, |value| value.mean))),
        );
        match report.versus.last() {
            Some(versus) => {
                let difference = versus.comparison.difference;
                row.push(versus.other.clone());
                row.push(format!(
                    "{:+.4} [{:+.4}, {:+.4}]",
                    difference.mean, difference.low, difference.high
                ));
                row.push(format!("{:.0} %", versus.comparison.better * 100.0));
            }
            None => row.extend([String::new(), String::new(), String::new()]),
        }
        rows.push(row);
    }
    rows
}

fn beyond(report: &Report, slice: &SliceReport) -> Vec<Vec<String>> {
    let names = [
        "strategy",
        "answered",
        "coverage",
        "novelty",
        "diversity",
        "popularity",
        "gini",
        "train s",
        "model MB",
        "p50 µs",
        "p99 µs",
    ];
    let mut rows = vec![header(&names, &[], &[])];
    for entry in &slice.strategies {
        let model = report.models.iter().find(|model| model.name == entry.name);
        let (beyond, latency) = (&entry.beyond, &entry.latency);
        rows.push(vec![
            entry.name.clone(),
            format!("{:.1} %", beyond.answered * 100.0),
            format!("{:.1} %", beyond.coverage * 100.0),
            format!("{:.2}", beyond.novelty),
            beyond.diversity.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}")),
            format!("{:.1}", beyond.popularity),
            format!("{:.3}", beyond.gini),
            model.map_or_else(String::new, |model| format!("{:.2}", model.fit_seconds)),
            model.map_or_else(String::new, |model| format!("{:.1}", model.model_bytes as f64 / 1e6)),
            format!("{:.0}", latency.p50_us),
            format!("{:.0}", latency.p99_us),
        ]);
    }
    rows
}

fn cold_users(slice: &SliceReport) -> Vec<Vec<String>> {
    let mut rows = vec![header(&["strategy"], SHOWN, &[])];
    let value = |report: &StrategyReport, name: &str| -> Option<Interval> {
        report.cold_users.as_ref()?.get(name).copied()
    };
    for report in slice.strategies.iter().filter(|report| report.cold_users.is_some()) {
        let mut row = vec![report.name.clone()];
        row.extend(SHOWN.iter().map(|name| four(value(report, name).unwrap_or_default().mean)));
        rows.push(row);
    }
    rows
}

fn header(first: &[&str], middle: &[&str], last: &[&str]) -> Vec<String> {
    first.iter().chain(middle).chain(last).map(|name| (*name).to_owned()).collect()
}

fn four(value: f64) -> String {
    format!("{value:.4}")
}

/// Left-aligned names, right-aligned figures, two spaces in between.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let padding = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
            if column == 0 {
                line.push_str(cell);
                line.push_str(&padding);
            } else {
                line.push_str("  ");
                line.push_str(&padding);
                line.push_str(cell);
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
