import { describe, expect, it, vi } from 'vitest';
import { createTransport } from './transport';

const answer = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const refusal = () => answer({ errors: [{ message: 'expired', extensions: { code: 'TOKEN_EXPIRED' } }] });

function setup(token: string | null, answers: Response[]) {
  const requests: Headers[] = [];
  const replace = vi.fn(async () => 'renewed' as string | null);
  const ensure = vi.fn(async () => 'visitor-1');
  const send = createTransport({
    fetch: async (_input, init) => {
      requests.push(new Headers(init?.headers));
      return answers.shift() ?? answer({ data: {} });
    },
    session: { accessToken: async () => token, replace },
    visitor: { ensure, current: 'visitor-1' },
    cartToken: { current: 'cart-1' },
  });
  return { send, requests, replace, ensure };
}

describe('the way to the API', () => {
  it('names the visitor when nobody is signed in', async () => {
    const { send, requests, ensure } = setup(null, []);
    await send('/graphql', { method: 'POST' });
    expect(ensure).toHaveBeenCalled();
    expect(requests[0]?.get('x-visitor-id')).toBe('visitor-1');
    expect(requests[0]?.has('authorization')).toBe(false);
  });

  it('opens the cart of a guest, of nobody else, and any other the caller names', async () => {
    const guest = setup(null, []);
    await guest.send('/graphql', { method: 'POST' });
    await guest.send('/graphql', { method: 'POST', headers: { 'X-Cart-Token': 'cart-0' } });
    expect(guest.requests.map((headers) => headers.get('x-cart-token'))).toEqual(['cart-1', 'cart-0']);
    const user = setup('token', []);
    await user.send('/graphql', { method: 'POST' });
    expect(user.requests[0]?.has('x-cart-token')).toBe(false);
  });

  it('repeats a request once with a renewed token', async () => {
    const { send, requests, replace } = setup('old', [refusal(), answer({ data: { ok: true } })]);
    const response = await send('/graphql', { method: 'POST' });
    expect(await response.json()).toEqual({ data: { ok: true } });
    expect(requests.map((headers) => headers.get('authorization'))).toEqual(['Bearer old', 'Bearer renewed']);
    expect(replace).toHaveBeenCalledWith('old');
    expect(requests.some((headers) => headers.has('x-visitor-id'))).toBe(false);
  });

  it('does not repeat for ever', async () => {
    const { send, requests } = setup('old', [refusal(), refusal(), refusal()]);
    await send('/graphql', { method: 'POST' });
    expect(requests).toHaveLength(2);
  });

  it('leaves other errors to the caller, with the body unread', async () => {
    const { send, replace } = setup('old', [answer({ errors: [{ message: 'no', extensions: { code: 'FORBIDDEN' } }] })]);
    const response = await send('/graphql', { method: 'POST' });
    expect(replace).not.toHaveBeenCalled();
    expect(await response.json()).toMatchObject({ errors: [{ message: 'no' }] });
  });
});
