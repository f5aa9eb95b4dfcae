import { Check, ShoppingBasket } from 'lucide-react';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { send } from '../api/browser';
import { request } from '../api/request';
import { cartBecameOrder, useCart } from '../cart/cart';
import { Cost } from '../cart/cost';
import type { Cart, CartKeeper } from '../cart/keeper';
import { Vouchers } from '../cart/vouchers';
import {
  type CheckoutInput,
  completeCheckout,
  giveUpCheckout,
  type Outcome,
  unansweredCheckout,
} from '../checkout/complete';
import { Delivery, DeliverySummary } from '../checkout/delivery';
import { goOnWith, returnUrl } from '../checkout/next-step';
import { firstMeans, type Means, PaymentChoice, useGateways } from '../checkout/payment';
import { Refusals } from '../checkout/refusals';
import { Shipping } from '../checkout/shipping';
import { UpdateDeliveryDocument } from '../gql/graphql';
import { useShopper } from '../shell/shopper';
import { useTitle } from '../shell/title';
import { Button, buttonLook } from '../ui/button';
import { inputLook } from '../ui/field';
import { formatMoney } from '../ui/money';
import { Notice } from '../ui/notice';
import { Picture } from '../ui/picture';
import { toast } from '../ui/toast';
import { Footprint } from './basket';

export function CheckoutPage() {
  useTitle('Checkout');
  const { cart, status, keeper } = useCart();
  const [, navigate] = useLocation();
  const resuming = useResumedCheckout(keeper, status === 'ready' && !cart);
  let content: ReactNode;
  if (status === 'reading' || resuming) {
    content = <div className="h-96 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
  } else if (!cart || cart.lines.length === 0) {
    content = (
      <Notice
        title={status === 'failed' ? 'Your basket did not load' : 'There is nothing to check out'}
        icon={<ShoppingBasket className="size-8" aria-hidden />}
        {...(status === 'failed' ? { onRetry: () => void keeper.read() } : {})}
      >
        {status !== 'failed' && (
          <Link href="/" className={buttonLook('primary', 'mt-2')}>
            Look around
          </Link>
        )}
      </Notice>
    );
  } else {
    content = <Form cart={cart} keeper={keeper} onPlaced={(number) => navigate(`/orders/${number}`, { replace: true })} />;
  }
  return (
    <div className="shell py-8">
      <h1 className="display mb-8 text-3xl sm:text-4xl">Checkout</h1>
      {content}
    </div>
  );
}

/** A checkout whose answer was lost is sent once more: if it had become an order, that is where the buyer belongs. */
function useResumedCheckout(keeper: CartKeeper, cartless: boolean): boolean {
  const [, navigate] = useLocation();
  const [lost] = useState(unansweredCheckout);
  const [resuming, setResuming] = useState(lost !== null);
  useEffect(() => {
    if (!lost || !cartless) return;
    completeCheckout(lost)
      .then((outcome) => {
        if (outcome.kind !== 'placed') return giveUpCheckout();
        cartBecameOrder(keeper);
        navigate(`/orders/${outcome.order.number}`, { replace: true });
      })
      .catch(() => undefined)
      .finally(() => setResuming(false));
  }, [lost, cartless, keeper, navigate]);
  return resuming && cartless;
}

