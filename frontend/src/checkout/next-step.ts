/** What follows a payment that was begun. */
import type { PaymentPartsFragment } from '../gql/graphql';

/** Where a buyer who comes back from a gateway's page finds out what became of it. */
export const RETURN_PATH = '/checkout/return';

const KEY = 'shelfwise.paying';

export interface Paying {
  orderNumber: string;
  paymentId: string;
}

export const returnUrl = (): string => `${location.origin}${RETURN_PATH}`;

/** Remembers what the buyer was paying, and goes to the gateway's page if it has one. Answers whether it does. */
export function goOnWith(payment: PaymentPartsFragment | undefined, orderNumber: string): boolean {
  if (payment?.status !== 'PENDING' || payment.nextAction?.kind !== 'PaymentRedirect') return false;
  localStorage.setItem(KEY, JSON.stringify({ orderNumber, paymentId: payment.id } satisfies Paying));
  location.assign(payment.nextAction.url);
  return true;
}

export function paying(): Paying | null {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Paying> | null;
    return typeof value?.orderNumber === 'string' && typeof value.paymentId === 'string' ? (value as Paying) : null;
  } catch {
    return null;
  }
}

export const paid = (): void => localStorage.removeItem(KEY);
