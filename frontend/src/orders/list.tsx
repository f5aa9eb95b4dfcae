import { PackageOpen } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useClient, useQuery } from 'urql';
import { Link } from 'wouter';
import { describeFailure } from '../api/errors';
import { MyOrdersDocument, OrderStatusChangedDocument, type OrderTileFragment } from '../gql/graphql';
import { Button, buttonLook } from '../ui/button';
import { formatMoney } from '../ui/money';
import { Notice } from '../ui/notice';
import { Picture } from '../ui/picture';
import { Badge } from './badge';
import { formatDay, ORDER_STATUS } from './words';

const PAGE = 10;

/** Everything the shopper ever ordered, the latest first, and up to date by itself. */
export function MyOrders() {
  const [after, setAfter] = useState<(string | null)[]>([null]);
  return (
    <div>
      {after.map((cursor, index) => (
        <OrdersPage
          key={cursor ?? 'first'}
          after={cursor}
          last={index === after.length - 1}
          onMore={(next) => setAfter([...after, next])}
        />
      ))}
    </div>
  );
}

function OrdersPage({ after, last, onMore }: { after: string | null; last: boolean; onMore: (cursor: string) => void }) {
  const client = useClient();
  const [{ data, fetching, error }, again] = useQuery({
    query: MyOrdersDocument,
    variables: { first: PAGE, after },
    requestPolicy: 'cache-and-network',
  });
  useEffect(() => {
    const live = client.subscription(OrderStatusChangedDocument, {}).subscribe(({ data: heard }) => {
      if (heard) again({ requestPolicy: 'network-only' });
    });
    return () => live.unsubscribe();
  }, [client, again]);
  const orders = data?.me?.orders;
  if (!orders) {
    if (fetching) return <div className="h-64 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
    return (
      <Notice title="Your orders did not load" onRetry={() => again({ requestPolicy: 'network-only' })}>
        {describeFailure(error)}
      </Notice>
    );
  }
  if (orders.nodes.length === 0 && after === null) {
    return (
      <Notice title="Nothing ordered yet" icon={<PackageOpen className="size-8" aria-hidden />}>
        <Link href="/" className={buttonLook('primary', 'mt-2')}>
          Look around
        </Link>
      </Notice>
    );
  }
  return (
    <>
      <ul className="space-y-4 pb-4">
        {orders.nodes.map((order) => (
          <OrderCard key={order.id} order={order} />
        ))}
      </ul>
      {last && orders.pageInfo.hasNextPage && orders.pageInfo.endCursor && (
        <div className="mt-2 text-center">
          <Button busy={fetching} onClick={() => orders.pageInfo.endCursor && onMore(orders.pageInfo.endCursor)}>
            Load more
          </Button>
        </div>
      )}
    </>
  );
}

const MOST_PICTURES = 5;

function OrderCard({ order }: { order: OrderTileFragment }) {
  const rest = order.lines.length - MOST_PICTURES;
  return (
    <li className="relative rounded-2xl border border-line p-4 hover:border-muted">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Link href={`/orders/${order.number}`} className="stretched font-semibold hover:underline">
          {order.number}
        </Link>
        <Badge {...ORDER_STATUS[order.status]} />
        <span className="text-sm text-muted">{formatDay(order.placedAt)}</span>
        <span className="ml-auto font-semibold tabular-nums">{formatMoney(order.cost.total)}</span>
      </div>
      <ul className="mt-3 flex items-center gap-2" aria-label="Products">
        {order.lines.slice(0, MOST_PICTURES).map((line) => (
          <li key={line.id} title={line.productName}>
            <Picture src={line.product?.images[0]?.url} alt={line.productName} className="size-14 rounded-lg" />
          </li>
        ))}
        {rest > 0 && <li className="text-sm text-muted">and {rest} more</li>}
      </ul>
    </li>
  );
}
