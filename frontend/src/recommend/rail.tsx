import { type ReactNode, useId } from 'react';
import { ProductCard, SkeletonGrid } from '../catalogue/product-card';
import type { ProductTileFragment, RecommendationListFragment } from '../gql/graphql';
import { useMarks } from '../signals/marks';

const TRACK = 'rail gap-4 pb-3 [grid-auto-columns:minmax(10.5rem,12.5rem)] sm:gap-5';

interface RailProps {
  title: string;
  note?: ReactNode;
  action?: ReactNode;
  loading?: boolean;
  /** Shown instead of an empty track; without it an empty shelf does not appear at all. */
  empty?: ReactNode;
}

function RailFrame({ title, note, action, children }: RailProps & { children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 id={id} className="display text-2xl">
            {title}
          </h2>
          {note && <p className="mt-0.5 text-sm text-muted">{note}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

/** A row of recommended products that scrolls sideways. */
export function RecommendationRail({
  list,
  ...frame
}: RailProps & { list: RecommendationListFragment | undefined }) {
  const { dismissed } = useMarks();
  const items = list?.items.filter((item) => !dismissed.includes(item.product.id)) ?? [];
  if (!frame.loading && items.length === 0 && !frame.empty) return null;
  return (
    <RailFrame {...frame}>
      {items.length > 0 && list ? (
        <div className={TRACK}>
          {items.map((item) => (
            <ProductCard
              key={item.product.id}
              product={item.product}
              recommended={{ item, recommendationId: list.id }}
            />
          ))}
        </div>
      ) : frame.loading ? (
        <SkeletonGrid count={6} className={TRACK} />
      ) : (
        <p className="text-sm text-muted">{frame.empty}</p>
      )}
    </RailFrame>
  );
}

/** A row of plain products. */
export function ProductRail({
  products,
  footer,
  ...frame
}: RailProps & {
  products: readonly ProductTileFragment[] | undefined;
  footer?: (product: ProductTileFragment) => ReactNode;
}) {
  if (!frame.loading && !products?.length && !frame.empty) return null;
  return (
    <RailFrame {...frame}>
      {products?.length ? (
        <div className={TRACK}>
          {products.map((product) => (
            <ProductCard key={product.id} product={product} footer={footer?.(product)} />
          ))}
        </div>
      ) : frame.loading ? (
        <SkeletonGrid count={6} className={TRACK} />
      ) : (
        <p className="text-sm text-muted">{frame.empty}</p>
      )}
    </RailFrame>
  );
}
