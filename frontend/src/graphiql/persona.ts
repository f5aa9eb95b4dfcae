/** Who GraphiQL acts as. Kept apart from the shop's session: trying things as an administrator must not sign the shop in. */
import { CreateVisitorDocument, LoginDocument, RefreshSessionDocument } from '../gql/graphql';
import { request } from '../api/request';
import { SessionKeeper } from '../api/session';
import { createTransport } from '../api/transport';
import { VisitorKeeper } from '../api/visitor';
import { carriedOver } from './carried';

const plainFetch: typeof fetch = (input, init) => globalThis.fetch(input, init);
// Each tab of GraphiQL is someone of its own, so one tab's lock is enough.
const alone = <T>(_name: string, work: () => Promise<T>): Promise<T> => work();

export const session = new SessionKeeper({
  storage: sessionStorage,
  exclusively: alone,
  now: () => Date.now(),
  exchange: async (refreshToken) => {
    const { sessionRefresh } = await request(plainFetch, RefreshSessionDocument, { refreshToken });
    return sessionRefresh.session && sessionRefresh.user
      ? { ...sessionRefresh.session, account: sessionRefresh.user }
      : null;
  },
});

export const visitor = new VisitorKeeper({
  // The visitor is the one of the shop in this browser, so that looking around there shows here.
  storage: localStorage,
  exclusively: alone,
  create: async () => {
    const { visitorCreate } = await request(plainFetch, CreateVisitorDocument, {});
    if (!visitorCreate.visitor) throw new Error(visitorCreate.userErrors[0]?.message ?? 'no visitor was created');
    return visitorCreate.visitor.id;
  },
});

const signed = createTransport({ fetch: plainFetch, session, visitor, cartToken: carriedOver.cartToken });

/** Tokens this page has put into header editors; a stale one of these is replaced, one typed by hand is respected. */
const issued = new Set<string>();
export const noteIssued = (token: string): void => void issued.add(`Bearer ${token}`);

export const personaFetch: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  const typed = headers.get('authorization');
  if (typed !== null && !issued.has(typed)) return noted(plainFetch(input, init));
  headers.delete('authorization');
  return noted(signed(input, { ...init, headers }));
};

/** Keeps what the next example needs of an answer. */
async function noted(answer: Promise<Response>): Promise<Response> {
  const response = await answer;
  try {
    carriedOver.note(((await response.clone().json()) as { data?: unknown } | null)?.data);
  } catch {
    // Not an answer of the API, or one that arrives in pieces: nothing to keep.
  }
  return response;
}

export async function become(email: string, password: string): Promise<void> {
  const { login } = await request(plainFetch, LoginDocument, { input: { email, password } });
  if (!login.session || !login.user) throw new Error(login.userErrors[0]?.message ?? 'the account was refused');
  session.begin({ ...login.session, account: login.user });
}
