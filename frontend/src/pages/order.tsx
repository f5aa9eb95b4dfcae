import { CircleCheck, PackageSearch, WifiOff } from 'lucide-react';
import type { FormEvent, ReactNode } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { describeFailure } from '../api/errors';
import { Cost } from '../cart/cost';
import { AddressText } from '../checkout/address';
import { days } from '../checkout/shipping';
import type { OrderPartsFragment } from '../gql/graphql';
import { OrderActions } from '../orders/actions';
import { Badge } from '../orders/badge';
import { History } from '../orders/history';
import { Parcels } from '../orders/parcels';
import { PayAgain, Payments } from '../orders/payments';
import { guestOrders } from '../orders/guest-access';
import { useOrder } from '../orders/use-order';
import { formatTime, ORDER_STATUS, progress } from '../orders/words';
import { useShopper } from '../shell/shopper';
import { useTitle } from '../shell/title';
import { Button, buttonLook } from '../ui/button';
import { Field } from '../ui/field';
import { formatMoney } from '../ui/money';
import { Notice } from '../ui/notice';
import { Picture } from '../ui/picture';

export type Order = OrderPartsFragment;

export function OrderPage({ number }: { number: string }) {
  useTitle(`Order ${number}`);
  const [search] = useSearchParams();
  const { order, fetching, error, again, context } = useOrder(number, search.get('email'));
  let content: ReactNode;
  if (order) content = <OrderView order={order} context={context} />;
  else if (fetching) {
    content = <div className="h-96 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
  } else if (error) {
    content = (
      <Notice title="This order did not load" onRetry={again} icon={<WifiOff className="size-8" aria-hidden />}>
        {describeFailure(error)}
      </Notice>
    );
  } else content = <FindOrder number={number} failed={search.has('email')} />;
  return <div className="shell py-8">{content}</div>;
}

export type RequestContext = ReturnType<typeof useOrder>['context'];

