import { Clock } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useMutation } from 'urql';
import { describeFailure } from '../api/errors';
import { Attempt } from '../checkout/attempt';
import { goOnWith, returnUrl } from '../checkout/next-step';
import { firstMeans, type Means, PaymentChoice, useGateways } from '../checkout/payment';
import { QrCode } from '../checkout/qr-code';
import { InitializePaymentDocument, type OrderPartsFragment, type PaymentInitializeInput } from '../gql/graphql';
import { newId } from '../signals/record';
import { Alert } from '../ui/alert';
import { Button, buttonLook } from '../ui/button';
import { formatMoney } from '../ui/money';
import { Badge } from './badge';
import { formatTime, PAYMENT_STATUS, REFUND_STATUS } from './words';

type Order = OrderPartsFragment;

/** How often it was tried to pay for an order, and what went back. */
export function Payments({ order }: { order: Order }) {
  if (order.payments.length === 0) return null;
  return (
    <section aria-labelledby="payments">
      <h2 id="payments" className="display mb-3 text-2xl">
        Payment
      </h2>
      <ul className="divide-y divide-line border-y border-line text-sm">
        {order.payments.map((payment) => (
          <li key={payment.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3">
            <span className="font-medium">{payment.gateway.name}</span>
            <Badge {...PAYMENT_STATUS[payment.status]} />
            <time dateTime={payment.createdAt} className="text-muted">
              {formatTime(payment.createdAt)}
            </time>
            <span className="ml-auto font-semibold tabular-nums">{formatMoney(payment.amount)}</span>
          </li>
        ))}
        {order.refunds.map((refund) => (
          <li key={refund.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-3">
            <span className="font-medium">Refund</span>
            <Badge {...REFUND_STATUS[refund.status]} />
            {refund.reason && <span className="text-muted">{refund.reason}</span>}
            <span className="ml-auto font-semibold tabular-nums">−{formatMoney(refund.amount)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const RECHECK_MS = 15_000;

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), RECHECK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** An order that waits for its money: what became of the last attempt, and the next one. */
export function PayAgain({ order, context }: { order: Order; context: { fetchOptions: { headers: Record<string, string> } } }) {
  const { currency } = order.cost.total;
  const { gateways, demo } = useGateways(currency);
  const [{ fetching }, initialize] = useMutation(InitializePaymentDocument);
  const [means, setMeans] = useState<Means | null>(null);
  const [choosing, setChoosing] = useState(false);
  const [trouble, setTrouble] = useState<readonly string[]>([]);
  const now = useNow();
  const last = order.payments.at(-1);
  const pending = last?.status === 'PENDING' ? last : undefined;
  const chosen = means ?? firstMeans(gateways, demo);
  const minutes = order.expiresAt ? Math.max(0, Math.ceil((Date.parse(order.expiresAt) - now) / 60_000)) : null;

  const pay = async () => {
    if (!chosen) return;
    const input: Omit<PaymentInitializeInput, 'idempotencyKey'> = {
      orderId: order.id,
      gateway: chosen.gateway,
      paymentMethod: chosen.method,
      returnUrl: returnUrl(),
    };
    const attempt = new Attempt(`shelfwise.payment.${order.number}`, { storage: sessionStorage, newKey: newId });
    const { data, error } = await initialize({ input: { ...input, idempotencyKey: attempt.keyFor(input) } }, context);
    if (!data) return setTrouble([`${describeFailure(error)} Trying again is safe: nothing is paid twice.`]);
    attempt.answered();
    const { payment, userErrors } = data.paymentInitialize;
    setTrouble(userErrors.map((mistake) => mistake.message));
    setChoosing(false);
    if (payment) goOnWith(payment, order.number);
  };

  return (
    <section aria-labelledby="pay" className="space-y-4 rounded-2xl border border-line bg-surface p-5">
      <h2 id="pay" className="display text-2xl">
        {last?.status === 'FAILED' ? 'The payment was declined' : pending ? 'The payment is under way' : 'Not paid yet'}
      </h2>
      {minutes !== null && (
        <p className="flex items-center gap-2 text-sm text-muted">
          <Clock className="size-4 shrink-0" aria-hidden />
          Your goods are held for {minutes === 1 ? 'another minute' : `another ${minutes} minutes`}.
        </p>
      )}
      <Alert messages={trouble} />
      {pending && !choosing ? (
        <div className="space-y-4">
          {pending.nextAction?.kind === 'PaymentRedirect' && (
            <button type="button" className={buttonLook('primary')} onClick={() => goOnWith(pending, order.number)}>
              To the payment page
            </button>
          )}
          {pending.nextAction?.kind === 'PaymentQrCode' && <QrCode payload={pending.nextAction.payload} />}
          {pending.nextAction?.kind === 'PaymentClientSecret' && (
            <p className="text-sm">This way of paying needs the gateway’s own app. Choose another one here.</p>
          )}
          {!pending.nextAction && <p className="text-sm">We wait for the gateway’s answer. This page follows by itself.</p>}
          <Button kind="ghost" onClick={() => setChoosing(true)}>
            Pay another way
          </Button>
        </div>
      ) : (
        <div className="space-y-4">
          <PaymentChoice currency={currency} chosen={chosen} onChoose={setMeans} />
          <Button kind="primary" className="min-h-12 px-6 text-base" busy={fetching} disabled={!chosen} onClick={() => void pay()}>
            {last ? 'Try again' : 'Pay'} · {formatMoney(order.cost.total)}
          </Button>
        </div>
      )}
    </section>
  );
}
