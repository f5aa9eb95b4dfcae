import { describe, expect, it } from 'vitest';
import { formatRate } from './cost';

describe('a tax rate', () => {
  it('is written in per cent without rounding', () => {
    expect(['0.19', '0.07', '0.077', '0.2', '0', '1.5', '0.081'].map(formatRate)).toEqual([
      '19 %',
      '7 %',
      '7.7 %',
      '20 %',
      '0 %',
      '150 %',
      '8.1 %',
    ]);
  });
});
