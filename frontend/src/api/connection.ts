/** Whether the live channel and the network are there, for everything that shows it. */
export type LiveState = 'idle' | 'connecting' | 'live' | 'reconnecting';

let live: LiveState = 'idle';
const listeners = new Set<() => void>();
const notify = () => {
  for (const listener of listeners) listener();
};

export const connection = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    addEventListener('online', listener);
    addEventListener('offline', listener);
    return () => {
      listeners.delete(listener);
      removeEventListener('online', listener);
      removeEventListener('offline', listener);
    };
  },
  live: (): LiveState => live,
  online: (): boolean => navigator.onLine,
  set(next: LiveState): void {
    if (next === live) return;
    live = next;
    notify();
  },
};
