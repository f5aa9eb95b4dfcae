/** What this browser remembers about products for each shopper: liked, passed on, looked at. */
import { useCallback } from 'react';
import { useShopper } from '../shell/shopper';
import { readStored, useStored, writeStored } from '../ui/stored';
import { record } from './record';

/** The list that led to a product, and the place in it from 0 where that is known. */
export interface Recommended {
  recommendationId: string;
  position?: number;
}

const NONE: readonly string[] = [];
const MOST_REMEMBERED = 200;
const RECENT = 24;

const keyOf = (kind: 'liked' | 'dismissed' | 'recent', owner: string | null) => `shelfwise.${kind}.${owner ?? 'nobody'}`;

const withFirst = (list: readonly string[], id: string, most: number): string[] =>
  [id, ...list.filter((entry) => entry !== id)].slice(0, most);

export function useMarks() {
  const { id: owner } = useShopper();
  const [liked] = useStored(keyOf('liked', owner), NONE);
  const [dismissed] = useStored(keyOf('dismissed', owner), NONE);

  const toggleLike = useCallback(
    (product: { id: string; name: string }, recommended?: Recommended) => {
      const key = keyOf('liked', owner);
      const before = readStored(key, NONE);
      const likes = !before.includes(product.id);
      writeStored(key, likes ? withFirst(before, product.id, MOST_REMEMBERED) : before.filter((id) => id !== product.id));
      record({ type: likes ? 'LIKE' : 'UNLIKE', productId: product.id, ...recommended }, product.name);
      return likes;
    },
    [owner],
  );
  const dismiss = useCallback(
    (product: { id: string; name: string }, recommended?: Recommended) => {
      const key = keyOf('dismissed', owner);
      writeStored(key, withFirst(readStored(key, NONE), product.id, MOST_REMEMBERED));
      record({ type: 'DISMISS', productId: product.id, ...recommended }, product.name);
    },
    [owner],
  );
  return { liked, dismissed, toggleLike, dismiss };
}

export function useRecent() {
  const { id: owner } = useShopper();
  const [recent] = useStored(keyOf('recent', owner), NONE);
  const remember = useCallback(
    (productId: string) => {
      const key = keyOf('recent', owner);
      writeStored(key, withFirst(readStored(key, NONE), productId, RECENT));
    },
    [owner],
  );
  return { recent, remember };
}
