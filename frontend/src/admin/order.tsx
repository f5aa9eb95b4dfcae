import { type FormEvent, useState } from 'react';
import { useMutation } from 'urql';
import { Link } from 'wouter';
import { useFormErrors } from '../account/form';
import { describeFailure } from '../api/errors';
import { Cost } from '../cart/cost';
import { AddressText } from '../checkout/address';
import { Attempt } from '../checkout/attempt';
import { type OrderPartsFragment, type PaymentPartsFragment, type PaymentRefundInput, RefundPaymentDocument } from '../gql/graphql';
import { OrderActions } from '../orders/actions';
import { Badge } from '../orders/badge';
import { History } from '../orders/history';
import { Parcels } from '../orders/parcels';
import { Payments } from '../orders/payments';
import { useOrder } from '../orders/use-order';
import { ORDER_STATUS } from '../orders/words';
import { newId } from '../signals/record';
import { Alert } from '../ui/alert';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { formatMoney } from '../ui/money';
import { Notice } from '../ui/notice';
import { toast } from '../ui/toast';
import { Send, Track } from './parcels';

/** One order, with everything that can be done about it. */
export function AdminOrder({ number, mayRefund }: { number: string; mayRefund: boolean }) {
  const { order, fetching, error, again, context } = useOrder(number, null);
  if (!order) {
    if (fetching) return <div className="h-96 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
    return (
      <Notice title={error ? 'This order did not load' : 'There is no such order'} onRetry={again}>
        {error && describeFailure(error)}
      </Notice>
    );
  }
  const refundable = order.payments.filter(
    (payment) => mayRefund && payment.capturedAmount.minorUnits > payment.refundedAmount.minorUnits,
  );
  return (
    <div className="space-y-8">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Link href="/admin" className="text-sm font-semibold text-accent hover:underline">
          All orders
        </Link>
        <h2 className="display text-2xl">{order.number}</h2>
        <span role="status" data-testid="order-status">
          <Badge {...ORDER_STATUS[order.status]} />
        </span>
        <span className="text-sm text-muted">{order.email}</span>
      </div>
      <div className="grid gap-10 lg:grid-cols-[1fr_22rem]">
        <div className="space-y-10">
          <Send key={order.version} order={order} />
          <Parcels order={order} />
          {order.fulfillments.map((parcel, index) => (
            <Track key={parcel.id} parcel={parcel} title={order.fulfillments.length > 1 ? `Parcel ${index + 1}` : 'The parcel'} />
          ))}
          <Payments order={order} />
          {refundable.map((payment) => (
            <Refund key={payment.id} payment={payment} />
          ))}
          <History order={order} />
        </div>
        <Summary order={order} context={context} />
      </div>
    </div>
  );
}

function Summary({
  order,
  context,
}: {
  order: OrderPartsFragment;
  context: { fetchOptions: { headers: Record<string, string> } };
}) {
  return (
    <aside className="h-fit space-y-6 rounded-2xl border border-line bg-surface p-5" aria-label="Summary">
      <ul className="space-y-2 text-sm">
        {order.lines.map((line) => (
          <li key={line.id} className="flex justify-between gap-4">
            <span>
              {line.quantity} × {line.productName} <span className="block text-xs text-muted">{line.sku}</span>
            </span>
            <span className="tabular-nums">{formatMoney(line.total)}</span>
          </li>
        ))}
      </ul>
      <Cost cost={order.cost} />
      {order.shippingAddress && <AddressText address={order.shippingAddress} />}
      {order.note && <p className="whitespace-pre-line text-sm text-muted">“{order.note}”</p>}
      <OrderActions order={order} context={context} />
    </aside>
  );
}

function Refund({ payment }: { payment: PaymentPartsFragment }) {
  const [{ fetching }, refund] = useMutation(RefundPaymentDocument);
  const { errors, settle } = useFormErrors(['amount', 'reason']);
  const [whole, setWhole] = useState(true);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const amount = String(form.get('amount') ?? '').trim();
    const input: Omit<PaymentRefundInput, 'idempotencyKey'> = {
      paymentId: payment.id,
      amount: whole ? null : { amount, currency: payment.amount.currency },
      reason: String(form.get('reason')).trim() || null,
    };
    // The same refund sent again after a lost answer is one refund.
    const attempt = new Attempt(`shelfwise.refund.${payment.id}`, { storage: sessionStorage, newKey: newId });
    const answer = await refund({ input: { ...input, idempotencyKey: attempt.keyFor(input) } });
    if (answer.data) attempt.answered();
    if (settle(answer, answer.data?.paymentRefund.userErrors)) toast('The money is on its way back');
  };
  return (
    <details className="rounded-2xl border border-line p-5">
      <summary className="text-sm font-semibold">Give money back ({payment.gateway.name})</summary>
      <form className="mt-4 space-y-5" onSubmit={(event) => void submit(event)}>
        <Alert messages={errors.general} />
        <label className="flex min-h-8 items-center gap-3 text-sm font-medium">
          <input type="checkbox" className="size-4 accent-(--accent)" checked={whole} onChange={(event) => setWhole(event.target.checked)} />
          All that is left of {formatMoney(payment.capturedAmount)}
        </label>
        {!whole && (
          <Field
            label={`Amount in ${payment.amount.currency}`}
            name="amount"
            inputMode="decimal"
            required
            pattern="\d{1,9}(\.\d{1,3})?"
            error={errors.fields.amount}
          />
        )}
        <Field label="Reason" name="reason" maxLength={500} error={errors.fields.reason} />
        <Button type="submit" busy={fetching}>
          Give back
        </Button>
      </form>
    </details>
  );
}
