/** The keys to orders that were placed from this browser without an account: each is that of the cart it came from. */
const KEY = 'shelfwise.guest-orders';
const MOST = 50;

export interface GuestOrder {
  number: string;
  token: string;
}

export function readGuestOrders(text: string | null): GuestOrder[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(value)) return [];
    return value.filter(
      (entry: Partial<GuestOrder> | null): entry is GuestOrder =>
        typeof entry?.number === 'string' && typeof entry.token === 'string',
    );
  } catch {
    return [];
  }
}

export const guestOrders = (): GuestOrder[] => readGuestOrders(localStorage.getItem(KEY));

export function rememberGuestOrder(order: GuestOrder): void {
  const others = guestOrders().filter((entry) => entry.number !== order.number);
  localStorage.setItem(KEY, JSON.stringify([order, ...others].slice(0, MOST)));
}

/** The headers that open that order to a guest. */
export function orderHeaders(number: string): Record<string, string> {
  const known = guestOrders().find((entry) => entry.number === number);
  return known ? { 'x-cart-token': known.token } : {};
}
