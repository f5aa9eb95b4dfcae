import { Leaf, ShoppingBasket, TriangleAlert, WifiOff } from 'lucide-react';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { useCart } from '../cart/cart';
import { Cost } from '../cart/cost';
import type { Cart } from '../cart/keeper';
import { CartLines } from '../cart/lines';
import { Vouchers } from '../cart/vouchers';
import { BoughtTogetherDocument } from '../gql/graphql';
import { RecommendationRail } from '../recommend/rail';
import { useTitle } from '../shell/title';
import { buttonLook } from '../ui/button';
import { plural } from '../ui/money';
import { Notice } from '../ui/notice';

export function BasketPage() {
  useTitle('Basket');
  const { cart, status, count, keeper, ...state } = useCart();
  return (
    <div className="shell space-y-8 py-8">
      <h1 className="display text-3xl sm:text-4xl">Basket</h1>
      {status === 'reading' ? (
        <BasketSkeleton />
      ) : status === 'failed' ? (
        <Notice
          title="Your basket did not load"
          onRetry={() => void keeper.read()}
          icon={<WifiOff className="size-8" aria-hidden />}
        >
          What is in it is safe with the shop.
        </Notice>
      ) : !cart || count === 0 ? (
        <Notice title="Nothing in here yet" icon={<ShoppingBasket className="size-8" aria-hidden />}>
          <Link href="/" className={buttonLook('primary', 'mt-2')}>
            Look around
          </Link>
        </Notice>
      ) : (
        <>
          <Remarks remarks={state.remarks} />
          <div className="grid items-start gap-10 lg:grid-cols-[1fr_21rem]">
            <CartLines cart={cart} state={{ ...state, cart, status }} keeper={keeper} />
            <section aria-label="Summary" className="h-fit space-y-5 rounded-2xl border border-line bg-surface p-5">
              <h2 className="font-semibold">{plural(count, 'item')}</h2>
              <Vouchers cart={cart} keeper={keeper} />
              <Cost cost={cart.cost} shippingKnown={cart.shippingOption !== null} pending={state.wanted.size > 0} />
              <Footprint kg={cart.carbonFootprintKg} />
              <ToCheckout cart={cart} />
            </section>
          </div>
        </>
      )}
      {cart && cart.lines.length > 0 && (
        <div className="pt-6">
          <GoesWith cart={cart} />
        </div>
      )}
    </div>
  );
}

/** What the shop changed without being asked. */
export function Remarks({ remarks }: { remarks: readonly string[] }) {
  return (
    <div role="status">
      {remarks.map((remark) => (
        <p key={remark} className="flex items-start gap-2 rounded-xl bg-sunken px-4 py-3 text-sm first-letter:uppercase">
          <TriangleAlert className="mt-0.5 size-4 shrink-0 text-star" aria-hidden />
          {remark}
        </p>
      ))}
    </div>
  );
}

export function Footprint({ kg }: { kg: string | null }) {
  if (kg === null) return null;
  const rounded = Number(kg) < 10 ? Number(kg).toFixed(1) : Number(kg).toFixed(0);
  return (
    <p className="flex items-center gap-2 text-sm text-muted">
      <Leaf className="size-4 text-accent" aria-hidden />
      <span>
        {rounded} kg CO<sub>2</sub>e to make all of this
      </span>
    </p>
  );
}

function ToCheckout({ cart }: { cart: Cart }) {
  const stuck = cart.problems.some((problem) => problem.path?.[0] === 'lines');
  if (stuck) {
    return (
      <p className="rounded-xl bg-danger-soft px-4 py-3 text-sm text-danger" role="status">
        Mend the marked lines to go on.
      </p>
    );
  }
  return (
    <Link href="/checkout" className={buttonLook('primary', 'min-h-12 w-full text-base')}>
      Checkout
    </Link>
  );
}

function GoesWith({ cart }: { cart: Cart }) {
  const ids = [...new Set(cart.lines.map((line) => line.variant.product.id))].slice(0, 20).join(' ');
  const productIds = useMemo(() => ids.split(' '), [ids]);
  const [{ data }] = useQuery({ query: BoughtTogetherDocument, variables: { productIds, count: 8 } });
  return (
    <RecommendationRail
      title="Goes with it"
      note="Learned from what is bought in one go"
      list={data?.frequentlyBoughtTogether}
    />
  );
}

function BasketSkeleton() {
  return (
    <div className="grid animate-pulse-soft gap-10 lg:grid-cols-[1fr_21rem]" role="status" aria-label="Loading">
      <div className="h-64 rounded-2xl bg-sunken" />
      <div className="h-80 rounded-2xl bg-sunken" />
    </div>
  );
}
