import { useSyncExternalStore } from 'react';

interface Toast {
  id: number;
  text: string;
}

let toasts: readonly Toast[] = [];
let next = 0;
const listeners = new Set<() => void>();
const change = (value: readonly Toast[]) => {
  toasts = value;
  for (const listener of listeners) listener();
};

/** Says something once, quietly, and goes away. */
export function toast(text: string): void {
  const id = ++next;
  change([...toasts.slice(-2), { id, text }]);
  setTimeout(() => change(toasts.filter((entry) => entry.id !== id)), 3_500);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-5 z-50 flex flex-col items-center gap-2 px-4"
    >
      {shown.map((entry) => (
        <div
          key={entry.id}
          className="animate-rise rounded-full first-letter:uppercase bg-ink px-4 py-2 text-sm font-medium text-canvas shadow-float"
        >
          {entry.text}
        </div>
      ))}
    </div>
  );
}
