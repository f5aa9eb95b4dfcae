/** The key to a guest's cart, kept in this browser and shared by its tabs. Whoever is signed in needs none. */
export interface TokenSurroundings {
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

export const CART_TOKEN_KEY = 'shelfwise.cart-token';

export class CartToken {
  readonly #listeners = new Set<() => void>();
  readonly #storage: TokenSurroundings['storage'];

  constructor({ storage }: TokenSurroundings) {
    this.#storage = storage;
  }

  get current(): string | null {
    return this.#storage.getItem(CART_TOKEN_KEY);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  keep(token: string): void {
    this.#storage.setItem(CART_TOKEN_KEY, token);
    this.changed();
  }

  /** Forgets that token; another one that took its place meanwhile stays. */
  forget(token: string): void {
    if (this.current !== token) return;
    this.#storage.removeItem(CART_TOKEN_KEY);
    this.changed();
  }

  changed = (): void => {
    for (const listener of this.#listeners) listener();
  };
}
