import type { OrderPartsFragment } from '../gql/graphql';
import { describeEvent, formatTime, tellingEvents } from './words';

/** Everything that happened to an order. */
export function History({ order }: { order: OrderPartsFragment }) {
  return (
    <section aria-labelledby="history">
      <h2 id="history" className="display mb-3 text-2xl">
        History
      </h2>
      <ol className="space-y-3 border-l-2 border-line pl-5">
        {tellingEvents(order.events).map((event) => (
          <li key={event.id} className="relative text-sm">
            <span className="absolute -left-[1.6rem] top-1.5 size-2.5 rounded-full bg-accent" aria-hidden />
            <p className="font-medium first-letter:uppercase">{describeEvent(event)}</p>
            <p className="text-muted">
              <time dateTime={event.createdAt}>{formatTime(event.createdAt)}</time>
              {event.actor && event.actor.role !== 'CUSTOMER' && ' · by the shop'}
              {event.message && event.kind === 'STATUS_CHANGED' && ` · ${event.message}`}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
