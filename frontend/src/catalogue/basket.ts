/** The basket kept in this browser. */
import { useCallback } from 'react';
import type { MoneyPartsFragment } from '../gql/graphql';
import { record } from '../signals/record';
import type { Recommended } from '../signals/marks';
import { readStored, useStored, writeStored } from '../ui/stored';

export interface BasketLine {
  variantId: string;
  productId: string;
  slug: string;
  name: string;
  variantName: string | null;
  picture: string | null;
  price: MoneyPartsFragment;
  quantity: number;
}

const KEY = 'shelfwise.basket';
const NO_LINES: readonly BasketLine[] = [];
export const MOST_OF_ONE = 20;

export function useBasket() {
  const [lines] = useStored(KEY, NO_LINES);
  const add = useCallback((line: BasketLine, recommended?: Recommended) => {
    const before = readStored(KEY, NO_LINES);
    const known = before.find((entry) => entry.variantId === line.variantId);
    writeStored(
      KEY,
      known
        ? before.map((entry) =>
            entry === known
              ? { ...line, quantity: Math.min(entry.quantity + line.quantity, MOST_OF_ONE) }
              : entry,
          )
        : [...before, line],
    );
    record({ type: 'CART', productId: line.productId, ...recommended }, line.name);
  }, []);
  const change = useCallback((variantId: string, quantity: number) => {
    const before = readStored(KEY, NO_LINES);
    writeStored(
      KEY,
      quantity <= 0
        ? before.filter((entry) => entry.variantId !== variantId)
        : before.map((entry) =>
            entry.variantId === variantId ? { ...entry, quantity: Math.min(quantity, MOST_OF_ONE) } : entry,
          ),
    );
  }, []);
  return { lines, add, change, count: lines.reduce((sum, line) => sum + line.quantity, 0) };
}

/** Exact sums in minor units, one for each currency in the basket. */
export function subtotals(lines: readonly BasketLine[]): { currency: string; amount: string }[] {
  const sums = new Map<string, { minor: number; scale: number }>();
  for (const { price, quantity } of lines) {
    const scale = price.amount.split('.')[1]?.length ?? 0;
    const sum = sums.get(price.currency) ?? { minor: 0, scale };
    sums.set(price.currency, { minor: sum.minor + price.minorUnits * quantity, scale: Math.max(sum.scale, scale) });
  }
  return [...sums].map(([currency, { minor, scale }]) => {
    const digits = String(minor).padStart(scale + 1, '0');
    return { currency, amount: scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}` };
  });
}
