import { type FormEvent, useId, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { send } from '../api/browser';
import { errorsBelow, sortErrors } from '../api/errors';
import { request } from '../api/request';
import type { Cart, CartKeeper } from '../cart/keeper';
import { type AddressPartsFragment, MyAddressesDocument, UpdateDeliveryDocument } from '../gql/graphql';
import { useShopper } from '../shell/shopper';
import { Alert } from '../ui/alert';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { RadioCard } from '../ui/radio-card';
import { AddressFields, AddressText, asInput, missingIn, readAddress, sameAddress } from './address';

type Messages = Partial<Record<string, string>>;
interface Mistakes {
  email: string | undefined;
  shipping: Messages;
  billing: Messages;
  general: readonly string[];
}
const NONE: Mistakes = { email: undefined, shipping: {}, billing: {}, general: [] };
const ANOTHER = 'another';

/** Who buys, where it goes and whom the bill is for. */
export function Delivery({ cart, keeper, onDone }: { cart: Cart; keeper: CartKeeper; onDone: () => void }) {
  const { account } = useShopper();
  const [{ data, fetching }] = useQuery({ query: MyAddressesDocument, pause: !account });
  if (account && fetching && !data) {
    return <div className="h-72 animate-pulse-soft rounded-xl bg-sunken" role="status" aria-label="Loading" />;
  }
  return <DeliveryForm cart={cart} keeper={keeper} saved={data?.me?.addresses ?? []} onDone={onDone} />;
}

function DeliveryForm({
  cart,
  keeper,
  saved,
  onDone,
}: {
  cart: Cart;
  keeper: CartKeeper;
  saved: readonly AddressPartsFragment[];
  onDone: () => void;
}) {
  const name = useId();
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [mistakes, setMistakes] = useState(NONE);
  const [chosen, setChosen] = useState(() => {
    const here = cart.shippingAddress;
    const known = here ? saved.find((address) => sameAddress(address, here)) : saved.find((address) => address.isDefault);
    return (known ?? (here ? undefined : saved[0]))?.id ?? ANOTHER;
  });
  const [apart, setApart] = useState(
    () => cart.billingAddress !== null && cart.shippingAddress !== null && !sameAddress(cart.billingAddress, cart.shippingAddress),
  );

  const show = (found: Mistakes) => {
    setMistakes(found);
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    const email = String(values.get('email')).trim();
    const known = saved.find((address) => address.id === chosen);
    const shippingAddress = known ? asInput(known) : readAddress(values, 'shipping');
    const billingAddress = apart ? readAddress(values, 'billing') : shippingAddress;
    const missing: Mistakes = {
      email: /^\S+@\S+$/.test(email) ? undefined : 'An e-mail address, for the confirmation',
      shipping: missingIn(shippingAddress),
      billing: apart ? missingIn(billingAddress) : {},
      general: [],
    };
    if (missing.email || Object.keys(missing.shipping).length + Object.keys(missing.billing).length > 0) {
      return show(missing);
    }
    setBusy(true);
    try {
      const { userErrors } = await keeper.change(
        async () =>
          (await request(send, UpdateDeliveryDocument, { cartId: cart.id, email, shippingAddress, billingAddress }))
            .cartDeliveryUpdate,
      );
      if (userErrors.length === 0) {
        setMistakes(NONE);
        onDone();
        return;
      }
      const placed = (path: readonly string[] | null) => path?.some((part) => ['email', 'shippingAddress', 'billingAddress'].includes(part));
      show({
        email: sortErrors(userErrors, ['email']).fields.email,
        shipping: errorsBelow(userErrors, 'shippingAddress'),
        billing: apart ? errorsBelow(userErrors, 'billingAddress') : {},
        general: userErrors.filter((error) => !placed(error.path)).map((error) => error.message),
      });
    } catch {
      show({ ...NONE, general: ['The shop could not be reached. Try again.'] });
    } finally {
      setBusy(false);
    }
  };

  return (
    <form ref={form} noValidate className="space-y-6" onSubmit={(event) => void submit(event)}>
      <Alert messages={mistakes.general} />
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="email"
        defaultValue={cart.email ?? ''}
        hint="The confirmation goes there."
        error={mistakes.email}
      />
      {saved.length > 0 && (
        <div role="radiogroup" aria-label="Deliver to" className="grid gap-3 sm:grid-cols-2">
          {saved.map((address) => (
            <RadioCard
              key={address.id}
              name={name}
              value={address.id}
              title={address.name}
              checked={chosen === address.id}
              onChoose={() => setChosen(address.id)}
            >
              {[address.line1, [address.postalCode, address.city].filter(Boolean).join(' '), address.country].join(', ')}
            </RadioCard>
          ))}
          <RadioCard name={name} value={ANOTHER} title="Another address" checked={chosen === ANOTHER} onChoose={() => setChosen(ANOTHER)} />
        </div>
      )}
      {chosen === ANOTHER && (
        <fieldset>
          <legend className="mb-3 text-sm font-semibold">Delivery address</legend>
          <AddressFields prefix="shipping" section="shipping" initial={cart.shippingAddress} errors={mistakes.shipping} />
        </fieldset>
      )}
      {chosen !== ANOTHER && Object.values(mistakes.shipping).length > 0 && (
        <Alert messages={Object.values(mistakes.shipping).filter((message) => message !== undefined)} />
      )}
      <label className="flex min-h-8 items-center gap-3 text-sm font-medium">
        <input
          type="checkbox"
          className="size-4 accent-(--accent)"
          checked={!apart}
          onChange={(event) => setApart(!event.target.checked)}
        />
        The bill goes to the same address
      </label>
      {apart && (
        <fieldset>
          <legend className="mb-3 text-sm font-semibold">Billing address</legend>
          <AddressFields prefix="billing" section="billing" initial={cart.billingAddress} errors={mistakes.billing} />
        </fieldset>
      )}
      <Button kind="primary" type="submit" busy={busy} className="min-h-11 px-6">
        Continue
      </Button>
    </form>
  );
}

/** The same, once it is settled. */
export function DeliverySummary({ cart }: { cart: Cart }) {
  if (!cart.shippingAddress) return null;
  const { billingAddress } = cart;
  const apart = billingAddress && !sameAddress(billingAddress, cart.shippingAddress);
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <div>
        <p className="mb-2 text-sm text-muted">{cart.email}</p>
        <AddressText address={cart.shippingAddress} />
      </div>
      {apart && (
        <div>
          <p className="mb-2 text-sm text-muted">The bill goes to</p>
          <AddressText address={billingAddress} />
        </div>
      )}
    </div>
  );
}
