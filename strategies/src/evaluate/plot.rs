//! Plots as inline SVG: dots or lines, round ticks, and names beside the frame so that none covers another.

use std::fmt::Write;

use super::html::escape;

const COLOURS: &[&str] = &[
    "#3f6f9f", "#c26a4a", "#6b8e5a", "#9a8cc2", "#d9a441", "#3f8f8c", "#9c3f5f", "#77838f", "#7a5642",
    "#2f4468", "#8ab8d6", "#a9502f",
];
const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 54.0;
const RIGHT: f64 = 136.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 44.0;
/// Height of a line of names.
const LINE: f64 = 15.0;
/// Ticks wanted on an axis.
const TICKS: f64 = 4.0;

/// A point or a line.
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    pub(super) points: Vec<(f64, f64)>,
}

/// One direction of a plot.
pub(super) struct Axis<'a> {
    label: &'a str,
    logarithmic: bool,
}

impl<'a> Axis<'a> {
    /// Equal steps, from nought where nothing lies below it.
    pub(super) fn linear(label: &'a str) -> Self {
        Self { label, logarithmic: false }
    }

    /// Equal ratios; values are positive.
    pub(super) fn logarithmic(label: &'a str) -> Self {
        Self { label, logarithmic: true }
    }

    /// The range shown and the ticks within it, all on the axis's own scale.
    fn frame(&self, values: impl Iterator<Item = f64>) -> Frame {
        let on_scale = values.map(|value| if self.logarithmic { value.log10() } else { value });
        let (low, high) = on_scale
            .filter(|value| value.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        let low = if self.logarithmic { low } else { low.min(0.0) };
        let step = if self.logarithmic { 1.0 } else { round_step((high - low) / TICKS) };
        let (first, last) = ((low / step).floor(), (high / step).ceil().max((low / step).floor() + 1.0));
        let count = (last - first) as u32;
        let ticks = (0..=count).map(|tick| (first + f64::from(tick)) * step).collect();
        Frame { low: first * step, high: last * step, step, logarithmic: self.logarithmic, ticks }
    }
}

struct Frame {
    low: f64,
    high: f64,
    step: f64,
    logarithmic: bool,
    ticks: Vec<f64>,
}

impl Frame {
    /// How far along the axis a value lies.
    fn share(&self, value: f64) -> f64 {
        self.share_of_tick(if self.logarithmic { value.log10() } else { value })
    }