function Form({ cart, keeper, onPlaced }: { cart: Cart; keeper: CartKeeper; onPlaced: (number: string) => void }) {
  const { account } = useShopper();
  const { gateways, demo } = useGateways(cart.currency);
  const [editing, setEditing] = useState(cart.shippingAddress === null || cart.email === null);
  const [means, setMeans] = useState<Means | null>(null);
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Extract<Outcome, { kind: 'refused' }> | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const noteId = useId();
  const chosen = means ?? firstMeans(gateways, demo);
  const ready = !editing && cart.shippingOption !== null && chosen !== null && !busy;

  const addressSettled = async () => {
    setEditing(false);
    const { cart: now } = keeper.state;
    const [first] = now?.shippingOptions ?? [];
    if (!now || now.shippingOption || !first) return;
    // Most take the cheapest; whoever does not has the choice right below.
    await keeper
      .change(
        async () =>
          (await request(send, UpdateDeliveryDocument, { cartId: now.id, shippingOptionId: first.id })).cartDeliveryUpdate,
      )
      .catch(() => undefined);
  };

  const pay = async (total = cart.cost.total) => {
    if (!chosen) return;
    setBusy(true);
    setFailure(null);
    setRefused(null);
    const input: CheckoutInput = {
      cartId: cart.id,
      expectedTotal: { amount: total.amount, currency: total.currency },
      gateway: chosen.gateway,
      paymentMethod: chosen.method,
      returnUrl: returnUrl(),
      note: note.trim() || null,
    };
    try {
      const outcome = await completeCheckout(input);
      if (outcome.kind === 'refused') {
        if (outcome.payload.cart) keeper.accept(outcome.payload.cart);
        setRefused(outcome);
        setBusy(false);
        return;
      }
      const { order, refusal } = outcome;
      cartBecameOrder(keeper);
      if (goOnWith(order.payments.at(-1), order.number)) return;
      if (refusal) toast('The order is placed, but not paid yet');
      onPlaced(order.number);
    } catch {
      setFailure('No answer came. Trying again is safe: it will be one order, however often you try.');
      setBusy(false);
    }
  };

  return (
    <div className="grid gap-10 lg:grid-cols-[1fr_22rem]">
      <div className="space-y-10">
        {!account && (
          <p className="rounded-xl bg-sunken px-4 py-3 text-sm">
            You are buying as a guest.{' '}
            <Link href="/login?next=/checkout" className="font-semibold text-accent hover:underline">
              Sign in
            </Link>{' '}
            to use your saved addresses; your basket comes along.
          </p>
        )}
        <Part number={1} title="Contact and address" done={!editing} onChange={editing ? undefined : () => setEditing(true)}>
          {editing ? (
            <Delivery key={account?.id} cart={cart} keeper={keeper} onDone={() => void addressSettled()} />
          ) : (
            <DeliverySummary cart={cart} />
          )}
        </Part>
        <Part number={2} title="Shipping" done={!editing && cart.shippingOption !== null} waiting={editing}>
          <Shipping cart={cart} keeper={keeper} />
        </Part>
        <Part number={3} title="Payment" done={false} waiting={editing || cart.shippingOption === null}>
          <PaymentChoice currency={cart.currency} chosen={chosen} onChoose={setMeans} />
          <div className="mt-5 space-y-1.5">
            <label htmlFor={noteId} className="block text-sm font-semibold">
              Anything we should know?
            </label>
            <textarea
              id={noteId}
              rows={2}
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.target.value)}
              className={`${inputLook} py-2.5`}
            />
          </div>
        </Part>
      </div>
      <aside aria-label="Your order" className="h-fit space-y-5 rounded-2xl border border-line bg-surface p-5 lg:sticky lg:top-6">
        <div className="flex items-baseline justify-between">
          <h2 className="font-semibold">Your order</h2>
          <Link href="/basket" className="text-sm font-semibold text-accent hover:underline">
            Change
          </Link>
        </div>
        <ul className="space-y-3">
          {cart.lines.map((line) => (
            <li key={line.id} className="flex items-center gap-3 text-sm">
              <Picture src={line.variant.product.images[0]?.url} alt="" className="size-12 shrink-0 rounded-lg" />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{line.variant.product.name}</span>
                <span className="text-muted">× {line.quantity}</span>
              </span>
              <span className="tabular-nums">{formatMoney(line.total)}</span>
            </li>
          ))}
        </ul>
        <Vouchers cart={cart} keeper={keeper} />
        <Cost cost={cart.cost} shippingKnown={cart.shippingOption !== null} />
        <Footprint kg={cart.carbonFootprintKg} />
        <Refusals
          failure={failure}
          refused={refused?.payload ?? null}
          cart={cart}
          keeper={keeper}
          onPay={(total) => void pay(total)}
          onSettled={() => setRefused(null)}
        />
        <Button kind="primary" className="min-h-12 w-full text-base" disabled={!ready} busy={busy} onClick={() => void pay()}>
          {failure ? 'Try again' : `Pay ${formatMoney(cart.cost.total)}`}
        </Button>
        {!ready && !busy && (
          <p className="text-center text-sm text-muted">
            {editing ? 'Say where it goes first.' : cart.shippingOption === null ? 'Choose how it is sent.' : 'Choose how to pay.'}
          </p>
        )}
      </aside>
    </div>
  );
}

function Part({
  number,
  title,
  done,
  waiting = false,
  onChange,
  children,
}: {
  number: number;
  title: string;
  done: boolean;
  waiting?: boolean;
  onChange?: (() => void) | undefined;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <div className="mb-4 flex items-center gap-3">
        <span
          className={`grid size-8 shrink-0 place-items-center rounded-full text-sm font-bold ${done ? 'bg-accent text-on-accent' : 'bg-sunken'}`}
          aria-hidden
        >
          {done ? <Check className="size-4" /> : number}
        </span>
        <h2 id={id} className="display flex-1 text-2xl">
          {title}
        </h2>
        {onChange && (
          <Button kind="ghost" onClick={onChange} aria-label={`Change ${title.toLowerCase()}`}>
            Change
          </Button>
        )}
      </div>
      {!waiting && <div className="sm:pl-11">{children}</div>}
    </section>
  );
}
