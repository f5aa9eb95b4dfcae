import { describe, expect, it } from 'vitest';
import { boostWords, changesOf, draftOf, filterOf, greenWords, moved, ruleErrors, type RulesDraft, varietyWords, withoutErrorsOf } from './rules';

const product = (id: string) => ({ id, slug: id, name: `Product ${id}`, images: [], availableQuantity: 3 });

const saved = draftOf({
  diversity: 0.2,
  sustainabilityBoost: 0,
  maxPerCategory: 3,
  newProductSlots: 1,
  pinnedProducts: [product('a'), product('b')],
  boostedProducts: [{ product: product('c'), by: 0.5 }],
  updatedAt: null,
});
const edited = (change: Partial<RulesDraft>): RulesDraft => ({ ...saved, ...change });

describe('rules that are being edited', () => {
  it('send nothing when nothing changed, however it was typed', () => {
    expect(changesOf(saved, saved)).toEqual({});
    expect(changesOf(saved, edited({ maxPerCategory: ' 3', boosted: [{ product: product('c'), by: '0.50' }] }))).toEqual({});
  });

  it('send a field that changed and no other', () => {
    expect(changesOf(saved, edited({ diversity: 0.4 }))).toEqual({ diversity: 0.4 });
    expect(changesOf(saved, edited({ newProductSlots: '0' }))).toEqual({ newProductSlots: 0 });
  });

  it('lift the limit when its field is emptied', () => {
    expect(changesOf(saved, edited({ maxPerCategory: '' }))).toEqual({ maxPerCategory: null });
  });

  it('send a list as a whole when its order or a factor changed', () => {
    expect(changesOf(saved, edited({ pinned: moved(saved.pinned, 1, 0) }))).toEqual({ pinnedProductIds: ['b', 'a'] });
    expect(changesOf(saved, edited({ boosted: [{ product: product('c'), by: '1' }] }))).toEqual({
      boostedProducts: [{ productId: 'c', by: 1 }],
    });
  });
});

describe('a list as the draft would have it', () => {
  it('is asked for with the changes alone', () => {
    expect(filterOf(saved, saved)).toEqual({});
    expect(filterOf(saved, edited({ pinned: [], sustainabilityBoost: 1 }))).toEqual({
      pinnedProductIds: [],
      sustainabilityBoost: 1,
    });
  });

  it('has no limit where the draft has none, although the shop still does', () => {
    expect(filterOf(saved, edited({ maxPerCategory: '' }))).toEqual({ maxPerCategory: 100 });
  });

  it('does without a boost that the draft takes away', () => {
    expect(filterOf(saved, edited({ boosted: [{ product: product('d'), by: '2' }] }))).toEqual({
      boostedProducts: [
        { productId: 'd', by: 2 },
        { productId: 'c', by: 0 },
      ],
    });
  });

  it('is none while a value is out of bounds', () => {
    expect(filterOf(saved, edited({ maxPerCategory: '0' }))).toBeNull();
    expect(filterOf(saved, edited({ newProductSlots: '1.5' }))).toBeNull();
    expect(filterOf(saved, edited({ boosted: [{ product: product('c'), by: '11' }] }))).toBeNull();
  });
});

describe('moving', () => {
  it('puts one in another place and keeps the others in order', () => {
    expect(moved(['a', 'b', 'c', 'd'], 0, 2)).toEqual(['b', 'c', 'a', 'd']);
    expect(moved(['a', 'b', 'c', 'd'], 3, 2)).toEqual(['a', 'b', 'd', 'c']);
  });

  it('stops at both ends', () => {
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 1, 2)).toEqual(['a', 'b']);
  });
});

describe('refusals', () => {
  const refuse = (...path: string[]) => ({ message: path.join('.'), path: ['input', ...path], code: 'INVALID' });
  const sent = { pinnedProductIds: ['a', 'b'], boostedProducts: [{ productId: 'c', by: 11 }] };

  it('are said at the field they name', () => {
    const { fields, general } = ruleErrors([refuse('diversity'), refuse('pinnedProductIds')], sent);
    expect(fields).toEqual({ diversity: 'diversity', pinnedProductIds: 'pinnedProductIds' });
    expect(general).toEqual([]);
  });

  it('are said at the product whose place they name', () => {
    const { fields, pinned, boosted } = ruleErrors(
      [refuse('pinnedProductIds', '1'), refuse('boostedProducts', '0', 'by')],
      sent,
    );
    expect(pinned).toEqual({ b: 'pinnedProductIds.1' });
    expect(boosted).toEqual({ c: 'boostedProducts.0.by' });
    expect(fields).toEqual({});
  });

  it('are forgotten once their field is changed, and those of other fields are not', () => {
    const errors = ruleErrors([refuse('diversity'), refuse('maxPerCategory'), refuse('pinnedProductIds', '1')], sent);
    expect(withoutErrorsOf(errors, { maxPerCategory: '3' })).toEqual({
      fields: { diversity: 'diversity' },
      pinned: { b: 'pinnedProductIds.1' },
      boosted: {},
      general: [],
    });
    expect(withoutErrorsOf(errors, { pinned: [] }).pinned).toEqual({});
  });

  it('are said beside the button when they name nothing in it', () => {
    expect(ruleErrors([{ message: 'no', path: null, code: 'INVALID' }], sent).general).toEqual(['no']);
  });
});

describe('words for numbers', () => {
  it('tell both ends of a scale apart', () => {
    expect(varietyWords(0)).toBe('Only what fits best');
    expect(varietyWords(1)).toBe('As varied as can be');
    expect(greenWords(0)).not.toBe(greenWords(0.05));
  });

  it('say what a factor adds, and nothing while there is none', () => {
    expect(boostWords('0.5')).toBe('+50%');
    expect(boostWords('')).toBeNull();
  });
});
