/** The basket that earlier versions of the shop kept in the browser. */
import type { Addition } from './keeper';

const KEY = 'shelfwise.basket';
/** What the server takes in one call and in one line. */
const MOST_LINES = 100;
const MOST_OF_ONE = 999;

export function readLeftBehind(text: string | null): Addition[] {
  if (!text) return [];
  try {
    const lines: unknown = JSON.parse(text);
    if (!Array.isArray(lines)) return [];
    return lines
      .flatMap((line: { variantId?: unknown; quantity?: unknown } | null) => {
        const quantity = Math.trunc(Number(line?.quantity));
        if (typeof line?.variantId !== 'string' || !(quantity > 0)) return [];
        return [{ variantId: line.variantId, quantity: Math.min(quantity, MOST_OF_ONE) }];
      })
      .slice(0, MOST_LINES);
  } catch {
    return [];
  }
}

export const leftBehind = (): Addition[] => readLeftBehind(localStorage.getItem(KEY));

export const forgetLeftBehind = (): void => localStorage.removeItem(KEY);
