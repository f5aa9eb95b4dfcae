/** Keeps the For-you shelf in step with the server: a subscription, with a plain query when sockets do not get through. */
import { useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { visitor } from '../api/browser';
import { failureCode } from '../api/errors';
import { ForYouDocument, ForYouLiveDocument, type ForYouLiveSubscriptionVariables } from '../gql/graphql';
import { type Deed, onDeed } from '../signals/record';
import { EMPTY_SHELF, reduceShelf, type Shelf } from './shelf-reducer';

/** Without a first list by then, the shelf asks over HTTP. */
const PATIENCE_MS = 3_000;

export interface LiveShelf extends Shelf {
  error: CombinedError | undefined;
  retry: () => void;
}

export function useLiveShelf(
  question: Omit<ForYouLiveSubscriptionVariables, 'userId'>,
  userId: string | null,
): LiveShelf {
  const client = useClient();
  const [shelf, dispatch] = useReducer(reduceShelf, EMPTY_SHELF);
  const [error, setError] = useState<CombinedError>();
  const [attempt, setAttempt] = useState(0);
  const lastDeed = useRef<Deed | null>(null);
  const key = JSON.stringify(question);
  const asked = useMemo(() => JSON.parse(key) as typeof question, [key]);

  useEffect(() => onDeed((deed) => {
    lastDeed.current = deed;
  }), []);

  useEffect(() => {
    if (!userId) return;
    const variables = { ...asked, userId };
    let answered = false;
    dispatch({ kind: 'asked-anew' });
    const live = client.subscription(ForYouLiveDocument, variables).subscribe(({ data, error: failure }) => {
      if (data) {
        answered = true;
        setError(undefined);
        dispatch({
          kind: 'received',
          update: data.recommendationUpdates,
          lastDeed: lastDeed.current,
          at: Date.now(),
        });
      } else if (failure) {
        // The server has forgotten this visitor: be a new one rather than show an error for it.
        if (failureCode(failure) === 'NOT_FOUND' && visitor.current === userId) visitor.forget(userId);
        else setError(failure);
      }
    });
    const fallback = setTimeout(() => {
      if (answered) return;
      void client
        .query(ForYouDocument, variables, { requestPolicy: 'network-only' })
        .toPromise()
        .then(({ data }) => {
          if (answered || !data) return;
          dispatch({
            kind: 'received',
            update: {
              sequence: -1,
              trigger: 'SUBSCRIBED',
              addedProductIds: [],
              removedProductIds: [],
              result: data.recommendations,
            },
            lastDeed: null,
            at: Date.now(),
          });
        });
    }, PATIENCE_MS);
    return () => {
      clearTimeout(fallback);
      live.unsubscribe();
    };
  }, [client, asked, userId, attempt]);

  return {
    ...shelf,
    error,
    retry: () => {
      setError(undefined);
      setAttempt((count) => count + 1);
    },
  };
}
