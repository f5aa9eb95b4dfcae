/** Money and numbers in words. Amounts arrive as exact decimals and are only formatted, never calculated with. */
export interface MoneyLike {
  amount: string;
  currency: string;
  minorUnits: number;
}

const formatters = new Map<string, Intl.NumberFormat>();

export function formatMoney(money: Pick<MoneyLike, 'amount' | 'currency'>): string {
  let formatter = formatters.get(money.currency);
  if (!formatter) {
    formatter = new Intl.NumberFormat('en', { style: 'currency', currency: money.currency });
    formatters.set(money.currency, formatter);
  }
  return formatter.format(money.amount as unknown as number);
}

/** How much less the price is, in whole percent; `null` when it is not less. */
export function savingPercent(price: MoneyLike, before: MoneyLike | null | undefined): number | null {
  if (!before || before.currency !== price.currency || before.minorUnits <= price.minorUnits) return null;
  return Math.round((1 - price.minorUnits / before.minorUnits) * 100);
}

const plain = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
export const formatCount = (value: number): string => (value < 10_000 ? plain.format(value) : compact.format(value));

export function formatDuration(ms: number): string {
  if (ms < 1_000) return 'under a second';
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
export function formatAgo(then: number, now: number): string {
  const seconds = Math.round((then - now) / 1_000);
  if (seconds > -45) return 'just now';
  if (seconds > -2_700) return relative.format(Math.round(seconds / 60), 'minute');
  if (seconds > -64_800) return relative.format(Math.round(seconds / 3_600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;
