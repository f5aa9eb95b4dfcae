/** The one place that ties the API layer to this browser. */
import { CreateVisitorDocument, RefreshSessionDocument } from '../gql/graphql';
import { CART_TOKEN_KEY, CartToken } from '../cart/token';
import { request } from './request';
import { SessionKeeper } from './session';
import { createTransport } from './transport';
import { VisitorKeeper } from './visitor';

/** Speaks for nobody. */
export const anonymousFetch: typeof fetch = (input, init) => globalThis.fetch(input, init);

/** Runs `work` while no other tab runs work under the same name. */
export function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  // Web Locks exist in secure contexts only; on plain http from another host the tab lock has to do.
  return navigator.locks ? (navigator.locks.request(name, work) as Promise<T>) : work();
}

export const session = new SessionKeeper({
  storage: localStorage,
  exclusively,
  now: () => Date.now(),
  exchange: async (refreshToken) => {
    const { sessionRefresh } = await request(anonymousFetch, RefreshSessionDocument, { refreshToken });
    return sessionRefresh.session && sessionRefresh.user
      ? { ...sessionRefresh.session, account: sessionRefresh.user }
      : null;
  },
});

export const visitor = new VisitorKeeper({
  storage: localStorage,
  exclusively,
  create: async () => {
    const { visitorCreate } = await request(anonymousFetch, CreateVisitorDocument, {});
    if (!visitorCreate.visitor) throw new Error(visitorCreate.userErrors[0]?.message ?? 'no visitor was created');
    return visitorCreate.visitor.id;
  },
});

export const cartToken = new CartToken({ storage: localStorage });

export const send = createTransport({ fetch: anonymousFetch, session, visitor, cartToken });

addEventListener('storage', (event) => {
  if (event.key === 'shelfwise.session' || event.key === null) session.adopt();
  if (event.key === 'shelfwise.visitor' || event.key === null) visitor.changed();
  if (event.key === CART_TOKEN_KEY || event.key === null) cartToken.changed();
});
