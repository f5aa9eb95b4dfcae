/** Who is shopping in this tab, and the API client that belongs to them. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { Provider } from 'urql';
import { send, session, visitor } from '../api/browser';
import { createShopClient } from '../api/client';
import { request } from '../api/request';
import type { Account, Session } from '../api/session';
import { LogoutDocument } from '../gql/graphql';

export interface Shopper {
  account: Account | null;
  /** The id that stands for the shopper in recommendations; `null` until a visitor has been made. */
  id: string | null;
}

const ShopperContext = createContext<Shopper>({ account: null, id: null });

export const useShopper = (): Shopper => useContext(ShopperContext);

export function ShopperProvider({ children }: { children: ReactNode }) {
  const current = useSyncExternalStore(session.subscribe, () => session.current);
  const visitorId = useSyncExternalStore(visitor.subscribe, () => visitor.current);
  const owner = current?.account.id ?? 'visitor';
  const [shop, setShop] = useState(() => ({ owner, client: createShopClient() }));
  // Another shopper must not see the first one's cache, so each gets a client of their own.
  if (shop.owner !== owner) setShop({ owner, client: createShopClient() });

  useEffect(() => {
    if (current || visitorId) return;
    let cancelled = false;
    const attempt = () => {
      visitor.ensure().catch(() => {
        if (!cancelled) setTimeout(attempt, 3_000);
      });
    };
    attempt();
    return () => {
      cancelled = true;
    };
  }, [current, visitorId]);

  const shopper = useMemo<Shopper>(
    () => ({ account: current?.account ?? null, id: current?.account.id ?? visitorId }),
    [current, visitorId],
  );
  return (
    <ShopperContext value={shopper}>
      <Provider value={shop.client} key={shop.owner}>
        {children}
      </Provider>
    </ShopperContext>
  );
}

export function signIn(tokens: Omit<Session, 'account'>, account: Account): void {
  session.begin({
    accessToken: tokens.accessToken,
    expiresAt: tokens.expiresAt,
    refreshToken: tokens.refreshToken,
    refreshExpiresAt: tokens.refreshExpiresAt,
    account: { id: account.id, displayName: account.displayName, role: account.role },
  });
}

/** After signing in as a real person the visitor is theirs; whoever comes after them starts as a new one. */
export function handOverVisitor(): void {
  if (visitor.current) visitor.forget(visitor.current);
}

export async function signOut(): Promise<void> {
  try {
    await request(send, LogoutDocument, {});
  } catch {
    // Signing out here must work offline too; the server's side ends with the token.
  }
  session.end();
}
