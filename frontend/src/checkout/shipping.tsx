import { useId, useState } from 'react';
import { send } from '../api/browser';
import { request } from '../api/request';
import type { Cart, CartKeeper } from '../cart/keeper';
import { UpdateDeliveryDocument } from '../gql/graphql';
import { Alert } from '../ui/alert';
import { formatMoney } from '../ui/money';
import { RadioCard } from '../ui/radio-card';

export function days(min: number | null, max: number | null): string | null {
  if (min === null && max === null) return null;
  if (min === null || max === null || min === max) return `${min ?? max} working ${(min ?? max) === 1 ? 'day' : 'days'}`;
  return `${min} to ${max} working days`;
}

/** The ways to send it to the chosen address. A choice counts at once. */
export function Shipping({ cart, keeper }: { cart: Cart; keeper: CartKeeper }) {
  const name = useId();
  const [wanted, setWanted] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<readonly string[]>([]);
  const chosen = wanted ?? cart.shippingOption?.id;

  const choose = async (shippingOptionId: string) => {
    setWanted(shippingOptionId);
    try {
      const { userErrors } = await keeper.change(
        async () => (await request(send, UpdateDeliveryDocument, { cartId: cart.id, shippingOptionId })).cartDeliveryUpdate,
      );
      setTrouble(userErrors.map((error) => error.message));
    } catch {
      setTrouble(['The shop could not be reached. Try again.']);
    } finally {
      setWanted(null);
    }
  };

  if (cart.shippingOptions.length === 0) {
    return (
      <p className="rounded-xl bg-danger-soft px-4 py-3 text-sm text-danger">
        We do not deliver to that address. Choose another one above.
      </p>
    );
  }
  return (
    <div className="space-y-3">
      <Alert messages={trouble} />
      <div role="radiogroup" aria-label="Shipping" className="space-y-3">
        {cart.shippingOptions.map((option) => (
          <RadioCard
            key={option.id}
            name={name}
            value={option.id}
            title={option.name}
            aside={option.price.minorUnits === 0 ? 'Free' : formatMoney(option.price)}
            checked={chosen === option.id}
            onChoose={() => void choose(option.id)}
          >
            {[option.carrier, days(option.minDays, option.maxDays)].filter(Boolean).join(' · ')}
          </RadioCard>
        ))}
      </div>
    </div>
  );
}
