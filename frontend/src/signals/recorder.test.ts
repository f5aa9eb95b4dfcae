import { describe, expect, it } from 'vitest';
import type { InteractionInput } from '../gql/graphql';
import { Recorder } from './recorder';

function harness() {
  const batches: InteractionInput[][] = [];
  const timers: { work: () => void; ms: number; live: boolean }[] = [];
  let online = true;
  let now = Date.UTC(2026, 0, 1);
  let ids = 0;
  const recorder = new Recorder({
    newId: () => `event-${++ids}`,
    now: () => now,
    later: (work, ms) => {
      const timer = { work, ms, live: true };
      timers.push(timer);
      return () => {
        timer.live = false;
      };
    },
    send: async (batch) => {
      if (!online) throw new Error('offline');
      batches.push(batch);
    },
  });
  return {
    recorder,
    batches,
    timers,
    pass: (ms: number) => {
      now += ms;
    },
    setOnline: (value: boolean) => {
      online = value;
    },
    fire: async () => {
      for (const timer of timers.splice(0)) if (timer.live) timer.work();
      await settle();
    },
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const impression = (productId: string, recommendationId = 'list-1') =>
  ({ type: 'IMPRESSION', productId, recommendationId, position: 1 }) as const;

describe('recording behaviour', () => {
  it('sends impressions together after a pause', async () => {
    const { recorder, batches, fire } = harness();
    recorder.record(impression('a'));
    recorder.record(impression('b'));
    await settle();
    expect(batches).toHaveLength(0);
    await fire();
    expect(batches).toHaveLength(1);
    expect(batches[0]?.map((signal) => signal.productId)).toEqual(['a', 'b']);
  });

  it('counts a card once per list however often it scrolls into view', async () => {
    const { recorder, batches, fire } = harness();
    recorder.record(impression('a'));
    recorder.record(impression('a'));
    recorder.record(impression('a', 'list-2'));
    await fire();
    expect(batches.flat()).toHaveLength(2);
  });

  it('sends a like at once and takes waiting impressions along', async () => {
    const { recorder, batches } = harness();
    recorder.record(impression('a'));
    recorder.record({ type: 'LIKE', productId: 'b' });
    await settle();
    expect(batches.flat().map((signal) => signal.type)).toEqual(['IMPRESSION', 'LIKE']);
  });

  it('keeps what could not be sent and repeats it under the same event ids', async () => {
    const { recorder, batches, setOnline, fire } = harness();
    setOnline(false);
    recorder.record({ type: 'LIKE', productId: 'a' });
    await settle();
    expect(recorder.waiting).toBe(1);
    setOnline(true);
    await fire();
    expect(batches.flat().map((signal) => signal.eventId)).toEqual(['event-1']);
    expect(recorder.waiting).toBe(0);
  });

  it('says when something happened only if it had to wait', async () => {
    const { recorder, batches, setOnline, fire, pass } = harness();
    recorder.record({ type: 'LIKE', productId: 'a' });
    await settle();
    setOnline(false);
    recorder.record({ type: 'LIKE', productId: 'b' });
    await settle();
    pass(60_000);
    setOnline(true);
    await fire();
    expect(batches.flat().map((signal) => signal.occurredAt)).toEqual([undefined, '2026-01-01T00:00:00.000Z']);
  });

  it('waits longer after each failure', async () => {
    const { recorder, timers, setOnline, fire } = harness();
    setOnline(false);
    recorder.record({ type: 'LIKE', productId: 'a' });
    await settle();
    const first = timers.at(-1)?.ms ?? 0;
    await fire();
    expect(timers.at(-1)?.ms).toBeGreaterThan(first);
  });

  it('never sends more than one call may hold', async () => {
    const { recorder, batches } = harness();
    for (let index = 0; index < 130; index += 1) recorder.record(impression(`p${index}`));
    await recorder.flush();
    await settle();
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(50);
    expect(batches.flat().length + recorder.waiting).toBe(130);
  });

  it('gives up impressions before likes when too much waits', async () => {
    const { recorder, batches, setOnline } = harness();
    setOnline(false);
    recorder.record({ type: 'LIKE', productId: 'kept' });
    await settle();
    for (let index = 0; index < 600; index += 1) recorder.record(impression(`p${index}`));
    expect(recorder.waiting).toBe(500);
    setOnline(true);
    await recorder.flush();
    expect(batches.flat().some((signal) => signal.productId === 'kept')).toBe(true);
  });
});