    fn share_of_tick(&self, tick: f64) -> f64 {
        ((tick - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    fn text(&self, tick: f64) -> String {
        if self.logarithmic {
            return format!("{}", 10f64.powf(tick));
        }
        let decimals = (-self.step.log10().floor()).max(0.0) as usize;
        format!("{tick:.decimals$}")
    }
}

/// The least of 1, 2 and 5 times a power of ten that is no smaller.
fn round_step(wanted: f64) -> f64 {
    if wanted <= 0.0 || !wanted.is_finite() {
        return 1.0;
    }
    let power = 10f64.powf(wanted.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    steps.into_iter().find(|step| *step >= wanted * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// Heights for names that keep their order and a line's distance, as near as may be to `wanted`.
fn spread(wanted: &[f64], low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut heights = vec![0.0; wanted.len()];
    let mut least = low;
    for &at in &order {
        heights[at] = wanted[at].max(least);
        least = heights[at] + LINE;
    }
    let mut most = high;
    for &at in order.iter().rev() {
        heights[at] = heights[at].min(most);
        most = heights[at] - LINE;
    }
    heights
}

/// Dots where series have one point, lines where they have several.
pub(super) fn plot(title: &str, across: &Axis<'_>, up: &Axis<'_>, series: &[Series<'_>]) -> String {
    let all = || series.iter().flat_map(|series| series.points.iter().copied());
    let (width, height) = (across.frame(all().map(|point| point.0)), up.frame(all().map(|point| point.1)));
    let (right, base) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let x = |share: f64| LEFT + share * (right - LEFT);
    let y = |share: f64| base - share * (base - TOP);
    let place = |point: &(f64, f64)| (x(width.share(point.0)), y(height.share(point.1)));
    let mut svg = format!(
        "<figure><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\" font-size=\"11\" fill=\"#2f3437\">\
         <path d=\"M{LEFT} {TOP}V{base}H{right}\" fill=\"none\" stroke=\"#999\"/>"
    );
    // Writing to a string cannot fail.
    for &tick in &width.ticks {
        let (at, below) = (x(width.share_of_tick(tick)), base + 16.0);
        let text = width.text(tick);
        let _ = write!(svg, "<text x=\"{at:.0}\" y=\"{below}\" text-anchor=\"middle\">{text}</text>");
    }
    for &tick in &height.ticks {
        let (at, before) = (y(height.share_of_tick(tick)), LEFT - 6.0);
        let _ = write!(
            svg,
            "<path d=\"M{LEFT} {at:.1}H{right}\" stroke=\"#eee\"/>\
             <text x=\"{before}\" y=\"{:.0}\" text-anchor=\"end\">{}</text>",
            at + 4.0,
            height.text(tick)
        );
    }
    let (middle, half) = ((LEFT + right) / 2.0, (TOP + base) / 2.0);
    let _ = write!(
        svg,
        "<text x=\"{middle:.0}\" y=\"{}\" text-anchor=\"middle\">{}</text>\
         <text x=\"12\" y=\"{half:.0}\" transform=\"rotate(-90 12 {half:.0})\" text-anchor=\"middle\">{}</text>",
        HEIGHT - 8.0,
        across.label,
        up.label
    );
    let ends: Vec<(f64, f64)> =
        series.iter().map(|series| series.points.last().map_or((right, base), place)).collect();
    let wanted: Vec<f64> = ends.iter().map(|end| end.1).collect();
    let heights = spread(&wanted, TOP, HEIGHT - 6.0);
    for (number, (series, (end, name_at))) in series.iter().zip(ends.iter().zip(heights)).enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        if series.points.len() > 1 {
            let path: Vec<String> =
                series.points.iter().map(place).map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
            let path = path.join("L");
            let _ = write!(svg, "<path d=\"M{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        }
        let _ = write!(
            svg,
            "<path d=\"M{0:.1} {1:.1}L{2} {name_at:.1}\" fill=\"none\" stroke=\"{colour}\" stroke-opacity=\".35\"/>\
             <circle cx=\"{0:.1}\" cy=\"{1:.1}\" r=\"4\" fill=\"{colour}\"/>\
             <text x=\"{3}\" y=\"{4:.1}\" fill=\"{colour}\">{5}</text>",
            end.0,
            end.1,
            right + 12.0,
            right + 15.0,
            name_at + 4.0,
            escape(series.name),
        );
    }
    let _ = write!(svg, "</svg><figcaption>{title}</figcaption></figure>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_enclose_what_is_shown() {
        let frame = Axis::linear("quality").frame([0.013, 0.084].into_iter());
        assert_eq!((frame.low, frame.text(frame.step)), (0.0, "0.05".to_owned()));
        assert!(frame.high >= 0.084);
        let frame = Axis::logarithmic("seconds").frame([0.02, 30.0].into_iter());
        let ticks: Vec<String> = frame.ticks.iter().map(|tick| frame.text(*tick)).collect();
        assert_eq!(ticks, ["0.01", "0.1", "1", "10", "100"]);
    }

    #[test]
    fn names_of_equal_points_stand_below_each_other() {
        let heights = spread(&[50.0, 50.0, 50.0], 0.0, 300.0);
        assert_eq!(heights, [50.0, 65.0, 80.0]);
        assert!(spread(&[295.0, 296.0], 0.0, 300.0)[1] <= 300.0);
    }
}
