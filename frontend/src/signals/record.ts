/** The recorder of this tab, and the note every tab gets of what was just done. */
import { RecordInteractionsDocument, type InteractionType } from '../gql/graphql';
import { send } from '../api/browser';
import { request, RequestFailed } from '../api/request';
import { Recorder, type Signal } from './recorder';

export interface Deed {
  type: InteractionType;
  productId: string;
  productName: string;
  at: number;
}

const recorder = new Recorder({
  newId: (): string => newId(),
  now: () => Date.now(),
  later: (work, ms) => {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
  send: async (inputs) => {
    try {
      // A batch is far below the 64 kB that may outlive a page, so every request may.
      await request(send, RecordInteractionsDocument, { inputs }, { keepalive: true });
    } catch (error) {
      // The server understood and said no: saying it again would change nothing.
      if (error instanceof RequestFailed && error.code && error.code !== 'RATE_LIMITED') return;
      throw error;
    }
  },
});

const channel = new BroadcastChannel('shelfwise.deeds');
const deedListeners = new Set<(deed: Deed) => void>();
channel.addEventListener('message', (event) => {
  for (const listener of deedListeners) listener(event.data as Deed);
});

/** What was done in this or another tab of the browser, so that a live list can say what moved it. */
export function onDeed(listener: (deed: Deed) => void): () => void {
  deedListeners.add(listener);
  return () => deedListeners.delete(listener);
}

export function record(signal: Signal, productName?: string): void {
  recorder.record(signal);
  if (productName === undefined || signal.type === 'IMPRESSION' || signal.type === 'CLICK') return;
  announce({ type: signal.type, productId: signal.productId, productName, at: Date.now() });
}

/** Tells this and the other tabs what was done. */
export function announce(deed: Deed): void {
  for (const listener of deedListeners) listener(deed);
  channel.postMessage(deed);
}

export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  // randomUUID is withheld outside secure contexts; random bytes are not.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte: number) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
}

addEventListener('pagehide', () => void recorder.flush(true));
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') void recorder.flush(true);
});
addEventListener('online', () => void recorder.flush());
