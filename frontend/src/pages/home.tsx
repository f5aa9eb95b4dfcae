import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import {
  ForYouDocument,
  ProductsByIdDocument,
  type ProductTileFragment,
  TrendingDocument,
  type TrendWindow,
  ViewHistoryDocument,
} from '../gql/graphql';
import { ForYou } from '../recommend/for-you';
import { ProductRail, RecommendationRail } from '../recommend/rail';
import { TastePrompt, tasteInput, useStatedTaste } from '../recommend/taste';
import { useRecent } from '../signals/marks';
import { useShopper } from '../shell/shopper';
import { useTitle } from '../shell/title';
import { plural } from '../ui/money';
import { Segmented } from '../ui/segmented';

const WINDOWS: readonly { value: TrendWindow; label: string }[] = [
  { value: 'HOUR', label: 'Hour' },
  { value: 'DAY', label: 'Day' },
  { value: 'WEEK', label: 'Week' },
  { value: 'MONTH', label: 'Month' },
];

export function HomePage() {
  useTitle(null);
  const { account } = useShopper();
  const [taste] = useStatedTaste();
  return (
    <div className="shell space-y-14 py-8 sm:py-10">
      <div className="space-y-8">
        {!account && <TastePrompt />}
        <ForYou preferences={account ? null : tasteInput(taste)} />
      </div>
      {account && <BuyItAgain userId={account.id} />}
      <Trending />
      {account ? <HistoryRail /> : <RecentRail />}
    </div>
  );
}

function Trending() {
  const [window, setWindow] = useState<TrendWindow>('WEEK');
  const [{ data, fetching, stale }] = useQuery({ query: TrendingDocument, variables: { window, count: 12 } });
  return (
    <RecommendationRail
      title="Trending"
      note="Rising faster than usual, not merely popular"
      list={data?.trending}
      loading={fetching && !stale && !data}
      empty="Nothing is rising in this window."
      action={<Segmented label="Trending over the last" value={window} options={WINDOWS} onChange={setWindow} />}
    />
  );
}

function BuyItAgain({ userId }: { userId: string }) {
  const [{ data }] = useQuery({
    query: ForYouDocument,
    variables: { userId, count: 10, strategy: 'BUY_IT_AGAIN', filter: { excludePurchased: false } },
  });
  const list = data?.recommendations;
  // A list that something else filled would not be what the title says.
  if (list?.servedStrategy !== 'BUY_IT_AGAIN') return null;
  return <RecommendationRail title="Buy it again" note="About when you usually need it" list={list} />;
}

function HistoryRail() {
  const [{ data }] = useQuery({
    query: ViewHistoryDocument,
    variables: { first: 12 },
    requestPolicy: 'cache-and-network',
  });
  const views = data?.me?.viewHistory.nodes;
  const counts = new Map(views?.map((view) => [view.product.id, view.viewCount]));
  return (
    <ProductRail
      title="Recently viewed"
      products={views?.map((view) => view.product)}
      footer={(product) => (
        <p className="mt-1 text-xs text-muted">{plural(counts.get(product.id) ?? 1, 'view')}</p>
      )}
    />
  );
}

function RecentRail() {
  const { recent } = useRecent();
  const ids = useMemo(() => recent.slice(0, 12), [recent]);
  const [{ data }] = useQuery({
    query: ProductsByIdDocument,
    variables: { ids, first: 12 },
    pause: ids.length === 0,
  });
  if (ids.length === 0) return null;
  const byId = new Map(data?.products.nodes.map((product) => [product.id, product]));
  const products = ids.flatMap((id): ProductTileFragment[] => {
    const product = byId.get(id);
    return product ? [product] : [];
  });
  return <ProductRail title="Recently viewed" products={products} />;
}
