/** What the states of orders, payments and parcels are called. */
import type { FulfillmentStatus, OrderPartsFragment, OrderStatus, PaymentStatus, RefundStatus } from '../gql/graphql';

export type Tone = 'good' | 'waiting' | 'bad' | 'plain';

export const ORDER_STATUS: Record<OrderStatus, { label: string; tone: Tone }> = {
  CREATED: { label: 'Waiting for payment', tone: 'waiting' },
  PAID: { label: 'Paid', tone: 'good' },
  PARTIALLY_SHIPPED: { label: 'Partly on its way', tone: 'good' },
  SHIPPED: { label: 'On its way', tone: 'good' },
  COMPLETED: { label: 'Completed', tone: 'good' },
  CANCELLED: { label: 'Cancelled', tone: 'plain' },
  REFUNDED: { label: 'Refunded', tone: 'plain' },
  EXPIRED: { label: 'Not paid in time', tone: 'bad' },
};

export const PAYMENT_STATUS: Record<PaymentStatus, { label: string; tone: Tone }> = {
  UNPAID: { label: 'Unpaid', tone: 'waiting' },
  PENDING: { label: 'Under way', tone: 'waiting' },
  AUTHORIZED: { label: 'Promised', tone: 'good' },
  PARTIALLY_PAID: { label: 'Partly paid', tone: 'waiting' },
  PAID: { label: 'Paid', tone: 'good' },
  PARTIALLY_REFUNDED: { label: 'Partly refunded', tone: 'plain' },
  REFUNDED: { label: 'Refunded', tone: 'plain' },
  FAILED: { label: 'Declined', tone: 'bad' },
  VOIDED: { label: 'Called off', tone: 'plain' },
};

export const PARCEL_STATUS: Record<FulfillmentStatus, { label: string; tone: Tone }> = {
  PENDING: { label: 'Handed over', tone: 'good' },
  IN_TRANSIT: { label: 'On its way', tone: 'good' },
  OUT_FOR_DELIVERY: { label: 'Arrives today', tone: 'good' },
  DELIVERED: { label: 'Delivered', tone: 'good' },
  FAILED: { label: 'Could not be delivered', tone: 'bad' },
  RETURNED: { label: 'Sent back', tone: 'plain' },
};

export const REFUND_STATUS: Record<RefundStatus, { label: string; tone: Tone }> = {
  PENDING: { label: 'Under way', tone: 'waiting' },
  SUCCEEDED: { label: 'Paid back', tone: 'good' },
  FAILED: { label: 'Failed', tone: 'bad' },
};

type OrderEvent = OrderPartsFragment['events'][number];

/** An entry of an order's history, for people. */
export function describeEvent({ kind, to, message }: OrderEvent): string {
  if (kind === 'PLACED') return 'Order placed';
  if (kind === 'STATUS_CHANGED' && to) return ORDER_STATUS[to].label;
  if (message) return message;
  const known: Record<string, string> = { PAYMENT: 'Payment', SHIPMENT: 'Parcel', REFUND: 'Refund' };
  return known[kind] ?? kind.toLowerCase().replaceAll('_', ' ');
}

/** What is worth telling: that money or a parcel came already says which state the order took with it. */
export function tellingEvents(events: readonly OrderEvent[]): OrderEvent[] {
  return events.filter((event, index) => {
    const before = events[index - 1];
    const together = event.kind === 'STATUS_CHANGED' && before?.createdAt === event.createdAt;
    const paid = event.to === 'PAID' && before?.kind === 'PAYMENT';
    const sent = (event.to === 'SHIPPED' || event.to === 'PARTIALLY_SHIPPED') && before?.kind === 'SHIPMENT';
    return !(together && !event.message && (paid || sent));
  });
}

/** The way an order usually goes, with how far it has come; `null` when it went another way. */
export function progress(status: OrderStatus): { steps: readonly string[]; reached: number } | null {
  const reached: Partial<Record<OrderStatus, number>> = {
    CREATED: 0,
    PAID: 1,
    PARTIALLY_SHIPPED: 1,
    SHIPPED: 2,
    COMPLETED: 3,
  };
  const place = reached[status];
  return place === undefined ? null : { steps: ['Placed', 'Paid', 'On its way', 'Completed'], reached: place };
}

const dateTime = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
export const formatTime = (iso: string): string => dateTime.format(new Date(iso));
const day = new Intl.DateTimeFormat('en', { dateStyle: 'long' });
export const formatDay = (iso: string): string => day.format(new Date(iso));
