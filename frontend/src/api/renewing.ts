/** A subscription that outlives its access token: when the server ends it for that, it goes on under a renewed one. */
import { CloseCode, type Client as Socket, type SubscribePayload } from 'graphql-ws';

export interface Sink<Value> {
  next(value: Value): void;
  error(error: unknown): void;
  complete(): void;
}

interface Answer {
  errors?: readonly { extensions?: { code?: unknown } }[] | undefined;
}

export interface Renewal {
  /** The token in use, or `null` for nobody. */
  token(): string | null;
  /** A token other than the refused one; `null` when there is none to be had. */
  replace(refused: string): Promise<string | null>;
}

/** Refusals in a row, after which the fault is not the token's age. */
const MOST_RENEWALS = 3;

export function subscribeRenewing<Value extends Answer>(
  socket: Pick<Socket, 'subscribe' | 'terminate'>,
  payload: SubscribePayload,
  sink: Sink<Value>,
  renewal: Renewal,
): () => void {
  let cancelled = false;
  let unsubscribe = () => {};
  let refusals = 0;

  const goOn = async (): Promise<boolean> => {
    const refused = renewal.token();
    refusals += 1;
    if (refused === null || refusals > MOST_RENEWALS) return false;
    const renewed = await renewal.replace(refused).catch(() => null);
    if (renewed === null || cancelled) return false;
    unsubscribe();
    // The open socket still speaks with the old token.
    socket.terminate();
    start();
    return true;
  };

  const start = () => {
    let ended = false;
    const endUnlessRenewed = (end: () => void) => {
      ended = true;
      void goOn().then((going) => {
        if (!going && !cancelled) end();
      });
    };
    unsubscribe = socket.subscribe(payload, {
      next: (value) => {
        if (ended || cancelled) return;
        const answer = value as Value;
        if (answer.errors?.some(isRefusal)) {
          endUnlessRenewed(() => {
            sink.next(answer);
            sink.complete();
          });
          return;
        }
        refusals = 0;
        sink.next(answer);
      },
      complete: () => {
        if (!ended && !cancelled) sink.complete();
      },
      error: (error) => {
        if (ended || cancelled) return;
        if (closedWith(error, CloseCode.Unauthorized) || (Array.isArray(error) && error.some(isRefusal))) {
          endUnlessRenewed(() => sink.error(error));
        } else {
          ended = true;
          sink.error(error);
        }
      },
    });
  };

  start();
  return () => {
    cancelled = true;
    unsubscribe();
  };
}

const isRefusal = (error: { extensions?: { code?: unknown } } | null | undefined): boolean =>
  error?.extensions?.code === 'UNAUTHENTICATED';

export function closedWith(error: unknown, code: number): boolean {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === code;
}
