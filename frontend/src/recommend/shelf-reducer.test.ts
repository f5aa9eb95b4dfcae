import { describe, expect, it } from 'vitest';
import type { UpdateTrigger } from '../gql/graphql';
import { DEED_MEMORY_MS, describeCause, EMPTY_SHELF, reduceShelf, type Shelf, type ShelfUpdate } from './shelf-reducer';

const update = (
  sequence: number,
  ids: string[],
  trigger: UpdateTrigger = 'INTERACTION',
  modelVersion = 'first',
): ShelfUpdate => ({
  sequence,
  trigger,
  addedProductIds: [],
  removedProductIds: [],
  result: { modelVersion, items: ids.map((id) => ({ product: { id } })) } as unknown as ShelfUpdate['result'],
});
const receive = (shelf: Shelf, next: ShelfUpdate, at = 1_000) =>
  reduceShelf(shelf, { kind: 'received', update: next, lastDeed: null, at });
const ids = (shelf: Shelf) => shelf.list?.items.map((item) => item.product.id);

describe('the live shelf', () => {
  it('shows a first list without calling anything new', () => {
    const shelf = receive(EMPTY_SHELF, update(1, ['a', 'b'], 'SUBSCRIBED'));
    expect(ids(shelf)).toEqual(['a', 'b']);
    expect(shelf.arrived.size).toBe(0);
    expect(shelf.updatedAt).toBeNull();
  });

  it('knows what arrived and how many left', () => {
    const first = receive(EMPTY_SHELF, update(1, ['a', 'b', 'c'], 'SUBSCRIBED'));
    const second = receive(first, update(2, ['d', 'a', 'e']));
    expect([...second.arrived]).toEqual(['d', 'e']);
    expect(second.departed).toBe(2);
    expect(second.updatedAt).toBe(1_000);
  });

  it('ignores an update that was overtaken', () => {
    const first = receive(EMPTY_SHELF, update(5, ['a'], 'SUBSCRIBED'));
    expect(receive(first, update(4, ['z']))).toBe(first);
    expect(receive(first, update(5, ['z']))).toBe(first);
  });

  it('starts counting again after a reconnection and compares with what was on screen', () => {
    const first = receive(EMPTY_SHELF, update(9, ['a', 'b'], 'SUBSCRIBED'));
    const again = receive(first, update(1, ['a', 'c'], 'SUBSCRIBED'));
    expect(again.sequence).toBe(1);
    expect([...again.arrived]).toEqual(['c']);
  });

  it('keeps the old list while a new question is being answered', () => {
    const first = receive(EMPTY_SHELF, update(1, ['a'], 'SUBSCRIBED'));
    const asked = reduceShelf(first, { kind: 'asked-anew' });
    expect(ids(asked)).toEqual(['a']);
    expect(receive(asked, update(0, ['b'], 'SUBSCRIBED')).sequence).toBe(0);
  });

  it('credits the deed that was just done, and no older one', () => {
    const deed = { type: 'LIKE', productId: 'p', productName: 'Oak desk', at: 1_000 } as const;
    const first = receive(EMPTY_SHELF, update(1, ['a'], 'SUBSCRIBED'));
    const soon = reduceShelf(first, { kind: 'received', update: update(2, ['b']), lastDeed: deed, at: 1_500 });
    expect(soon.cause && describeCause(soon.cause)).toEqual({ text: 'because you liked', product: 'Oak desk' });
    const late = reduceShelf(first, {
      kind: 'received',
      update: update(2, ['b']),
      lastDeed: deed,
      at: 1_001 + DEED_MEMORY_MS,
    });
    expect(late.cause).toEqual({ kind: 'activity' });
  });

  it('does not credit a deed for a newly trained model', () => {
    const deed = { type: 'VIEW', productId: 'p', productName: 'Oak desk', at: 1_000 } as const;
    const first = receive(EMPTY_SHELF, update(1, ['a'], 'SUBSCRIBED'));
    const next = update(2, ['b'], 'MODEL_TRAINED', 'second');
    const shelf = reduceShelf(first, { kind: 'received', update: next, lastDeed: deed, at: 1_100 });
    expect(shelf.cause).toEqual({ kind: 'model' });
  });

  it('knows the shop’s rules from a new model by the model that stayed', () => {
    const first = receive(EMPTY_SHELF, update(1, ['a'], 'SUBSCRIBED'));
    expect(receive(first, update(2, ['b', 'a'], 'MODEL_TRAINED')).cause).toEqual({ kind: 'shop' });
  });
});
