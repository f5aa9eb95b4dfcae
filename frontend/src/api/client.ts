/** The urql client: cached queries over HTTP, subscriptions over graphql-transport-ws. */
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from 'urql';
import { CloseCode, createClient as createSocket, type Client as Socket } from 'graphql-ws';
import { send, session, visitor } from './browser';
import { connection } from './connection';
import { ENDPOINT } from './transport';

export interface ShopClient {
  client: Client;
  dispose(): void;
}

export function createShopClient(): ShopClient {
  const socket = createShopSocket();
  const client = new Client({
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
  return { client, dispose: () => void socket.dispose() };
}

function createShopSocket(): Socket {
  return createSocket({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${ENDPOINT}`,
    lazy: true,
    keepAlive: 15_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
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
      connecting: (isRetry) => connection.set(isRetry ? 'reconnecting' : 'connecting'),
      connected: () => connection.set('live'),
      closed: (event) => connection.set((event as CloseEvent).code === 1000 ? 'idle' : 'reconnecting'),
    },
  });
}

function closedWith(error: unknown, code: number): boolean {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === code;
}
