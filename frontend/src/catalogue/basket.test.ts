import { describe, expect, it, vi } from 'vitest';
import type { BasketLine } from './basket';

vi.mock('../signals/record', () => ({ record: vi.fn() }));
const { subtotals } = await import('./basket');

const line = (amount: string, minorUnits: number, quantity: number, currency = 'EUR') =>
  ({ price: { amount, minorUnits, currency }, quantity }) as BasketLine;

describe('the sum of a basket', () => {
  it('is exact to the cent', () => {
    expect(subtotals([line('0.10', 10, 3), line('19.99', 1999, 1)])).toEqual([{ currency: 'EUR', amount: '20.29' }]);
  });

  it('keeps leading zeros', () => {
    expect(subtotals([line('0.05', 5, 1)])).toEqual([{ currency: 'EUR', amount: '0.05' }]);
  });

  it('knows currencies without a smaller unit', () => {
    expect(subtotals([line('500', 500, 2, 'JPY')])).toEqual([{ currency: 'JPY', amount: '1000' }]);
  });

  it('never adds apples to pears', () => {
    expect(subtotals([line('1.00', 100, 1), line('1.00', 100, 1, 'USD')])).toHaveLength(2);
  });
});
