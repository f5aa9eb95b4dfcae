import { type FormEvent, useId, useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { describeFailure } from '../api/errors';
import { type AdminOrderRowFragment, AdminOrdersDocument, type OrderFilter, type OrderStatus } from '../gql/graphql';
import { Badge } from '../orders/badge';
import { formatTime, ORDER_STATUS, PAYMENT_STATUS } from '../orders/words';
import { Button } from '../ui/button';
import { inputLook, selectLook } from '../ui/field';
import { formatMoney, plural } from '../ui/money';
import { Notice } from '../ui/notice';

const PAGE = 25;
const STATUSES = Object.keys(ORDER_STATUS) as OrderStatus[];
const COLUMNS = ['Number', 'Placed', 'Buyer', 'Status', 'Payment'];

/** All orders, the latest first. */
export function AdminOrders() {
  const statusId = useId();
  const searchId = useId();
  const [status, setStatus] = useState<OrderStatus | ''>('');
  const [search, setSearch] = useState('');
  const [after, setAfter] = useState<string | null>(null);
  const filter = useMemo<OrderFilter>(
    () => ({
      ...(status ? { status: [status] } : {}),
      ...(search.includes('@') ? { email: search } : search ? { number: search } : {}),
    }),
    [status, search],
  );
  const [{ data, fetching, error }, again] = useQuery({
    query: AdminOrdersDocument,
    variables: { first: PAGE, after, filter },
    requestPolicy: 'cache-and-network',
  });
  const find = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setSearch(String(new FormData(event.currentTarget).get('search')).trim());
    setAfter(null);
  };
  const orders = data?.orders;
  return (
    <div className="space-y-6">
      <form className="flex flex-wrap items-end gap-4" onSubmit={find}>
        <div className="space-y-1.5">
          <label htmlFor={statusId} className="block text-sm font-semibold">
            Status
          </label>
          <select
            id={statusId}
            className={selectLook}
            value={status}
            onChange={(event) => {
              setStatus(event.target.value as OrderStatus | '');
              setAfter(null);
            }}
          >
            <option value="">All</option>
            {STATUSES.map((value) => (
              <option key={value} value={value}>
                {ORDER_STATUS[value].label}
              </option>
            ))}
          </select>
        </div>
        <div className="min-w-48 flex-1 space-y-1.5 sm:max-w-sm">
          <label htmlFor={searchId} className="block text-sm font-semibold">
            Number or e-mail
          </label>
          <input id={searchId} name="search" type="search" className={inputLook} autoComplete="off" />
        </div>
        <Button type="submit" className="min-h-11">
          Find
        </Button>
        {orders && (
          <p className="ml-auto text-sm text-muted" role="status">
            {plural(orders.totalCount, 'order')}
          </p>
        )}
      </form>
      {!orders && error && (
        <Notice title="The orders did not load" onRetry={() => again({ requestPolicy: 'network-only' })}>
          {describeFailure(error)}
        </Notice>
      )}
      {orders && (
        <section aria-label="Orders">
          <table className="w-full text-left text-sm max-md:block">
            <thead className="border-b border-line text-xs text-muted max-md:sr-only">
              <tr>
                {COLUMNS.map((title) => (
                  <th key={title} scope="col" className="py-2 pr-4 font-medium">
                    {title}
                  </th>
                ))}
                <th scope="col" className="py-2 text-right font-medium">
                  Total
                </th>
              </tr>
            </thead>
            <tbody className="divide-y divide-line max-md:block max-md:border-y max-md:border-line">
              {orders.nodes.map((order) => (
                <Row key={order.id} order={order} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {orders && (
        <div className="flex gap-2">
          {after && <Button onClick={() => setAfter(null)}>From the start</Button>}
          {orders.pageInfo.hasNextPage && (
            <Button busy={fetching} onClick={() => setAfter(orders.pageInfo.endCursor ?? null)}>
              Older
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** A line of the table; on small screens the same cells in three short lines. */
function Row({ order }: { order: AdminOrderRowFragment }) {
  const buyer = order.email ?? order.user?.displayName;
  return (
    <tr className="max-md:grid max-md:grid-cols-[1fr_auto] max-md:items-center max-md:gap-x-4 max-md:gap-y-1 max-md:py-3">
      <td className="whitespace-nowrap md:py-2.5 md:pr-4">
        <Link href={`/admin/orders/${order.number}`} className="font-semibold text-accent hover:underline">
          {order.number}
        </Link>
      </td>
      <td className="whitespace-nowrap text-muted max-md:order-4 max-md:text-right max-md:text-xs md:py-2.5 md:pr-4">
        {formatTime(order.placedAt)}
      </td>
      <td className="truncate max-md:order-3 md:max-w-56 md:py-2.5 md:pr-4">{buyer ?? 'Guest'}</td>
      <td className="max-md:order-5 md:py-2.5 md:pr-4">
        <Badge {...ORDER_STATUS[order.status]} />
      </td>
      <td className="max-md:order-6 max-md:text-right md:py-2.5 md:pr-4">
        <Badge {...PAYMENT_STATUS[order.paymentStatus]} />
      </td>
      <td className="text-right font-semibold tabular-nums max-md:order-2 md:py-2.5">{formatMoney(order.cost.total)}</td>
    </tr>
  );
}
