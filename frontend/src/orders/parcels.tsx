import { Package } from 'lucide-react';
import type { OrderPartsFragment } from '../gql/graphql';
import { Badge } from './badge';
import { formatTime, PARCEL_STATUS } from './words';

/** What was sent, and what the carriers say about it. */
export function Parcels({ order }: { order: OrderPartsFragment }) {
  if (order.fulfillments.length === 0) return null;
  return (
    <section aria-labelledby="parcels">
      <h2 id="parcels" className="display mb-3 text-2xl">
        Parcels
      </h2>
      <ul className="space-y-4">
        {order.fulfillments.map((parcel) => (
          <li key={parcel.id} className="rounded-2xl border border-line p-4" data-testid="parcel">
            <div className="flex flex-wrap items-center gap-3">
              <Package className="size-5 text-muted" aria-hidden />
              <p className="min-w-0 flex-1 font-medium">
                {parcel.carrier ?? 'Parcel'}
                {parcel.trackingNumber &&
                  (parcel.trackingUrl ? (
                    <a
                      href={parcel.trackingUrl}
                      rel="noreferrer"
                      target="_blank"
                      className="ml-2 text-sm text-accent hover:underline"
                    >
                      {parcel.trackingNumber}
                    </a>
                  ) : (
                    <span className="ml-2 text-sm text-muted">{parcel.trackingNumber}</span>
                  ))}
              </p>
              <Badge {...PARCEL_STATUS[parcel.status]} />
            </div>
            <p className="mt-2 text-sm text-muted">
              {parcel.lines.map((line) => `${line.quantity} × ${line.orderLine.productName}`).join(', ')}
            </p>
            {parcel.trackingEvents.length > 0 && (
              <ol className="mt-3 space-y-2 border-t border-line pt-3 text-sm">
                {parcel.trackingEvents.toReversed().map((event) => (
                  <li key={`${event.at} ${event.status} ${event.description}`} className="flex flex-wrap justify-between gap-x-4">
                    <span className="first-letter:uppercase">
                      {event.description || PARCEL_STATUS[event.status].label}
                      {event.location && <span className="text-muted"> · {event.location}</span>}
                    </span>
                    <time dateTime={event.at} className="text-muted">
                      {formatTime(event.at)}
                    </time>
                  </li>
                ))}
              </ol>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
