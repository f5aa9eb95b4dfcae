import { Link } from 'wouter';
import type { AdminDashboardQuery } from '../../gql/graphql';
import { formatCount, formatMoney, plural } from '../../ui/money';
import { Picture } from '../../ui/picture';
import { formatShare } from './figures';

type Glance = AdminDashboardQuery['dashboard'];

function Nothing({ children }: { children: string }) {
  return <p className="border-y border-line py-4 text-sm text-muted">{children}</p>;
}

export function TopProducts({ products }: { products: Glance['topProducts'] }) {
  if (products.length === 0) return <Nothing>Nothing was sold in this time.</Nothing>;
  return (
    <ol className="divide-y divide-line border-y border-line">
      {products.map((product, place) => (
        <li key={product.id} className="flex items-center gap-3 py-2.5 text-sm">
          <span className="w-4 shrink-0 text-right tabular-nums text-muted">{place + 1}</span>
          <Picture src={product.images[0]?.url} alt="" className="size-10 shrink-0 rounded-lg" />
          <Link href={`/p/${product.slug}`} className="min-w-0 flex-1 truncate font-medium hover:underline">
            {product.name}
          </Link>
          <span className="shrink-0 text-right tabular-nums">
            {formatMoney(product.price)}
            <span className="block text-xs text-muted">{formatCount(product.stats.purchaseCount)} ever sold</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

export function LowStock({ variants }: { variants: Glance['lowStock'] }) {
  if (variants.length === 0) return <Nothing>Everything on sale is in good supply.</Nothing>;
  return (
    <ul className="divide-y divide-line border-y border-line">
      {variants.map((variant) => (
        <li key={variant.id} className="flex items-center gap-3 py-2.5 text-sm">
          <div className="min-w-0 flex-1">
            <Link href={`/p/${variant.product.slug}`} className="block truncate font-medium hover:underline">
              {variant.product.name}
            </Link>
            <p className="truncate text-xs text-muted">
              {[variant.name, variant.sku].filter(Boolean).join(' · ')}
            </p>
          </div>
          <span className={`shrink-0 font-semibold tabular-nums ${variant.availableQuantity === 0 ? 'text-danger' : ''}`}>
            {variant.availableQuantity === 0 ? 'Sold out' : `${formatCount(variant.availableQuantity)} left`}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function CacheState({ cache }: { cache: Glance['cache'] }) {
  return (
    <div className="space-y-3 border-y border-line py-4">
      <p className="flex items-baseline gap-2">
        <span className="display text-3xl tabular-nums">{formatShare(cache.hitRate)}</span>
        <span className="text-sm text-muted">answered from it</span>
      </p>
      <div className="h-2 overflow-hidden rounded-full bg-sunken" aria-hidden>
        <div className="h-full rounded-full bg-accent" style={{ width: `${cache.hitRate * 100}%` }} />
      </div>
      <p className="text-sm text-muted">
        {plural(cache.hits, 'hit')}, {plural(cache.misses, 'miss', 'misses')}, {plural(cache.entries, 'list')} held,{' '}
        {formatCount(cache.evictions)} given up
      </p>
    </div>
  );
}
