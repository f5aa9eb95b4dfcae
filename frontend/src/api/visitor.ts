/** The anonymous identity of this browser, made on first need and shared by every tab. */
export interface VisitorSurroundings {
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  create(): Promise<string>;
}

const STORAGE_KEY = 'shelfwise.visitor';

export class VisitorKeeper {
  #creating: Promise<string> | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #surroundings: VisitorSurroundings;

  constructor(surroundings: VisitorSurroundings) {
    this.#surroundings = surroundings;
  }

  get current(): string | null {
    return this.#surroundings.storage.getItem(STORAGE_KEY);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async ensure(): Promise<string> {
    const known = this.current;
    if (known) return known;
    this.#creating ??= this.#surroundings
      .exclusively('shelfwise.visitor', async () => {
        const meanwhile = this.current;
        if (meanwhile) return meanwhile;
        const id = await this.#surroundings.create();
        this.#surroundings.storage.setItem(STORAGE_KEY, id);
        return id;
      })
      .finally(() => {
        this.#creating = null;
        this.changed();
      });
    return this.#creating;
  }

  /** The server no longer knows this visitor, for example because its database was made anew. */
  forget(unknown: string): void {
    if (this.current !== unknown) return;
    this.#surroundings.storage.removeItem(STORAGE_KEY);
    this.changed();
  }

  changed = (): void => {
    for (const listener of this.#listeners) listener();
  };
}
