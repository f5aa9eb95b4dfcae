import { describe, expect, it } from 'vitest';
import { Dwell } from './dwell';

function at(start = 0) {
  const clock = { time: start, now: () => clock.time };
  return clock;
}

describe('measuring a view', () => {
  it('ignores a look shorter than a slip of the finger', () => {
    const clock = at();
    const dwell = new Dwell(clock, true);
    clock.time = 300;
    expect(dwell.take()).toBeNull();
  });

  it('counts only the time in the foreground', () => {
    const clock = at();
    const dwell = new Dwell(clock, true);
    clock.time = 2_000;
    dwell.hide();
    clock.time = 60_000;
    dwell.show();
    clock.time = 63_000;
    expect(dwell.take()).toBe(5_000);
  });

  it('does not report the same time twice', () => {
    const clock = at();
    const dwell = new Dwell(clock, true);
    clock.time = 2_000;
    expect(dwell.take()).toBe(2_000);
    expect(dwell.take()).toBeNull();
  });

  it('reports a second view after a real return', () => {
    const clock = at();
    const dwell = new Dwell(clock, true);
    clock.time = 2_000;
    dwell.hide();
    dwell.take();
    dwell.show();
    clock.time = 9_000;
    expect(dwell.take()).toBe(7_000);
  });

  it('does not start counting in a background tab', () => {
    const clock = at();
    const dwell = new Dwell(clock, false);
    clock.time = 10_000;
    expect(dwell.take()).toBeNull();
  });
});
