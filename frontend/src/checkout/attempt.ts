/**
 * Attempts at something that must happen once. As long as the input is the same, so is the key: trying again after a
 * lost answer finds what was done the first time, even after the page was closed. Other input is another attempt.
 */
export interface AttemptSurroundings {
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  newKey(): string;
}

interface Kept<Input> {
  key: string;
  input: Input;
}

export class Attempt<Input> {
  readonly #name: string;
  readonly #surroundings: AttemptSurroundings;

  constructor(name: string, surroundings: AttemptSurroundings) {
    this.#name = name;
    this.#surroundings = surroundings;
  }

  /** The key for this input. */
  keyFor(input: Input): string {
    const kept = this.unanswered();
    if (kept && same(kept.input, input)) return kept.key;
    const key = this.#surroundings.newKey();
    this.#surroundings.storage.setItem(this.#name, JSON.stringify({ key, input }));
    return key;
  }

  /** What was attempted and never answered. */
  unanswered(): Kept<Input> | null {
    try {
      const kept = JSON.parse(this.#surroundings.storage.getItem(this.#name) ?? 'null') as Kept<Input> | null;
      return typeof kept?.key === 'string' ? kept : null;
    } catch {
      return null;
    }
  }

  /** The answer came: the next attempt is a new one. */
  answered(): void {
    this.#surroundings.storage.removeItem(this.#name);
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
