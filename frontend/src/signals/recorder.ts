/**
 * Collects what shoppers do and sends it in batches. Every signal carries an id made here, so a batch that is sent
 * twice after a lost answer counts once.
 */
import type { InteractionInput, InteractionType } from '../gql/graphql';

export type Signal = Omit<InteractionInput, 'eventId' | 'occurredAt' | 'userId'> & { type: InteractionType };

export interface RecorderSurroundings {
  /** Resolves when the server has answered, whatever it said; a rejection means the batch has to be sent again. */
  send(batch: InteractionInput[]): Promise<void>;
  newId(): string;
  now(): number;
  later(work: () => void, ms: number): () => void;
}

/** The server takes at most this many in one call. */
const BATCH_SIZE = 50;
const PAUSE_MS = 1_500;
const LONGEST_PAUSE_MS = 30_000;
/** Beyond this the oldest impressions are given up: memory stays bounded while offline. */
const CAPACITY = 500;
/** Told in small doses: nothing on screen depends on them. */
const UNHURRIED: ReadonlySet<InteractionType> = new Set<InteractionType>(['IMPRESSION', 'CLICK']);

const LONG_WAIT_MS = 5_000;

type Waiting = Signal & { eventId: string; at: number };

export class Recorder {
  #queue: Waiting[] = [];
  #seenImpressions = new Set<string>();
  #cancelTimer: (() => void) | null = null;
  #sending = false;
  #failures = 0;
  readonly #surroundings: RecorderSurroundings;

  constructor(surroundings: RecorderSurroundings) {
    this.#surroundings = surroundings;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  record(signal: Signal): void {
    if (signal.type === 'IMPRESSION') {
      // Scrolling back and forth shows a card once, as far as its list is concerned.
      const key = `${signal.recommendationId ?? ''}/${signal.productId}`;
      if (this.#seenImpressions.has(key)) return;
      if (this.#seenImpressions.size >= 5_000) this.#seenImpressions.clear();
      this.#seenImpressions.add(key);
    }
    this.#queue.push({ ...signal, eventId: this.#surroundings.newId(), at: this.#surroundings.now() });
    this.#trim();
    const hurry = !UNHURRIED.has(signal.type) || this.#queue.length >= BATCH_SIZE;
    if (hurry && this.#failures === 0) void this.flush();
    else this.#schedule();
  }

  /** Sends everything that waits; when the page is being left, without waiting for what is under way. */
  async flush(leaving = false): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    if (this.#sending && !leaving) return;
    this.#sending = true;
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH_SIZE);
      try {
        await this.#surroundings.send(batch.map((waiting) => this.#dated(waiting)));
        this.#failures = 0;
      } catch {
        this.#queue.unshift(...batch);
        this.#failures += 1;
        break;
      }
    }
    this.#sending = false;
    if (this.#queue.length > 0) this.#schedule();
  }

  /** Only what had to wait says when it happened: the server's clock is the better one for all else. */
  #dated({ at, ...signal }: Waiting): InteractionInput {
    const waited = this.#surroundings.now() - at > LONG_WAIT_MS;
    return waited ? { ...signal, occurredAt: new Date(at).toISOString() } : signal;
  }

  #schedule(): void {
    if (this.#cancelTimer || this.#sending) return;
    const pause = Math.min(PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    this.#cancelTimer = this.#surroundings.later(() => {
      this.#cancelTimer = null;
      void this.flush();
    }, pause);
  }

  #trim(): void {
    while (this.#queue.length > CAPACITY) {
      const expendable = this.#queue.findIndex((signal) => signal.type === 'IMPRESSION');
      this.#queue.splice(Math.max(expendable, 0), 1);
    }
  }
}
