import { describe, expect, it } from 'vitest';
import { curve, formatLift, formatMillis, formatShare, placeOnScale, scaleFor } from './figures';

describe('figures', () => {
  it('are told with the digits that matter', () => {
    expect([formatShare(0), formatShare(0.0034), formatShare(0.1234), formatShare(1)]).toEqual(['0%', '0.34%', '12.3%', '100%']);
    expect([0, 0.004, 0.25, 3.14, 41.6].map(formatMillis)).toEqual(['0 ms', '<0.01 ms', '0.25 ms', '3.1 ms', '42 ms']);
    expect([12.4, -3.21, 0].map(formatLift)).toEqual(['+12%', '−3.2%', '±0.0%']);
  });

  it('a curve spans its box, and nothing lies at the bottom', () => {
    expect(curve([0, 5, 10], 100, 20)).toBe('0,20 50,10 100,0');
    expect(curve([0, 0], 100, 20)).toBe('0,20 100,20');
    expect(curve([3], 100, 20)).toBe('0,0 100,0');
  });

  it('intervals are placed around zero and cut where the scale ends', () => {
    expect(placeOnScale(-10, 10, 20)).toEqual({ left: 25, width: 50 });
    expect(placeOnScale(10, 900, 20)).toEqual({ left: 75, width: 25 });
    expect([scaleFor([]), scaleFor([-12, 31]), scaleFor([4_000])]).toEqual([5, 50, 1_000]);
  });
});