function OrderView({ order, context }: { order: Order; context: RequestContext }) {
  const { account } = useShopper();
  const mine = order.user !== null && order.user?.id === account?.id;
  const { label, tone } = ORDER_STATUS[order.status];
  return (
    <div className="space-y-8">
      {mine && (
        <Link href="/account/orders" className="block w-fit text-sm font-semibold text-accent hover:underline">
          All your orders
        </Link>
      )}
      <header className="space-y-4">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="display text-3xl sm:text-4xl">Order {order.number}</h1>
          <span role="status" data-testid="order-status">
            <Badge tone={tone} label={label} />
          </span>
        </div>
        <p className="text-sm text-muted">
          Placed {formatTime(order.placedAt)}
          {order.email && ` · the confirmation goes to ${order.email}`}
        </p>
        <Headline order={order} />
        <Steps order={order} />
      </header>
      <div className="grid gap-10 lg:grid-cols-[1fr_22rem]">
        <div className="space-y-10">
          {order.status === 'CREATED' && <PayAgain order={order} context={context} />}
          <Lines order={order} />
          <Parcels order={order} />
          <Payments order={order} />
          <History order={order} />
        </div>
        <aside className="h-fit space-y-6 rounded-2xl border border-line bg-surface p-5" aria-label="Summary">
          <Cost cost={order.cost} />
          {order.vouchers.length > 0 && (
            <p className="text-sm text-muted">With {order.vouchers.map((voucher) => voucher.code).join(', ')}</p>
          )}
          {order.shippingAddress && (
            <div>
              <h2 className="mb-2 text-sm font-semibold">Goes to</h2>
              <AddressText address={order.shippingAddress} />
              {order.shippingOption && (
                <p className="mt-2 text-sm text-muted">
                  {[order.shippingOption.name, order.shippingOption.carrier, days(order.shippingOption.minDays, order.shippingOption.maxDays)]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              )}
            </div>
          )}
          {order.note && (
            <div>
              <h2 className="mb-1 text-sm font-semibold">Your note</h2>
              <p className="whitespace-pre-line text-sm text-muted">{order.note}</p>
            </div>
          )}
          <OrderActions order={order} context={context} />
        </aside>
      </div>
    </div>
  );
}

function Headline({ order }: { order: Order }) {
  if (order.status === 'PAID') {
    return (
      <p className="flex items-center gap-2 text-lg font-medium" data-testid="thanks">
        <CircleCheck className="size-6 text-accent" aria-hidden />
        Thank you. It is paid, and we are packing it.
      </p>
    );
  }
  if (order.status === 'CANCELLED' && order.cancelReason) return <p className="text-sm">Because: {order.cancelReason}</p>;
  if (order.status === 'EXPIRED') return <p className="text-sm">No payment came in time, so the goods went back on the shelf.</p>;
  return null;
}

function Steps({ order }: { order: Order }) {
  const way = progress(order.status);
  if (!way) return null;
  return (
    <ol className="grid max-w-xl grid-cols-4 gap-1.5 pt-2 text-xs sm:text-sm" aria-label="How far it is">
      {way.steps.map((step, index) => {
        const done = index <= way.reached;
        return (
          <li
            key={step}
            aria-current={index === way.reached ? 'step' : undefined}
            className={`border-t-4 pt-2 ${done ? 'border-accent font-semibold' : 'border-line text-muted'}`}
          >
            {step}
          </li>
        );
      })}
    </ol>
  );
}

function Lines({ order }: { order: Order }) {
  return (
    <section aria-labelledby="lines">
      <h2 id="lines" className="display mb-3 text-2xl">
        What you ordered
      </h2>
      <ul className="divide-y divide-line border-y border-line">
        {order.lines.map((line) => (
          <li key={line.id} className="relative flex items-center gap-4 py-3">
            <Picture src={line.product?.images[0]?.url} alt="" className="size-16 shrink-0 rounded-xl" />
            <div className="min-w-0 flex-1">
              {line.product ? (
                <Link href={`/p/${line.product.slug}`} className="stretched font-medium hover:underline">
                  {line.productName}
                </Link>
              ) : (
                <p className="font-medium">{line.productName}</p>
              )}
              <p className="text-sm text-muted">
                {line.quantity} × {formatMoney(line.unitPrice)} · {line.sku}
              </p>
              {(line.fulfilledQuantity > 0 || line.refundedQuantity > 0) && (
                <p className="text-sm text-muted">
                  {[
                    line.fulfilledQuantity > 0 && `${line.fulfilledQuantity} sent`,
                    line.refundedQuantity > 0 && `${line.refundedQuantity} refunded`,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </p>
              )}
            </div>
            <span className="font-semibold tabular-nums">{formatMoney(line.total)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Orders that were placed without an account are found by their number and the address they were placed with. */
function FindOrder({ number, failed }: { number: string; failed: boolean }) {
  const [, navigate] = useLocation();
  const find = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const wanted = String(form.get('number')).trim();
    navigate(`/orders/${encodeURIComponent(wanted)}?email=${encodeURIComponent(String(form.get('email')).trim())}`);
  };
  const known = guestOrders();
  return (
    <div className="mx-auto max-w-md space-y-6 py-8">
      <div>
        <h1 className="display text-3xl sm:text-4xl">Find an order</h1>
        <p className="mt-2 text-sm text-muted">
          Bought without an account? Number and e-mail address open the order. Otherwise{' '}
          <Link href="/login?next=/account/orders" className="font-semibold text-accent hover:underline">
            sign in
          </Link>
          .
        </p>
      </div>
      {failed && (
        <p className="flex items-center gap-2 rounded-xl bg-danger-soft px-4 py-3 text-sm text-danger" role="alert">
          <PackageSearch className="size-4 shrink-0" aria-hidden />
          There is no such order under that address.
        </p>
      )}
      <form className="space-y-5" onSubmit={find}>
        <Field label="Order number" name="number" defaultValue={number} required maxLength={64} autoComplete="off" />
        <Field label="E-mail" name="email" type="email" autoComplete="email" required />
        <Button kind="primary" type="submit" className="min-h-12 w-full text-base">
          Find it
        </Button>
      </form>
      {known.length > 0 && (
        <section aria-label="From this browser">
          <h2 className="mb-2 text-sm font-semibold">Placed from this browser</h2>
          <ul className="flex flex-wrap gap-2">
            {known.slice(0, 10).map((order) => (
              <li key={order.number}>
                <Link href={`/orders/${order.number}`} className={buttonLook('quiet')}>
                  {order.number}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

export function FindOrderPage() {
  useTitle('Find an order');
  return (
    <div className="shell py-8">
      <FindOrder number="" failed={false} />
    </div>
  );
}
