/** One way to the API: adds who is asking to a request and repairs an expired token once. */
import type { SessionKeeper } from './session';
import type { VisitorKeeper } from './visitor';

export const ENDPOINT = '/graphql';
/** The header with the key to a guest's cart. */
export const CART_TOKEN = 'x-cart-token';

export interface TransportSurroundings {
  fetch: typeof fetch;
  session: Pick<SessionKeeper, 'accessToken' | 'replace'>;
  visitor: Pick<VisitorKeeper, 'ensure' | 'current'>;
  cartToken: { readonly current: string | null };
}

/** What the server says about a bearer token it does not take. */
const TOKEN_REFUSALS = new Set(['UNAUTHENTICATED', 'TOKEN_EXPIRED', 'TOKEN_INVALID']);

export function createTransport({ fetch, session, visitor, cartToken }: TransportSurroundings): typeof globalThis.fetch {
  const attempt = (input: RequestInfo | URL, init: RequestInit | undefined, token: string | null) => {
    const headers = new Headers(init?.headers);
    // What is done under an account is the account's alone, whoever used this browser before.
    if (token) headers.set('authorization', `Bearer ${token}`);
    else if (visitor.current) headers.set('x-visitor-id', visitor.current);
    // A caller may name a cart of their own: the one that became an order.
    if (!token && cartToken.current && !headers.has(CART_TOKEN)) headers.set(CART_TOKEN, cartToken.current);
    return fetch(input, { ...init, headers });
  };

  return async (input, init) => {
    const token = await session.accessToken();
    if (!token) {
      await visitor.ensure();
      return attempt(input, init, null);
    }
    const response = await attempt(input, init, token);
    if (!(await refusesToken(response))) return response;
    const renewed = await session.replace(token);
    return renewed ? attempt(input, init, renewed) : response;
  };
}

async function refusesToken(response: Response): Promise<boolean> {
  if (response.status === 401) return true;
  try {
    const body: unknown = await response.clone().json();
    return errorCodes(body).some((code) => TOKEN_REFUSALS.has(code));
  } catch {
    return false;
  }
}

function errorCodes(body: unknown): string[] {
  const errors = (body as { errors?: unknown } | null)?.errors;
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: { extensions?: { code?: unknown } }) =>
    typeof error?.extensions?.code === 'string' ? [error.extensions.code] : [],
  );
}
