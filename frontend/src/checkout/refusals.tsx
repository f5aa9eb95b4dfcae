import type { Cart, CartKeeper } from '../cart/keeper';
import type { CompleteCheckoutMutation, MistakeFragment, MoneyPartsFragment } from '../gql/graphql';
import { Button } from '../ui/button';
import { formatMoney } from '../ui/money';

type Payload = CompleteCheckoutMutation['checkoutComplete'];
type Shortage = Extract<MistakeFragment, { kind: 'InsufficientStockError' }>;

const BOX = 'space-y-3 rounded-xl bg-danger-soft px-4 py-3 text-sm text-danger';

/** Why no order was placed, each reason with what can be done about it. */
export function Refusals({
  failure,
  refused,
  cart,
  keeper,
  onPay,
  onSettled,
}: {
  failure: string | null;
  refused: Payload | null;
  cart: Cart;
  keeper: CartKeeper;
  onPay: (total: MoneyPartsFragment) => void;
  onSettled: () => void;
}) {
  const errors = refused?.userErrors ?? [];
  const price = errors.find((error) => error.kind === 'PriceChangedError');
  const shortages = errors.filter((error) => error.kind === 'InsufficientStockError');
  const others = errors.filter((error) => error !== price && error.kind !== 'InsufficientStockError');
  return (
    <div role="alert" className="space-y-3">
      {failure && <p className={BOX}>{failure}</p>}
      {shortages.length > 0 && <Shortages shortages={shortages} cart={cart} keeper={keeper} onSettled={onSettled} />}
      {price && shortages.length === 0 && (
        <div className={BOX}>
          <p>
            The total is now <strong>{formatMoney(price.actual)}</strong>, no longer {formatMoney(price.expected)}. Nothing
            was ordered.
          </p>
          <Button kind="primary" onClick={() => onPay(price.actual)}>
            Order for {formatMoney(price.actual)}
          </Button>
        </div>
      )}
      {others.map((error) => (
        <p key={`${error.code} ${error.message}`} className={`${BOX} first-letter:uppercase`}>
          {error.code === 'IDEMPOTENCY_KEY_REUSED'
            ? 'Something changed while the order was on its way. Nothing was ordered; try again.'
            : error.message}
        </p>
      ))}
    </div>
  );
}

function Shortages({
  shortages,
  cart,
  keeper,
  onSettled,
}: {
  shortages: readonly Shortage[];
  cart: Cart;
  keeper: CartKeeper;
  onSettled: () => void;
}) {
  const lines = shortages.flatMap((shortage) => {
    const line = cart.lines.find((candidate) => candidate.variant.id === shortage.variant.id);
    return line ? [{ line, left: shortage.available }] : [];
  });
  const takeWhatIsLeft = async () => {
    for (const { line, left } of lines) keeper.setQuantity(line.id, left);
    await keeper.flush();
    onSettled();
  };
  return (
    <div className={BOX}>
      <p>Others were faster. Nothing was ordered.</p>
      <ul className="list-disc space-y-1 pl-5">
        {lines.map(({ line, left }) => (
          <li key={line.id}>
            {line.variant.product.name}: {left > 0 ? `only ${left} of ${line.quantity} left` : 'sold out'}
          </li>
        ))}
      </ul>
      <Button kind="primary" onClick={() => void takeWhatIsLeft()}>
        {lines.every(({ left }) => left === 0) ? 'Go on without it' : 'Take what is left'}
      </Button>
    </div>
  );
}
