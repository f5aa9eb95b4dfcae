import { describe, expect, it, vi } from 'vitest';
import { type Session, SessionKeeper, type SessionSurroundings } from './session';

const NOW = Date.UTC(2026, 0, 1, 12);

function session(generation: number, expiresInMs = 600_000): Session {
  return {
    accessToken: `access-${generation}`,
    expiresAt: new Date(NOW + expiresInMs).toISOString(),
    refreshToken: `refresh-${generation}`,
    refreshExpiresAt: new Date(NOW + 86_400_000).toISOString(),
    account: { id: 'user-1', displayName: 'Ada', role: 'CUSTOMER' },
  };
}

/** A browser: one storage and one lock, any number of tabs. */
function browser() {
  const items = new Map<string, string>();
  let tail: Promise<unknown> = Promise.resolve();
  const exchange = vi.fn<SessionSurroundings['exchange']>(async (token) => session(Number(token.split('-')[1]) + 1));
  const surroundings: SessionSurroundings = {
    storage: {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, value),
      removeItem: (key) => void items.delete(key),
    },
    exclusively: (_name, work) => {
      const turn = tail.then(work);
      tail = turn.catch(() => undefined);
      return turn;
    },
    exchange,
    now: () => NOW,
  };
  return { items, exchange, tab: () => new SessionKeeper(surroundings) };
}

describe('the session', () => {
  it('hands out a token that is still good without asking the server', async () => {
    const { tab, exchange } = browser();
    const keeper = tab();
    keeper.begin(session(1));
    expect(await keeper.accessToken()).toBe('access-1');
    expect(exchange).not.toHaveBeenCalled();
  });

  it('refreshes a token that is about to expire', async () => {
    const { tab } = browser();
    const keeper = tab();
    keeper.begin(session(1, 5_000));
    expect(await keeper.accessToken()).toBe('access-2');
  });

  it('refreshes once for any number of requests that fail together', async () => {
    const { tab, exchange } = browser();
    const keeper = tab();
    keeper.begin(session(1));
    const tokens = await Promise.all([1, 2, 3, 4].map(() => keeper.replace('access-1')));
    expect(tokens).toEqual(['access-2', 'access-2', 'access-2', 'access-2']);
    expect(exchange).toHaveBeenCalledTimes(1);
  });

  it('refreshes once for two tabs', async () => {
    const { tab, exchange } = browser();
    const first = tab();
    first.begin(session(1));
    const second = tab();
    const tokens = await Promise.all([first.replace('access-1'), second.replace('access-1')]);
    expect(tokens).toEqual(['access-2', 'access-2']);
    expect(exchange).toHaveBeenCalledTimes(1);
  });

  it('ends when the server refuses the refresh token, and says so', async () => {
    const { tab, exchange, items } = browser();
    const keeper = tab();
    keeper.begin(session(1));
    exchange.mockResolvedValueOnce(null);
    const heard = vi.fn();
    keeper.subscribe(heard);
    expect(await keeper.replace('access-1')).toBeNull();
    expect(keeper.current).toBeNull();
    expect(items.size).toBe(0);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('survives a server that cannot be reached', async () => {
    const { tab, exchange } = browser();
    const keeper = tab();
    keeper.begin(session(1));
    exchange.mockRejectedValueOnce(new TypeError('failed to fetch'));
    await expect(keeper.replace('access-1')).rejects.toThrow('failed to fetch');
    expect(keeper.current?.refreshToken).toBe('refresh-1');
    expect(await keeper.replace('access-1')).toBe('access-2');
  });

  it('stays signed out when the shopper leaves during a refresh', async () => {
    const { tab, exchange } = browser();
    const keeper = tab();
    keeper.begin(session(1));
    exchange.mockImplementationOnce(async () => {
      keeper.end();
      return session(2);
    });
    expect(await keeper.replace('access-1')).toBeNull();
    expect(keeper.current).toBeNull();
  });

  it('ignores what it cannot read in storage', () => {
    const { items, tab } = browser();
    items.set('shelfwise.session', '{"accessToken":1}');
    expect(tab().current).toBeNull();
    items.set('shelfwise.session', 'not json');
    expect(tab().current).toBeNull();
  });
});
