import { describe, expect, it } from 'vitest';
import { activeFilters, readState, toFilter, toggleAttribute, toSort, writeState } from './filters';

const read = (text: string) => readState(new URLSearchParams(text));

describe('the address of a filtered page', () => {
  it('survives the way there and back', () => {
    const address = '?q=desk&brand=oak&brand=elm&tag=home&attr=colour%3Ablue&attr=colour%3Agreen&min=10&max=99.50&stock=1&grade=B&sort=-price&pages=3';
    expect(writeState(read(address))).toBe(address);
  });

  it('is empty for an unfiltered page', () => {
    expect(writeState(read(''))).toBe('');
    expect(activeFilters(read(''))).toBe(0);
  });

  it('drops what it does not understand', () => {
    const state = read('min=abc&max=-4&grade=Z&sort=magic&pages=-2&stock=yes');
    expect(state).toMatchObject({ minPrice: '', maxPrice: '', grade: null, sort: null, pages: 1, inStock: false });
  });

  it('bounds how many pages an address can open', () => {
    expect(read('pages=100000').pages).toBe(40);
  });
});

describe('what is asked of the server', () => {
  it('names only the filters that are set', () => {
    expect(toFilter(read(''), null)).toEqual({});
    expect(toFilter(read('max=20'), 'lamps')).toEqual({ categorySlugs: ['lamps'], price: { max: '20' } });
  });

  it('groups the chosen values of an attribute', () => {
    const state = read('attr=colour:blue&attr=fit:slim&attr=colour:green&attr=broken&attr=:x');
    expect(toFilter(state, null)).toEqual({
      attributes: [
        { key: 'colour', values: ['blue', 'green'] },
        { key: 'fit', values: ['slim'] },
      ],
    });
    expect(toggleAttribute(state, 'fit', 'slim')).toEqual([{ key: 'colour', values: ['blue', 'green'] }]);
    expect(toggleAttribute(state, 'colour', 'red')).toContainEqual({ key: 'colour', values: ['blue', 'green', 'red'] });
  });

  it('turns a grade into the score it starts at', () => {
    expect(toFilter(read('grade=B'), null)).toEqual({ minSustainabilityScore: 60 });
    expect(toFilter(read('grade=E'), null)).toEqual({});
  });

  it('sorts a search by relevance and a category by sales unless told otherwise', () => {
    expect(toSort(read('q=desk'))[0]?.field).toBe('RELEVANCE');
    expect(toSort(read(''))[0]?.field).toBe('BEST_SELLING');
    expect(toSort(read('q=desk&sort=price'))).toEqual([{ field: 'PRICE', direction: 'ASC' }]);
  });
});
