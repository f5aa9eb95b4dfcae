//! A report as one HTML page: tables, and plots drawn as inline SVG; no script, nothing from elsewhere.

use std::fmt::Write;

use super::plot::{Axis, Series, plot};
use super::report::{Report, SliceReport};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#2f3437}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.8rem;\
display:block;overflow-x:auto}th,td{padding:.25rem .45rem;text-align:right;border-bottom:1px solid #e5e5db;white-space:nowrap}\
th:first-child,td:first-child{text-align:left}tr.best td{font-weight:600;background:#eef5f1}.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(24rem,1fr));gap:1rem}\
figure{margin:1rem 0}code{overflow-wrap:anywhere}td.text{text-align:left;white-space:normal}\
figcaption{font-size:.85rem;color:#666}svg{width:100%;height:auto}";

pub(super) fn render(report: &Report) -> String {
    let mut page = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        page,
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Evaluation: {title}</title><style>{STYLE}</style><h1>Evaluation: {title}</h1><p>Trained on {} events of {} shoppers \
         and {} products; the catalogue has {}. Intervals hold 95 % of the resampled means; seed {}.</p><ul>",
        report.data.train_events,
        report.data.train_users,
        report.data.train_items,
        report.data.items,
        report.seed,
        title = escape(&report.protocol),
    );
    for note in &report.notes {
        let _ = write!(page, "<li>{}</li>", escape(note));
    }
    page.push_str("</ul>");
    for slice in &report.slices {
        let _ = write!(page, "<h2>{}: {} questions</h2>", escape(&slice.name), slice.questions);
        page.push_str(&accuracy(slice));
        page.push_str(&plots(report, slice));
        page.push_str(&beyond(report, slice));
    }
    page.push_str("<h2>Configurations</h2><table><tr><th>strategy</th><th style=\"text-align:left\">configuration</th></tr>");
    for model in &report.models {
        let params = escape(&model.params.to_string());
        let _ = write!(page, "<tr><td>{}</td><td class=\"text\"><code>{params}</code>", escape(&model.name));
        if let Some(chosen) = &model.chosen {
            let chosen = escape(&chosen.to_string());
            let _ = write!(
                page,
                "<details><summary>chosen on validation</summary><code>{chosen}</code></details>"
            );
        }
        page.push_str("</td></tr>");
    }
    page.push_str("</table></html>\n");
    page
}

fn accuracy(slice: &SliceReport) -> String {
    let names: Vec<&String> =
        slice.strategies.first().map(|first| first.metrics.keys().collect()).unwrap_or_default();
    let mut out = String::from("<table><tr><th>strategy</th>");
    for name in &names {
        let _ = write!(out, "<th>{}</th>", escape(name));
    }
    out.push_str("<th>NDCG@10 against</th></tr>");
    let headline = |at: usize| slice.strategies[at].metrics.get("ndcg@10").map_or(0.0, |value| value.mean);
    let best = (0..slice.strategies.len()).max_by(|a, b| headline(*a).total_cmp(&headline(*b)));
    for (at, report) in slice.strategies.iter().enumerate() {
        let _ = write!(
            out,
            "<tr{}><td>{}</td>",
            if Some(at) == best { " class=\"best\"" } else { "" },
            escape(&report.name)
        );
        for name in &names {
            let value = report.metrics.get(*name).copied().unwrap_or_default();
            let _ = write!(out, "<td title=\"{:.4} to {:.4}\">{:.4}</td>", value.low, value.high, value.mean);
        }
        let versus: Vec<String> = report
            .versus
            .iter()
            .map(|versus| {
                format!(
                    "{}: {:+.4} (better in {:.0} %)",
                    escape(&versus.other),
                    versus.comparison.difference.mean,
                    versus.comparison.better * 100.0
                )
            })
            .collect();
        let _ = write!(out, "<td>{}</td></tr>", versus.join("<br>"));
    }
    out.push_str("</table>");
    out
}

fn beyond(report: &Report, slice: &SliceReport) -> String {
    let mut out = String::from(
        "<table><tr><th>strategy</th><th>answered</th><th>coverage</th><th>novelty (bits)</th><th>diversity</th>\
         <th>popularity</th><th>Gini</th><th>training (s)</th><th>p50 (µs)</th><th>p99 (µs)</th></tr>",
    );
    for entry in &slice.strategies {
        let beyond = &entry.beyond;
        let _ = write!(
            out,
            "<tr><td>{}</td><td>{:.1} %</td><td>{:.1} %</td><td>{:.2}</td><td>{}</td><td>{:.1}</td><td>{:.3}</td><td>{:.2}</td><td>{:.0}</td><td>{:.0}</td></tr>",
            escape(&entry.name),
            beyond.answered * 100.0,
            beyond.coverage * 100.0,
            beyond.novelty,
            beyond.diversity.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}")),
            beyond.popularity,
            beyond.gini,
            fit_seconds(report, &entry.name),
            entry.latency.p50_us,
            entry.latency.p99_us,
        );
    }
    out.push_str("</table>");
    out
}

fn fit_seconds(report: &Report, name: &str) -> f64 {
    report.models.iter().find(|model| model.name == name).map_or(0.0, |model| model.fit_seconds)
}

fn plots(report: &Report, slice: &SliceReport) -> String {
    let dots = |at: &dyn Fn(&super::StrategyReport) -> (f64, f64)| -> Vec<Series<'_>> {
        slice.strategies.iter().map(|entry| Series { name: &entry.name, points: vec![at(entry)] }).collect()
    };
    let ndcg = |entry: &super::StrategyReport| entry.metrics.get("ndcg@10").map_or(0.0, |value| value.mean);
    let time = dots(&|entry| (fit_seconds(report, &entry.name).max(1e-3), ndcg(entry)));
    let bias = dots(&|entry| (entry.beyond.popularity, ndcg(entry)));
    let curves: Vec<Series<'_>> = slice
        .strategies
        .iter()
        .map(|entry| Series {
            name: &entry.name,
            points: entry.curve.iter().map(|point| (point.k as f64, point.recall)).collect(),
        })
        .collect();
    let (quality, amount) = (Axis::linear("NDCG@10"), Axis::linear("mean interactions of what is shown"));
    format!(
        "<div class=\"plots\">{}{}{}</div>",
        plot("Quality against training time", &Axis::logarithmic("training, seconds"), &quality, &time),
        plot("Recall by list length", &Axis::linear("k"), &Axis::linear("recall@k"), &curves),
        plot("Popularity bias: up and left is better", &amount, &quality, &bias),
    )
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
