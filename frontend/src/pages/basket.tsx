import { Minus, Plus, ShoppingBasket, Trash2 } from 'lucide-react';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { MOST_OF_ONE, subtotals, useBasket } from '../catalogue/basket';
import { BoughtTogetherDocument } from '../gql/graphql';
import { RecommendationRail } from '../recommend/rail';
import { useTitle } from '../shell/title';
import { buttonLook, IconButton } from '../ui/button';
import { formatMoney, plural } from '../ui/money';
import { Notice } from '../ui/notice';
import { Picture } from '../ui/picture';

export function BasketPage() {
  useTitle('Basket');
  const { lines, change, count } = useBasket();
  const productIds = useMemo(() => [...new Set(lines.map((line) => line.productId))].slice(0, 20), [lines]);
  const [{ data }] = useQuery({
    query: BoughtTogetherDocument,
    variables: { productIds, count: 8 },
    pause: productIds.length === 0,
  });

  return (
    <div className="shell space-y-14 py-8">
      <h1 className="display text-3xl sm:text-4xl">Basket</h1>
      {lines.length === 0 ? (
        <Notice title="Nothing in here yet" icon={<ShoppingBasket className="size-8" aria-hidden />}>
          <Link href="/" className={buttonLook('primary', 'mt-2')}>
            Look around
          </Link>
        </Notice>
      ) : (
        <div className="grid gap-10 lg:grid-cols-[1fr_20rem]">
          <ul className="divide-y divide-line border-y border-line">
            {lines.map((line) => (
              <li key={line.variantId} className="flex gap-4 py-4">
                <Link href={`/p/${line.slug}`} className="w-20 shrink-0 sm:w-24" tabIndex={-1} aria-hidden>
                  <Picture src={line.picture ?? undefined} alt="" className="rounded-xl" />
                </Link>
                <div className="flex min-w-0 flex-1 flex-wrap items-start justify-between gap-x-6 gap-y-2">
                  <div className="min-w-40 flex-1">
                    <Link href={`/p/${line.slug}`} className="font-medium hover:underline">
                      {line.name}
                    </Link>
                    {line.variantName && <p className="text-sm text-muted">{line.variantName}</p>}
                    <p className="mt-1 text-sm tabular-nums text-muted">{formatMoney(line.price)} each</p>
                  </div>
                  <div className="flex items-center gap-1">
                    <IconButton
                      label={`One less of ${line.name}`}
                      onClick={() => change(line.variantId, line.quantity - 1)}
                    >
                      <Minus className="size-4" aria-hidden />
                    </IconButton>
                    <span className="w-8 text-center font-semibold tabular-nums" aria-live="polite">
                      {line.quantity}
                    </span>
                    <IconButton
                      label={`One more of ${line.name}`}
                      disabled={line.quantity >= MOST_OF_ONE}
                      onClick={() => change(line.variantId, line.quantity + 1)}
                    >
                      <Plus className="size-4" aria-hidden />
                    </IconButton>
                    <IconButton label={`Remove ${line.name}`} onClick={() => change(line.variantId, 0)}>
                      <Trash2 className="size-4" aria-hidden />
                    </IconButton>
                  </div>
                </div>
              </li>
            ))}
          </ul>
          <section aria-label="Summary" className="h-fit rounded-2xl border border-line bg-surface p-5">
            <h2 className="font-semibold">{plural(count, 'item')}</h2>
            <dl className="mt-3 space-y-1">
              {subtotals(lines).map((sum) => (
                <div key={sum.currency} className="flex justify-between">
                  <dt className="text-muted">Subtotal</dt>
                  <dd className="text-lg font-semibold tabular-nums">{formatMoney(sum)}</dd>
                </div>
              ))}
            </dl>
            <p className="mt-4 text-sm text-muted">
              This basket is kept in your browser. Checkout is not open in this shop.
            </p>
          </section>
        </div>
      )}
      {lines.length > 0 && (
        <RecommendationRail title="Goes with it" note="Learned from what is bought in one go" list={data?.frequentlyBoughtTogether} />
      )}
    </div>
  );
}
