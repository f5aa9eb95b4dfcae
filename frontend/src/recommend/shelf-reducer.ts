/** What the For-you shelf shows: the latest list, what came and went, and what moved it. */
import type { RecommendationListFragment, UpdateTrigger } from '../gql/graphql';
import type { Deed } from '../signals/record';

export interface ShelfUpdate {
  sequence: number;
  trigger: UpdateTrigger;
  addedProductIds: readonly string[];
  removedProductIds: readonly string[];
  result: RecommendationListFragment;
}

export interface Shelf {
  list: RecommendationListFragment | null;
  sequence: number;
  /** Products of the latest list that were not in the one before; empty for a first list. */
  arrived: ReadonlySet<string>;
  departed: number;
  cause: Cause | null;
  updatedAt: number | null;
}

export type Cause =
  | { kind: 'deed'; deed: Deed }
  | { kind: 'activity' }
  | { kind: 'model' }
  | { kind: 'shop' }
  | { kind: 'catalogue' }
  | { kind: 'stock' }
  | { kind: 'experiment' };

export type ShelfAction =
  | { kind: 'asked-anew' }
  | { kind: 'received'; update: ShelfUpdate; lastDeed: Deed | null; at: number };

export const EMPTY_SHELF: Shelf = {
  list: null,
  sequence: -1,
  arrived: new Set(),
  departed: 0,
  cause: null,
  updatedAt: null,
};

/** An update this long after a deed is unlikely to be its doing. */
export const DEED_MEMORY_MS = 8_000;

export function reduceShelf(shelf: Shelf, action: ShelfAction): Shelf {
  if (action.kind === 'asked-anew') {
    // The old list stays on screen until the first answer to the new question.
    return { ...shelf, sequence: -1, arrived: new Set(), departed: 0, cause: null, updatedAt: null };
  }
  const { update, lastDeed, at } = action;
  const first = update.trigger === 'SUBSCRIBED';
  // A reconnected socket starts counting again; anything else that is not newer has been overtaken.
  if (!first && update.sequence <= shelf.sequence) return shelf;
  const before = new Set(shelf.list?.items.map((item) => item.product.id));
  const now = new Set(update.result.items.map((item) => item.product.id));
  const quiet = shelf.list === null;
  return {
    list: update.result,
    sequence: update.sequence,
    arrived: quiet ? new Set() : new Set([...now].filter((id) => !before.has(id))),
    departed: quiet ? 0 : [...before].filter((id) => !now.has(id)).length,
    cause: first ? null : causeOf(update, shelf.list, lastDeed, at),
    updatedAt: first ? null : at,
  };
}

function causeOf(
  { trigger, result }: ShelfUpdate,
  before: RecommendationListFragment | null,
  lastDeed: Deed | null,
  at: number,
): Cause {
  switch (trigger) {
    case 'MODEL_TRAINED':
      // The shop's own rules come into force the way a model does, but the model stays the same.
      return { kind: before?.modelVersion === result.modelVersion ? 'shop' : 'model' };
    case 'CATALOG_CHANGED':
      return { kind: 'catalogue' };
    case 'STOCK_CHANGED':
      return { kind: 'stock' };
    case 'EXPERIMENT_CHANGED':
      return { kind: 'experiment' };
    default:
      return lastDeed && at - lastDeed.at <= DEED_MEMORY_MS ? { kind: 'deed', deed: lastDeed } : { kind: 'activity' };
  }
}

const DONE: Partial<Record<Deed['type'], string>> = {
  VIEW: 'you viewed',
  LIKE: 'you liked',
  UNLIKE: 'you no longer like',
  CART: 'you put in your basket',
  DISMISS: 'you passed on',
  PURCHASE: 'you bought',
};

export function describeCause(cause: Cause): { text: string; product?: string } {
  switch (cause.kind) {
    case 'deed':
      return { text: `because ${DONE[cause.deed.type] ?? 'you looked at'}`, product: cause.deed.productName };
    case 'activity':
      return { text: 'after new activity of yours' };
    case 'model':
      return { text: 'with a freshly trained model' };
    case 'shop':
      return { text: 'because the shop rearranged its shelves' };
    case 'catalogue':
      return { text: 'after a change in the catalogue' };
    case 'stock':
      return { text: 'after a change in stock' };
    case 'experiment':
      return { text: 'because the running experiment changed' };
  }
}
