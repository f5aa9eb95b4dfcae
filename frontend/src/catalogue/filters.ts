/** What is being browsed, as it stands in the address bar: a link to a filtered page shows the same page. */
import type { ProductFilter, ProductSort, SustainabilityGrade } from '../gql/graphql';

export type SortKey = 'relevance' | 'trending' | 'bestselling' | 'rating' | 'price' | '-price' | 'newest' | 'greenest';

export interface BrowseState {
  query: string;
  brands: string[];
  tags: string[];
  /** Values of one attribute are alternatives; different attributes must all fit. */
  attributes: { key: string; values: string[] }[];
  minPrice: string;
  maxPrice: string;
  inStock: boolean;
  grade: SustainabilityGrade | null;
  sort: SortKey | null;
  /** How many pages are open; returning to the address opens as many. */
  pages: number;
}

export const UNFILTERED = {
  brands: [],
  tags: [],
  attributes: [],
  minPrice: '',
  maxPrice: '',
  inStock: false,
  grade: null,
} satisfies Partial<BrowseState>;

export const PAGE_SIZE = 24;
export const MOST_PAGES = 40;

export const SORTS: readonly { value: SortKey; label: string; sort: ProductSort }[] = [
  { value: 'relevance', label: 'Best match', sort: { field: 'RELEVANCE', direction: 'DESC' } },
  { value: 'trending', label: 'Trending', sort: { field: 'TRENDING', direction: 'DESC' } },
  { value: 'bestselling', label: 'Best selling', sort: { field: 'BEST_SELLING', direction: 'DESC' } },
  { value: 'rating', label: 'Best rated', sort: { field: 'RATING', direction: 'DESC' } },
  { value: 'price', label: 'Price, low to high', sort: { field: 'PRICE', direction: 'ASC' } },
  { value: '-price', label: 'Price, high to low', sort: { field: 'PRICE', direction: 'DESC' } },
  { value: 'newest', label: 'Newest', sort: { field: 'CREATED_AT', direction: 'DESC' } },
  { value: 'greenest', label: 'Most sustainable', sort: { field: 'SUSTAINABILITY', direction: 'DESC' } },
];

/** The lowest score of each grade. */
export const GRADE_FLOOR: Record<SustainabilityGrade, number> = { A: 80, B: 60, C: 40, D: 20, E: 0 };

const isGrade = (text: string | null): text is SustainabilityGrade => text !== null && text in GRADE_FLOOR;
const price = (text: string | null): string => (text && /^\d{1,7}(\.\d{1,2})?$/.test(text) ? text : '');

function readAttributes(entries: readonly string[]): BrowseState['attributes'] {
  const found = new Map<string, string[]>();
  for (const entry of entries.slice(0, 20)) {
    const split = entry.indexOf(':');
    if (split < 1 || split === entry.length - 1) continue;
    const key = entry.slice(0, split);
    found.set(key, [...(found.get(key) ?? []), entry.slice(split + 1)]);
  }
  return [...found].map(([key, values]) => ({ key, values }));
}

export function toggleAttribute(state: BrowseState, key: string, value: string): BrowseState['attributes'] {
  const known = state.attributes.find((attribute) => attribute.key === key);
  const values = known?.values.includes(value)
    ? known.values.filter((entry) => entry !== value)
    : [...(known?.values ?? []), value];
  const others = state.attributes.filter((attribute) => attribute.key !== key);
  return values.length > 0 ? [...others, { key, values }] : others;
}

export function readState(params: URLSearchParams): BrowseState {
  const grade = params.get('grade');
  const sort = params.get('sort');
  const pages = Number.parseInt(params.get('pages') ?? '1', 10);
  return {
    query: (params.get('q') ?? '').slice(0, 200),
    brands: params.getAll('brand').slice(0, 20),
    tags: params.getAll('tag').slice(0, 20),
    attributes: readAttributes(params.getAll('attr')),
    minPrice: price(params.get('min')),
    maxPrice: price(params.get('max')),
    inStock: params.get('stock') === '1',
    grade: isGrade(grade) ? grade : null,
    sort: SORTS.some((entry) => entry.value === sort) ? (sort as SortKey) : null,
    pages: Number.isFinite(pages) ? Math.min(Math.max(pages, 1), MOST_PAGES) : 1,
  };
}

export function writeState(state: BrowseState): string {
  const params = new URLSearchParams();
  if (state.query) params.set('q', state.query);
  for (const brand of state.brands) params.append('brand', brand);
  for (const tag of state.tags) params.append('tag', tag);
  for (const { key, values } of state.attributes) for (const value of values) params.append('attr', `${key}:${value}`);
  if (state.minPrice) params.set('min', state.minPrice);
  if (state.maxPrice) params.set('max', state.maxPrice);
  if (state.inStock) params.set('stock', '1');
  if (state.grade) params.set('grade', state.grade);
  if (state.sort) params.set('sort', state.sort);
  if (state.pages > 1) params.set('pages', String(state.pages));
  const text = params.toString();
  return text ? `?${text}` : '';
}

export function toFilter(state: BrowseState, categorySlug: string | null): ProductFilter {
  return {
    ...(categorySlug ? { categorySlugs: [categorySlug] } : {}),
    ...(state.brands.length > 0 ? { brandSlugs: state.brands } : {}),
    ...(state.tags.length > 0 ? { tags: state.tags } : {}),
    ...(state.attributes.length > 0 ? { attributes: state.attributes } : {}),
    ...(state.minPrice || state.maxPrice
      ? { price: { ...(state.minPrice && { min: state.minPrice }), ...(state.maxPrice && { max: state.maxPrice }) } }
      : {}),
    ...(state.inStock ? { inStock: true } : {}),
    ...(state.grade && state.grade !== 'E' ? { minSustainabilityScore: GRADE_FLOOR[state.grade] } : {}),
  };
}

export function toSort(state: BrowseState): ProductSort[] {
  const chosen = state.sort ?? (state.query ? 'relevance' : 'bestselling');
  const entry = SORTS.find((candidate) => candidate.value === chosen);
  return entry ? [entry.sort] : [];
}

export const activeFilters = (state: BrowseState): number =>
  state.brands.length +
  state.tags.length +
  state.attributes.reduce((sum, { values }) => sum + values.length, 0) +
  Number(Boolean(state.minPrice || state.maxPrice)) +
  Number(state.inStock) +
  Number(state.grade !== null);
