/** What the answer of one tab leaves for the next: the cart with its key and total, the order, the payment. */
export interface Carried {
  cartId: string | null;
  expectedTotal: { amount: string; currency: string } | null;
  idempotencyKey: string | null;
  orderId: string | null;
  paymentId: string | null;
  /** How many interactions were recorded, so that each can be about another product. */
  recordings: number;
}

export const NOTHING: Carried = {
  cartId: null,
  expectedTotal: null,
  idempotencyKey: null,
  orderId: null,
  paymentId: null,
  recordings: 0,
};

interface Answered {
  __typename?: unknown;
  id?: unknown;
  accepted?: unknown;
  cost?: { total?: { amount?: unknown; currency?: unknown } };
}

const idOf = (value: unknown): string | null =>
  typeof value === 'object' && value !== null && typeof (value as Answered).id === 'string'
    ? ((value as Answered).id as string)
    : null;

/** Reads carts, orders and payments out of a payload, wherever one of its fields is called that. */
export function carry(before: Carried, data: unknown): Carried {
  let after = before;
  const visit = (name: string, value: unknown, depth: number) => {
    if (typeof value !== 'object' || value === null || depth > 4) return;
    const id = idOf(value);
    if (id && name === 'cart') {
      const total = (value as Answered).cost?.total;
      const known = typeof total?.amount === 'string' && typeof total.currency === 'string';
      after = {
        ...after,
        cartId: id,
        // One checkout for each cart, however often it is sent.
        idempotencyKey: `try-${id}`.slice(0, 128),
        ...(known ? { expectedTotal: { amount: total.amount as string, currency: total.currency as string } } : {}),
      };
    }
    if (name === 'recordInteraction' && (value as Answered).accepted === 1) {
      after = { ...after, recordings: after.recordings + 1 };
    }
    if (id && name === 'order') after = { ...after, orderId: id };
    if (id && name === 'payment') after = { ...after, paymentId: id };
    for (const [key, inner] of Object.entries(value)) visit(key, inner, depth + 1);
  };
  visit('', data, 0);
  return after;
}

/** The key to a guest's cart, wherever a payload hands one out. */
export function cartTokenIn(data: unknown): string | null {
  if (typeof data !== 'object' || data === null) return null;
  for (const payload of Object.values(data) as ({ cartToken?: unknown } | null)[]) {
    if (typeof payload?.cartToken === 'string') return payload.cartToken;
  }
  return null;
}

let carried = NOTHING;
let guestsKey: string | null = null;
const listeners = new Set<() => void>();

export const carriedOver = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  current: (): Carried => carried,
  /** Sent along with every request of someone without an account. */
  cartToken: {
    get current(): string | null {
      return guestsKey;
    },
  },
  note(data: unknown): void {
    guestsKey = cartTokenIn(data) ?? guestsKey;
    const next = carry(carried, data);
    if (JSON.stringify(next) === JSON.stringify(carried)) return;
    carried = next;
    for (const listener of listeners) listener();
  },
};
