/** Figures in words, and the curves of series. */
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 2 });

/** 0.034 becomes "3.4%"; small shares keep a second digit. */
export const formatShare = (share: number): string => (share > 0 && share < 0.01 ? fine : percent).format(share);

/** Milliseconds, with digits only where they tell. */
export function formatMillis(ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 0.01) return '<0.01 ms';
  return `${ms < 1 ? ms.toFixed(2) : ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** A change in percent, always with its sign. */
export const formatLift = (liftPercent: number): string =>
  `${liftPercent > 0 ? '+' : liftPercent < 0 ? '−' : '±'}${Math.abs(liftPercent).toFixed(Math.abs(liftPercent) < 10 ? 1 : 0)}%`;

/** The points of a curve through a box; the largest value touches its top. */
export function curve(values: readonly number[], width: number, height: number): string {
  const most = Math.max(...values, 0);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const y = (value: number) => (most === 0 ? height : height - (value / most) * height);
  const points = values.length === 1 ? [values[0] ?? 0, values[0] ?? 0] : values;
  const spread = values.length === 1 ? width : step;
  return points.map((value, index) => `${round(index * spread)},${round(y(value))}`).join(' ');
}

const round = (value: number) => Math.round(value * 10) / 10;

/** Where an interval lies on a scale with zero in its middle, in percent of the scale's width. */
export function placeOnScale(low: number, high: number, reach: number): { left: number; width: number } {
  const place = (value: number) => 50 + (Math.max(-reach, Math.min(reach, value)) / reach) * 50;
  return { left: place(low), width: Math.max(place(high) - place(low), 0.5) };
}

/** A round number that holds every bound of some intervals. */
export function scaleFor(bounds: readonly number[]): number {
  const most = Math.max(...bounds.map(Math.abs), 5);
  return [5, 10, 20, 50, 100, 200, 500, 1_000].find((scale) => scale >= most) ?? 1_000;
}
