import { describe, expect, it } from 'vitest';
import { Attempt } from './attempt';

function setup() {
  const items = new Map<string, string>();
  let made = 0;
  const surroundings = {
    storage: {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    },
    newKey: () => `key-${++made}`,
  };
  return { items, open: () => new Attempt<{ total: string }>('test', surroundings) };
}

describe('an attempt', () => {
  it('keeps its key while it is repeated, across reloads of the page too', () => {
    const { open } = setup();
    expect(open().keyFor({ total: '10.00' })).toBe('key-1');
    expect(open().keyFor({ total: '10.00' })).toBe('key-1');
    expect(open().unanswered()).toEqual({ key: 'key-1', input: { total: '10.00' } });
  });

  it('is a new one with other input, or after an answer', () => {
    const attempt = setup().open();
    expect(attempt.keyFor({ total: '10.00' })).toBe('key-1');
    expect(attempt.keyFor({ total: '12.00' })).toBe('key-2');
    attempt.answered();
    expect(attempt.unanswered()).toBeNull();
    expect(attempt.keyFor({ total: '12.00' })).toBe('key-3');
  });

  it('ignores what it cannot read', () => {
    const { items, open } = setup();
    items.set('test', '{');
    expect(open().unanswered()).toBeNull();
  });
});
