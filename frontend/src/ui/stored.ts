import { useCallback, useSyncExternalStore } from 'react';

const EVENT = 'shelfwise:stored';
const parsed = new Map<string, { text: string | null; value: unknown }>();

function read<Value>(key: string, fallback: Value): Value {
  const text = localStorage.getItem(key);
  const known = parsed.get(key);
  if (known && known.text === text) return (text === null ? fallback : known.value) as Value;
  let value: unknown = fallback;
  try {
    if (text !== null) value = JSON.parse(text);
  } catch {
    // Written by something else: as good as absent.
  }
  parsed.set(key, { text, value });
  return value as Value;
}

export function writeStored(key: string, value: unknown): void {
  localStorage.setItem(key, JSON.stringify(value));
  dispatchEvent(new Event(EVENT));
}

export const readStored = read;

/** A value kept in this browser and the same in each of its tabs. `fallback` must be a constant. */
export function useStored<Value>(key: string, fallback: Value): [Value, (value: Value) => void] {
  const value = useSyncExternalStore(
    useCallback((listener) => {
      addEventListener(EVENT, listener);
      addEventListener('storage', listener);
      return () => {
        removeEventListener(EVENT, listener);
        removeEventListener('storage', listener);
      };
    }, []),
    () => read(key, fallback),
  );
  return [value, useCallback((next: Value) => writeStored(key, next), [key])];
}
