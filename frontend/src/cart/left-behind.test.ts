import { describe, expect, it } from 'vitest';
import { readLeftBehind } from './left-behind';

describe('a basket left in the browser', () => {
  it('is read as far as it can be', () => {
    const text = JSON.stringify([
      { variantId: 'a', quantity: 2, name: 'Lamp' },
      { variantId: 'b', quantity: 5_000 },
      { variantId: 7, quantity: 1 },
      { variantId: 'c', quantity: -1 },
      null,
    ]);
    expect(readLeftBehind(text)).toEqual([
      { variantId: 'a', quantity: 2 },
      { variantId: 'b', quantity: 999 },
    ]);
  });

  it('is empty when there is none or it cannot be read', () => {
    for (const text of [null, '', 'not json', '{}']) expect(readLeftBehind(text)).toEqual([]);
  });
});
