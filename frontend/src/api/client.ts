/** The urql client: cached queries over HTTP, subscriptions over graphql-transport-ws. */
import { CloseCode, createClient as createSocket, type Client as Socket } from 'graphql-ws';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from 'urql';
import { cartToken, send, session, visitor } from './browser';
import { connection, type LiveState } from './connection';
import { closedWith, subscribeRenewing } from './renewing';
import { ENDPOINT } from './transport';

export function createShopClient(): Client {
  const socket = createShopSocket();
  const renewal = {
    token: () => session.current?.accessToken ?? null,
    replace: (refused: string) => session.replace(refused),
  };
  return new Client({
    url: ENDPOINT,
    fetch: send,
    preferGetMethod: false,
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => {
            const payload = { query: query ?? '', variables: variables ?? {} };
            return { unsubscribe: subscribeRenewing(socket, payload, sink, renewal) };
          },
        }),
      }),
    ],
  });
}

/** The socket in use. What it may see is settled when it opens, so a cart made since needs another one. */
let present: Socket | null = null;
cartToken.subscribe(() => {
  if (cartToken.current && !session.current) present?.terminate();
});

/** The socket of an earlier shopper may close after the present one's has opened; only the latest is reported. */
let latest = 0;

function createShopSocket(): Socket {
  latest += 1;
  const generation = latest;
  const report = (state: LiveState) => {
    if (generation === latest) connection.set(state);
  };
  present = createSocket({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${ENDPOINT}`,
    lazy: true,
    // Asking anew within that time goes over the same socket.
    lazyCloseTimeout: 3_000,
    keepAlive: 15_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    // Forbidden means that the same credentials will not do later either.
    shouldRetry: (error) => !closedWith(error, CloseCode.Forbidden),
    retryWait: async (retries) => {
      // Spread over a second so that a restarted server is not met by everyone at once.
      const pause = Math.min(500 * 2 ** retries, 8_000) + Math.random() * 1_000;
      await new Promise((resolve) => setTimeout(resolve, pause));
    },
    connectionParams: async () => {
      const token = await session.accessToken();
      if (token) return { authorization: `Bearer ${token}` };
      const guest = { visitorId: await visitor.ensure() };
      return cartToken.current ? { ...guest, cartToken: cartToken.current } : guest;
    },
    on: {
      connecting: (isRetry) => report(isRetry ? 'reconnecting' : 'connecting'),
      connected: () => report('live'),
      closed: (event) => report((event as CloseEvent).code === 1000 ? 'idle' : 'reconnecting'),
    },
  });
  return present;
}
