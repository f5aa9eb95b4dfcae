//! A report as one HTML page: tables, and plots drawn as inline SVG; no script, nothing from elsewhere.

use std::fmt::Write;

use super::report::{Report, SliceReport};

const COLOURS: &[&str] = &[
    "#3f6f9f", "#c26a4a", "#6b8e5a", "#9a8cc2", "#d9a441", "#3f8f8c", "#9c3f5f", "#77838f", "#7a5642",
    "#2f4468", "#8ab8d6", "#a9502f",
];

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#2f3437}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.85rem;\
display:block;overflow-x:auto}th,td{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #e5e5db;white-space:nowrap}\
th:first-child,td:first-child{text-align:left}tr.best td{font-weight:600;background:#eef5f1}.plots{display:flex;flex-wrap:wrap;gap:1rem}\
figure{margin:1rem 0;flex:1 1 24rem}figcaption{font-size:.85rem;color:#666}svg{width:100%;height:auto}";

/// A point or line of a plot.
struct Series<'a> {
    name: &'a str,
    points: Vec<(f64, f64)>,
}

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
        let _ = write!(
            page,
            "<tr><td>{}</td><td style=\"text-align:left;white-space:normal\"><code>{params}</code></td></tr>",
            escape(&model.name)
        );
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
    let time = dots(&|entry| (fit_seconds(report, &entry.name).max(1e-3).log10(), ndcg(entry)));
    let bias = dots(&|entry| (entry.beyond.popularity, ndcg(entry)));
    let curves: Vec<Series<'_>> = slice
        .strategies
        .iter()
        .map(|entry| Series {
            name: &entry.name,
            points: entry.curve.iter().map(|point| (point.k as f64, point.recall)).collect(),
        })
        .collect();
    format!(
        "<div class=\"plots\">{}{}{}</div>",
        plot("Quality against training time", "log₁₀ of training seconds", "NDCG@10", &time),
        plot("Recall by list length", "k", "recall@k", &curves),
        plot(
            "Popularity bias: up and left is better",
            "mean interactions of what is shown",
            "NDCG@10",
            &bias
        ),
    )
}

/// A scatter plot of single points, or lines where series have several.
fn plot(title: &str, x_label: &str, y_label: &str, series: &[Series<'_>]) -> String {
    const WIDTH: f64 = 480.0;
    const HEIGHT: f64 = 320.0;
    const LEFT: f64 = 58.0;
    const BOTTOM: f64 = 44.0;
    let all = || series.iter().flat_map(|series| series.points.iter().copied());
    let bounds = |values: &mut dyn Iterator<Item = f64>| {
        let (low, high) = values
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let room = ((high - low) * 0.08).max(1e-6);
        if low.is_finite() { (low - room, high + room) } else { (0.0, 1.0) }
    };
    let (x_low, x_high) = bounds(&mut all().map(|point| point.0));
    let (y_low, y_high) = bounds(&mut all().map(|point| point.1).chain([0.0]));
    let x = |value: f64| LEFT + (value - x_low) / (x_high - x_low) * (WIDTH - LEFT - 90.0);
    let y = |value: f64| HEIGHT - BOTTOM - (value - y_low) / (y_high - y_low) * (HEIGHT - BOTTOM - 16.0);
    let mut svg = format!(
        "<figure><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\" font-size=\"11\" fill=\"#2f3437\">\
         <path d=\"M{LEFT} 12V{base}H{right}\" fill=\"none\" stroke=\"#999\"/>",
        base = HEIGHT - BOTTOM,
        right = WIDTH - 80.0,
    );
    for tick in 0..=4 {
        let share = f64::from(tick) / 4.0;
        let (at_x, at_y) = (x_low + share * (x_high - x_low), y_low + share * (y_high - y_low));
        let _ = write!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text><text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>",
            x(at_x),
            HEIGHT - BOTTOM + 16.0,
            short(at_x),
            LEFT - 6.0,
            y(at_y) + 4.0,
            short(at_y),
        );
    }
    let _ = write!(
        svg,
        "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{x_label}</text><text x=\"12\" y=\"{:.0}\" transform=\"rotate(-90 12 {:.0})\" text-anchor=\"middle\">{y_label}</text>",
        (LEFT + WIDTH - 80.0) / 2.0,
        HEIGHT - 8.0,
        HEIGHT / 2.0,
        HEIGHT / 2.0,
    );
    for (number, series) in series.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        if series.points.len() > 1 {
            let path: Vec<String> =
                series.points.iter().map(|point| format!("{:.1} {:.1}", x(point.0), y(point.1))).collect();
            let _ = write!(
                svg,
                "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                path.join("L")
            );
        }
        if let Some(last) = series.points.last() {
            let _ = write!(
                svg,
                "<circle cx=\"{0:.1}\" cy=\"{1:.1}\" r=\"4\" fill=\"{colour}\"/><text x=\"{2:.1}\" y=\"{3:.1}\" fill=\"{colour}\">{4}</text>",
                x(last.0),
                y(last.1),
                x(last.0) + 7.0,
                y(last.1) + 4.0,
                escape(series.name),
            );
        }
    }
    let _ = write!(svg, "</svg><figcaption>{title}</figcaption></figure>");
    svg
}

fn short(value: f64) -> String {
    if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else if value.abs() >= 1.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.3}")
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
