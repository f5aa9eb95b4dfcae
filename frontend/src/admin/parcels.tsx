import type { FormEvent } from 'react';
import { useMutation } from 'urql';
import { useFormErrors } from '../account/form';
import { FulfillOrderDocument, type FulfillmentStatus, type OrderPartsFragment, UpdateTrackingDocument } from '../gql/graphql';
import { PARCEL_STATUS } from '../orders/words';
import { Alert } from '../ui/alert';
import { Button } from '../ui/button';
import { Field, selectLook } from '../ui/field';
import { toast } from '../ui/toast';

const value = (form: FormData, name: string): string | null => String(form.get(name)).trim() || null;

/** Hands what is left of an order, or some of it, to a carrier. */
export function Send({ order }: { order: OrderPartsFragment }) {
  const [{ fetching }, fulfill] = useMutation(FulfillOrderDocument);
  const { errors, settle } = useFormErrors(['carrier', 'trackingNumber', 'trackingUrl']);
  const left = order.lines.flatMap((line) => {
    const pieces = line.quantity - line.fulfilledQuantity - line.refundedQuantity;
    return pieces > 0 ? [{ line, pieces }] : [];
  });
  if (left.length === 0 || (order.status !== 'PAID' && order.status !== 'PARTIALLY_SHIPPED')) return null;
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const lines = left
      .map(({ line }) => ({ orderLineId: line.id, quantity: Number(form.get(`line.${line.id}`) ?? 0) }))
      .filter((line) => line.quantity > 0);
    const answer = await fulfill({
      input: {
        orderId: order.id,
        lines,
        carrier: value(form, 'carrier'),
        trackingNumber: value(form, 'trackingNumber'),
        trackingUrl: value(form, 'trackingUrl'),
      },
    });
    if (settle(answer, answer.data?.orderFulfill.userErrors)) toast('Sent, and the buyer is told');
  };
  return (
    <form className="space-y-5 rounded-2xl border border-line bg-surface p-5" onSubmit={(event) => void submit(event)}>
      <h3 className="display text-xl">Send a parcel</h3>
      <Alert messages={errors.general} />
      <ul className="space-y-3">
        {left.map(({ line, pieces }) => (
          <li key={line.id} className="flex items-center justify-between gap-4">
            <label htmlFor={`line.${line.id}`} className="text-sm">
              {line.productName} <span className="text-muted">({pieces} to send)</span>
            </label>
            <input
              id={`line.${line.id}`}
              name={`line.${line.id}`}
              type="number"
              min={0}
              max={pieces}
              defaultValue={pieces}
              className="min-h-10 w-20 rounded-xl border border-line bg-surface px-3 text-right text-sm"
            />
          </li>
        ))}
      </ul>
      <div className="grid gap-4 sm:grid-cols-3">
        <Field label="Carrier" name="carrier" defaultValue={order.shippingOption?.carrier ?? ''} maxLength={64} error={errors.fields.carrier} />
        <Field label="Tracking number" name="trackingNumber" maxLength={64} error={errors.fields.trackingNumber} />
        <Field label="Tracking page" name="trackingUrl" type="url" maxLength={2_048} error={errors.fields.trackingUrl} />
      </div>
      <Button kind="primary" type="submit" busy={fetching}>
        Send
      </Button>
    </form>
  );
}

/** Notes where a parcel is. */
export function Track({ parcel, title }: { parcel: OrderPartsFragment['fulfillments'][number]; title: string }) {
  const [{ fetching }, update] = useMutation(UpdateTrackingDocument);
  const { errors, settle } = useFormErrors(['status', 'location', 'description']);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    const answer = await update({
      fulfillmentId: parcel.id,
      status: value(values, 'status') as FulfillmentStatus | null,
      location: value(values, 'location'),
      description: value(values, 'description'),
    });
    if (!settle(answer, answer.data?.fulfillmentTrackingUpdate.userErrors)) return;
    form.reset();
    toast('Noted');
  };
  return (
    <details className="rounded-2xl border border-line p-5">
      <summary className="text-sm font-semibold">{title} was seen</summary>
      <form className="mt-4 space-y-5" onSubmit={(event) => void submit(event)}>
        <Alert messages={errors.general} />
        <div className="grid gap-4 sm:grid-cols-3">
          <label className="block space-y-1.5">
            <span className="block text-sm font-semibold">Status</span>
            <select name="status" className={selectLook} defaultValue={parcel.status}>
              {Object.entries(PARCEL_STATUS).map(([status, { label }]) => (
                <option key={status} value={status}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <Field label="Where" name="location" maxLength={500} error={errors.fields.location} />
          <Field label="What happened" name="description" maxLength={500} error={errors.fields.description} />
        </div>
        <Button type="submit" busy={fetching}>
          Note it
        </Button>
      </form>
    </details>
  );
}
