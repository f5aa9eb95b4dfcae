import { describe, expect, it } from 'vitest';
import { describeEvent, tellingEvents } from './words';

type Event = Parameters<typeof describeEvent>[0];

const event = (given: Partial<Event>): Event =>
  ({ id: '1', kind: 'PLACED', from: null, to: null, message: null, createdAt: '2026-01-01T10:00:00Z', actor: null, ...given }) as Event;

describe('the history of an order', () => {
  it('says once that the money came', () => {
    const events = [
      event({ kind: 'PLACED' }),
      event({ kind: 'PAYMENT', message: 'paid 5.00 EUR' }),
      event({ kind: 'STATUS_CHANGED', to: 'PAID' }),
      event({ kind: 'SHIPMENT', message: '1 piece is on its way' }),
      event({ kind: 'STATUS_CHANGED', to: 'SHIPPED' }),
    ];
    expect(tellingEvents(events).map(describeEvent)).toEqual(['Order placed', 'paid 5.00 EUR', '1 piece is on its way']);
  });

  it('keeps a change of state that nothing else tells of', () => {
    const later = '2026-01-01T11:00:00Z';
    const events = [
      event({ kind: 'PAYMENT', message: 'paid 5.00 EUR' }),
      event({ kind: 'STATUS_CHANGED', to: 'PAID', createdAt: later }),
      event({ kind: 'STATUS_CHANGED', to: 'CANCELLED', createdAt: later, message: 'too late' }),
      event({ kind: 'STATUS_CHANGED', to: 'COMPLETED', createdAt: later }),
    ];
    expect(tellingEvents(events)).toHaveLength(4);
  });
});
