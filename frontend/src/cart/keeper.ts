/**
 * The cart as this tab shows it: what the server said last, with quantities the shopper has just chosen laid over it
 * until the server has answered. Changes go out one after another; sums come from the server alone.
 */
import type { CartAnswerFragment, CartPartsFragment, MistakeFragment } from '../gql/graphql';

export type Cart = CartPartsFragment;
export type CartAnswer = CartAnswerFragment;
export type Warning = CartAnswerFragment['warnings'][number];

export interface Addition {
  variantId: string;
  quantity: number;
  recommendationId?: string | undefined;
}

export interface CartSurroundings {
  /** The cart of whoever is shopping; `null` when there is none. */
  read(): Promise<Cart | null>;
  add(lines: readonly Addition[]): Promise<CartAnswer>;
  update(cartId: string, lines: readonly { lineId: string; quantity: number }[]): Promise<CartAnswer>;
  applyVoucher(cartId: string, code: string): Promise<CartAnswer>;
  removeVoucher(cartId: string, code: string): Promise<CartAnswer>;
  /** A guest's cart was made, and this opens it. */
  tokenGiven(token: string): void;
  /** What the shopper wanted could not be sent, and is as it was before. */
  lost(): void;
  later(work: () => void, ms: number): () => void;
}

export interface CartState {
  readonly cart: Cart | null;
  readonly status: 'reading' | 'ready' | 'failed';
  /** Quantities on their way, by line. */
  readonly wanted: ReadonlyMap<string, number>;
  /** Pieces on their way into the cart. */
  readonly adding: number;
  /** What the shop had to say about a line since this page was opened. */
  readonly notes: ReadonlyMap<string, string>;
  /** What it had to say about no line in particular. */
  readonly remarks: readonly string[];
  readonly busy: boolean;
}

const NOTHING: CartState = {
  cart: null,
  status: 'reading',
  wanted: new Map(),
  adding: 0,
  notes: new Map(),
  remarks: [],
  busy: false,
};

/** Clicks that follow each other within this time go out as one change. */
const PAUSE_MS = 250;

export class CartKeeper {
  #state: CartState = NOTHING;
  #turn: Promise<unknown> = Promise.resolve();
  #underWay = 0;
  #cancelFlush: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #surroundings: CartSurroundings;

  constructor(surroundings: CartSurroundings) {
    this.#surroundings = surroundings;
  }

