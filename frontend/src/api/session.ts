/**
 * The signed-in session of this browser: kept in storage, shared by every tab, and refreshed by one of them at a time.
 * A refresh token is worth one refresh: replaying it revokes the whole family, so the race between tabs has to be
 * closed rather than made unlikely.
 */
export type Role = 'CUSTOMER' | 'STAFF' | 'ADMIN';

export interface Account {
  id: string;
  displayName: string;
  role: Role;
}

export interface Session {
  accessToken: string;
  expiresAt: string;
  refreshToken: string;
  refreshExpiresAt: string;
  account: Account;
}

export interface SessionSurroundings {
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  /** Runs `work` while no other tab runs work under the same name. */
  exclusively<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Trades a refresh token for a session; `null` when the server refuses it, a rejection when it was not reached. */
  exchange(refreshToken: string): Promise<Session | null>;
  now(): number;
}

const STORAGE_KEY = 'shelfwise.session';
/** A token this close to its end would expire on the way. */
const EXPIRY_MARGIN_MS = 20_000;

export class SessionKeeper {
  #current: Session | null;
  #refreshing: Promise<Session | null> | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #surroundings: SessionSurroundings;

  constructor(surroundings: SessionSurroundings) {
    this.#surroundings = surroundings;
    this.#current = this.#stored();
  }

  get current(): Session | null {
    return this.#current;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  begin(session: Session): void {
    this.#surroundings.storage.setItem(STORAGE_KEY, JSON.stringify(session));
    this.#become(session);
  }

  end(): void {
    this.#surroundings.storage.removeItem(STORAGE_KEY);
    this.#become(null);
  }

  /** Keeps the session and changes what is shown of its owner. */
  rename(displayName: string): void {
    if (this.#current) {
      this.begin({ ...this.#current, account: { ...this.#current.account, displayName } });
    }
  }

  /** Takes over what another tab wrote. */
  adopt = (): void => this.#become(this.#stored());

  /** A token that is still good, refreshed first when it is about to expire. */
  async accessToken(): Promise<string | null> {
    const session = this.#current;
    if (!session) return null;
    const left = Date.parse(session.expiresAt) - this.#surroundings.now();
    if (left > EXPIRY_MARGIN_MS) return session.accessToken;
    return this.replace(session.accessToken);
  }

  /** A token other than `refused`; `null` when the session is over. */
  async replace(refused: string): Promise<string | null> {
    this.#refreshing ??= this.#refresh(refused).finally(() => {
      this.#refreshing = null;
    });
    return (await this.#refreshing)?.accessToken ?? null;
  }

  #refresh(refused: string): Promise<Session | null> {
    return this.#surroundings.exclusively('shelfwise.refresh', async () => {
      const stored = this.#stored();
      // Another tab was faster, or signed out meanwhile.
      if (!stored || stored.accessToken !== refused) {
        this.#become(stored);
        return stored;
      }
      const renewed = await this.#surroundings.exchange(stored.refreshToken);
      // Someone signed out or switched account while the answer was on its way: their choice stands.
      const meanwhile = this.#stored();
      if (meanwhile?.refreshToken !== stored.refreshToken) {
        this.#become(meanwhile);
        return meanwhile;
      }
      if (renewed) this.begin(renewed);
      else this.end();
      return renewed;
    });
  }

  #stored(): Session | null {
    const text = this.#surroundings.storage.getItem(STORAGE_KEY);
    if (!text) return null;
    try {
      const value: unknown = JSON.parse(text);
      return isSession(value) ? value : null;
    } catch {
      return null;
    }
  }

  #become(session: Session | null): void {
    if (JSON.stringify(session) === JSON.stringify(this.#current)) return;
    this.#current = session;
    for (const listener of this.#listeners) listener();
  }
}

function isSession(value: unknown): value is Session {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<Session>;
  return (
    typeof candidate.accessToken === 'string' &&
    typeof candidate.refreshToken === 'string' &&
    typeof candidate.expiresAt === 'string' &&
    typeof candidate.account?.id === 'string'
  );
}
