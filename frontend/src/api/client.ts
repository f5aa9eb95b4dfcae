/** The urql client: cached queries over HTTP, subscriptions over graphql-transport-ws. */
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from 'urql';
import { CloseCode, createClient as createSocket, type Client as Socket } from 'graphql-ws';
import { send, session, visitor } from './browser';
import { connection, type LiveState } from './connection';
import { ENDPOINT } from './transport';

export function createShopClient(): Client {
  const socket = createShopSocket();
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
            let cancelled = false;
            let unsubscribe = () => {};
            let renewals = 0;
            const start = () => {
              unsubscribe = socket.subscribe(
                { query: query ?? '', variables: variables ?? {} },
                {
                  next: (value) => {
                    renewals = 0;
                    sink.next(value as Parameters<typeof sink.next>[0]);
                  },
                  complete: () => sink.complete(),
                  error: async (error) => {
                    if (cancelled) return;
                    // The server ends a socket whose token expired; a renewed one may carry on where it stopped.
                    if (closedWith(error, CloseCode.Unauthorized) && renewals++ < 3) {
                      const refused = session.current?.accessToken;
                      try {
                        if (refused && (await session.replace(refused)) && !cancelled) return start();
                      } catch {
                        // Not reachable now: reported below, and the next try renews again.
                      }
                    }
                    sink.error(error);
                  },
                },
              );
            };
            start();
            return {
              unsubscribe: () => {
                cancelled = true;
                unsubscribe();
              },
            };
          },
        }),
      }),
    ],
  });
}

/** The socket of an earlier shopper may close after the present one's has opened; only the latest is reported. */
let latest = 0;

function createShopSocket(): Socket {
  latest += 1;
  const generation = latest;
  const report = (state: LiveState) => {
    if (generation === latest) connection.set(state);
  };
  return createSocket({
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
      const visitorId = token ? visitor.current : await visitor.ensure();
      return { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(visitorId ? { visitorId } : {}) };
    },
    on: {
      connecting: (isRetry) => report(isRetry ? 'reconnecting' : 'connecting'),
      connected: () => report('live'),
      closed: (event) => report((event as CloseEvent).code === 1000 ? 'idle' : 'reconnecting'),
    },
  });
}

function closedWith(error: unknown, code: number): boolean {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === code;
}