  get state(): CartState {
    return this.#state;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Asks the server for the cart anew. */
  async read(): Promise<void> {
    try {
      const cart = await this.#inTurn(() => this.#surroundings.read());
      this.#set({ cart, status: 'ready' });
    } catch {
      this.#set({ status: this.#state.cart ? 'ready' : 'failed' });
    }
  }

  /** There is nothing to read: a guest who has put nothing in. */
  empty(): void {
    this.#set({ ...NOTHING, status: 'ready' });
  }

  /** Takes over a cart that the server told of, unless it is older than the one that is here. */
  accept(cart: Cart): void {
    const known = this.#state.cart;
    if (known?.id === cart.id && known.version > cart.version) return;
    this.#set({ cart, status: 'ready' });
  }

  async add(lines: readonly Addition[]): Promise<CartAnswer> {
    const pieces = lines.reduce((sum, line) => sum + line.quantity, 0);
    this.#set({ adding: this.#state.adding + pieces });
    try {
      return await this.change(() => this.#surroundings.add(lines));
    } finally {
      this.#set({ adding: this.#state.adding - pieces });
    }
  }

  /** Shows the quantity at once and sends it after a short pause. 0 takes the line out. */
  setQuantity(lineId: string, quantity: number): void {
    const notes = new Map(this.#state.notes);
    notes.delete(lineId);
    this.#set({ wanted: new Map(this.#state.wanted).set(lineId, quantity), notes });
    this.#cancelFlush?.();
    this.#cancelFlush = this.#surroundings.later(() => void this.flush(), PAUSE_MS);
  }

  /** Sends the quantities that wait. */
  async flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const cart = this.#state.cart;
    const sent = [...this.#state.wanted].map(([lineId, quantity]) => ({ lineId, quantity }));
    if (!cart || sent.length === 0) return;
    const settle = () => {
      const wanted = new Map(this.#state.wanted);
      for (const { lineId, quantity } of sent) if (wanted.get(lineId) === quantity) wanted.delete(lineId);
      this.#set({ wanted });
    };
    try {
      const answer = await this.change(() => this.#surroundings.update(cart.id, sent));
      settle();
      this.#noteMistakes(answer.userErrors, sent.map((line) => line.lineId));
    } catch {
      settle();
      this.#surroundings.lost();
    }
  }

  async applyVoucher(code: string): Promise<readonly MistakeFragment[]> {
    return this.#onCart((id) => this.#surroundings.applyVoucher(id, code));
  }

  async removeVoucher(code: string): Promise<readonly MistakeFragment[]> {
    return this.#onCart((id) => this.#surroundings.removeVoucher(id, code));
  }

  /** Runs a change after those before it, and takes over what became of the cart. */
  async change(work: () => Promise<CartAnswer>): Promise<CartAnswer> {
    const answer = await this.#inTurn(work);
    if (answer.cartToken) this.#surroundings.tokenGiven(answer.cartToken);
    if (answer.cart) this.accept(answer.cart);
    if (answer.warnings.length > 0) this.#noteWarnings(answer.warnings);
    // The cart has gone the way of all carts, in another tab or on another device.
    if (answer.userErrors.some((error) => error.code === 'CART_COMPLETED' || cartIsGone(error))) void this.read();
    return answer;
  }

  forgetRemarks(): void {
    this.#set({ remarks: [], notes: new Map() });
  }

  async #onCart(work: (cartId: string) => Promise<CartAnswer>): Promise<readonly MistakeFragment[]> {
    const cart = this.#state.cart;
    if (!cart) return [];
    return (await this.change(() => work(cart.id))).userErrors;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#underWay += 1;
    this.#set({ busy: true });
    const result = this.#turn.then(work).finally(() => {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#set({ busy: false });
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #noteWarnings(warnings: readonly Warning[]): void {
    const notes = new Map(this.#state.notes);
    const remarks: string[] = [];
    const lines = new Set(this.#state.cart?.lines.map((line) => line.id));
    for (const { lineId, message } of warnings) {
      if (lineId && lines.has(lineId)) notes.set(lineId, message);
      else remarks.push(message);
    }
    this.#set({ notes, remarks: remarks.length > 0 ? [...new Set(remarks)] : this.#state.remarks });
  }

  #noteMistakes(mistakes: readonly MistakeFragment[], sent: readonly string[]): void {
    if (mistakes.length === 0) return;
    const notes = new Map(this.#state.notes);
    const remarks: string[] = [];
    for (const { path, message } of mistakes) {
      const lineId = sent[Number(path?.[path.indexOf('lines') + 1])];
      if (path?.includes('lines') && lineId) notes.set(lineId, message);
      else remarks.push(message);
    }
    this.#set({ notes, remarks: remarks.length > 0 ? remarks : this.#state.remarks });
  }

  #set(change: Partial<CartState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const cartIsGone = (error: MistakeFragment): boolean =>
  error.code === 'NOT_FOUND' && (error.path?.includes('cartId') ?? false);

/** The quantity to show for a line. */
export const quantityOf = (state: CartState, line: { id: string; quantity: number }): number =>
  state.wanted.get(line.id) ?? line.quantity;

/** How many pieces there are, those on their way included. */
export function pieceCount(state: CartState): number {
  const there = state.cart?.lines.reduce((sum, line) => sum + quantityOf(state, line), 0) ?? 0;
  return there + state.adding;
}

/** What stops the sale of a line, by the line's id. */
export function problemsByLine(cart: Cart): Map<string, MistakeFragment> {
  const found = new Map<string, MistakeFragment>();
  for (const problem of cart.problems) {
    if (problem.path?.[0] !== 'lines') continue;
    // A line whose goods are gone is named by its place alone, one that is short by its goods as well.
    const line =
      problem.kind === 'InsufficientStockError'
        ? cart.lines.find((candidate) => candidate.variant.id === problem.variant.id)
        : cart.lines[Number(problem.path[1])];
    if (line) found.set(line.id, problem);
  }
  return found;
}
