/** An order as it is now. Whoever is signed in is told of each change; a guest's browser asks from time to time. */
import { useEffect, useMemo, useRef } from 'react';
import { useClient, useQuery } from 'urql';
import { OrderByNumberDocument, OrderStatusChangedDocument } from '../gql/graphql';
import { useShopper } from '../shell/shopper';
import { orderHeaders } from './guest-access';

const WHILE_WAITING_MS = 2_000;
const OTHERWISE_MS = 30_000;

export function useOrder(number: string, email: string | null) {
  const client = useClient();
  const { account } = useShopper();
  const context = useMemo(() => ({ fetchOptions: { headers: orderHeaders(number) } }), [number]);
  const [{ data, fetching, error }, ask] = useQuery({
    query: OrderByNumberDocument,
    variables: { number, email },
    requestPolicy: 'cache-and-network',
    context,
  });
  const order = data?.order;
  const orderId = order?.id;
  const followed = Boolean(account && order?.user?.id === account.id);
  const waiting = order?.status === 'CREATED';

  const lastSeen = useRef<string | undefined>(undefined);
  useEffect(() => {
    lastSeen.current = order?.events.at(-1)?.id;
  }, [order]);

  useEffect(() => {
    if (!orderId || !followed) return;
    // From the last event on the page: nothing falls between reading it and listening, nor while the socket is down.
    const variables = { orderId, sinceEventId: lastSeen.current };
    const live = client.subscription(OrderStatusChangedDocument, variables).subscribe(({ data: heard }) => {
      if (heard) ask({ requestPolicy: 'network-only' });
    });
    return () => live.unsubscribe();
  }, [client, orderId, followed, ask]);

  useEffect(() => {
    if (!orderId || (followed && !waiting)) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') ask({ requestPolicy: 'network-only' });
    }, waiting ? WHILE_WAITING_MS : OTHERWISE_MS);
    return () => clearInterval(timer);
  }, [orderId, followed, waiting, ask]);

  return { order, fetching, error, again: () => ask({ requestPolicy: 'network-only' }), context };
}
