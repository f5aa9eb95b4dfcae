import { describe, expect, it, vi } from 'vitest';
import { subscribeRenewing } from './renewing';

type Listener = { next(value: unknown): void; error(error: unknown): void; complete(): void };

function setup(replace = async (_refused: string): Promise<string | null> => 'renewed') {
  const started: Listener[] = [];
  const socket = {
    subscribe: vi.fn((_payload: unknown, sink: Listener) => {
      started.push(sink);
      return () => sink.complete();
    }),
    terminate: vi.fn(),
  };
  const sink = { next: vi.fn(), error: vi.fn(), complete: vi.fn() };
  const stop = subscribeRenewing(socket as never, { query: 'subscription { a }' }, sink, {
    token: () => 'old',
    replace,
  });
  const latest = () => {
    const listener = started.at(-1);
    if (!listener) throw new Error('nothing was started');
    return listener;
  };
  return { socket, sink, stop, latest };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const refusal = { errors: [{ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } }] };

describe('a subscription whose token expires', () => {
  it('goes on under a renewed token after an error in the stream', async () => {
    const { socket, sink, latest } = setup();
    latest().next({ data: 1 });
    const first = latest();
    first.next(refusal);
    first.complete();
    await settle();
    expect(socket.terminate).toHaveBeenCalledTimes(1);
    latest().next({ data: 2 });
    expect(sink.next.mock.calls).toEqual([[{ data: 1 }], [{ data: 2 }]]);
    expect(sink.complete).not.toHaveBeenCalled();
  });

  it('goes on when the socket was closed for it', async () => {
    const { socket, sink, latest } = setup();
    latest().error({ code: 4401 });
    await settle();
    expect(socket.subscribe).toHaveBeenCalledTimes(2);
    expect(sink.error).not.toHaveBeenCalled();
  });

  it('says so when no other token is to be had', async () => {
    const { sink, latest } = setup(async () => null);
    latest().error({ code: 4401 });
    await settle();
    expect(sink.error).toHaveBeenCalledWith({ code: 4401 });
  });

  it('gives up when every new token is refused too', async () => {
    const { socket, sink, latest } = setup();
    for (let round = 0; round < 5; round += 1) {
      latest().error({ code: 4401 });
      await settle();
    }
    expect(socket.subscribe).toHaveBeenCalledTimes(4);
    expect(sink.error).toHaveBeenCalledTimes(1);
  });

  it('leaves other errors alone', async () => {
    const { socket, sink, latest } = setup();
    latest().error({ code: 4403 });
    await settle();
    expect(sink.error).toHaveBeenCalled();
    expect(socket.subscribe).toHaveBeenCalledTimes(1);
  });

  it('stays quiet once stopped, even if a renewal is under way', async () => {
    const { socket, sink, stop, latest } = setup();
    latest().error({ code: 4401 });
    stop();
    await settle();
    expect(socket.subscribe).toHaveBeenCalledTimes(1);
    expect(sink.error).not.toHaveBeenCalled();
  });
});
