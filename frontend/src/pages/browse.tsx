import { ChevronRight, ListFilter, SearchX, WifiOff } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useClient, useQuery } from 'urql';
import { Link, useLocation, useSearch } from 'wouter';
import { describeFailure } from '../api/errors';
import { type CategoryNode, pathTo, useCategories } from '../catalogue/categories';
import { FilterPanel } from '../catalogue/filter-panel';
import { activeFilters, type BrowseState, PAGE_SIZE, readState, SORTS, toFilter, toSort, UNFILTERED, writeState } from '../catalogue/filters';
import { ProductCard, SkeletonGrid } from '../catalogue/product-card';
import { BrowseDocument, type BrowseQuery, type BrowseQueryVariables } from '../gql/graphql';
import { useTitle } from '../shell/title';
import { Button } from '../ui/button';
import { selectLook } from '../ui/field';
import { plural } from '../ui/money';
import { Notice } from '../ui/notice';

const GRID = 'grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 xl:grid-cols-4 xl:gap-x-5';

export function BrowsePage({ slug }: { slug: string | null }) {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const state = useMemo(() => readState(new URLSearchParams(search)), [search]);
  const { roots } = useCategories();
  const trail = slug ? pathTo(roots, slug) : [];
  const category = trail.at(-1);
  const title = state.query ? `“${state.query}”` : (category?.name ?? (slug && roots.length === 0 ? '' : 'All products'));
  useTitle(state.query ? `Search: ${state.query}` : title || null);
  const change = (next: Partial<BrowseState>, replace = false) =>
    navigate(path + writeState({ ...state, pages: 1, ...next }), { replace });

  const variables = useMemo(
    () => ({ filter: toFilter(state, slug), sortBy: toSort(state), search: state.query || null }),
    [state, slug],
  );
  const pages = usePages(variables, state.pages);
  const filterCount = activeFilters(state);
  const [filtersOpen, setFiltersOpen] = useState(false);

  return (
    <div className="shell py-8">
      <Trail trail={trail} />
      <div className="mt-2 flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 className="display min-h-[1.12em] text-3xl sm:text-4xl">{title}</h1>
          <p className="mt-1 min-h-5 text-sm text-muted" role="status">
            {pages.total !== null && plural(pages.total, 'product')}
            {state.query && category && ` in ${category.name}`}
          </p>
        </div>
        <div className="flex items-center gap-2">
          <Button
            className="lg:hidden"
            aria-expanded={filtersOpen}
            aria-controls="filters"
            onClick={() => setFiltersOpen(!filtersOpen)}
          >
            <ListFilter className="size-4" aria-hidden />
            Filters{filterCount > 0 ? ` (${filterCount})` : ''}
          </Button>
          <select
            aria-label="Sort by"
            className={`${selectLook} min-h-10! w-auto! rounded-full! font-medium`}
            value={state.sort ?? (state.query ? 'relevance' : 'bestselling')}
            onChange={(event) => change({ sort: event.target.value as BrowseState['sort'] })}
          >
            {SORTS.filter((entry) => entry.value !== 'relevance' || state.query).map((entry) => (
              <option key={entry.value} value={entry.value}>
                {entry.label}
              </option>
            ))}
          </select>
        </div>
      </div>
      <div className="mt-8 gap-10 lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
        <aside id="filters" className={`${filtersOpen ? '' : 'hidden'} mb-8 lg:block`} aria-label="Filters">
          <Subcategories roots={roots} trail={trail} query={state.query} />
          <FilterPanel state={state} slug={slug} commonTags={pages.tags} onChange={change} />
        </aside>
        <div>
          {pages.error && pages.products.length === 0 ? (
            <Notice title="The shelf did not open" onRetry={pages.retry} icon={<WifiOff className="size-8" aria-hidden />}>
              {describeFailure(pages.error)}
            </Notice>
          ) : pages.products.length === 0 && pages.loading ? (
            <SkeletonGrid count={12} className={GRID} />
          ) : pages.products.length === 0 ? (
            <Notice title="Nothing found" icon={<SearchX className="size-8" aria-hidden />}>
              <p>{state.query ? 'Try other words, or fewer filters.' : 'No product matches these filters.'}</p>
              {filterCount > 0 && (
                <Button
                  className="mt-4"
                  onClick={() => change(UNFILTERED)}
                >
                  Clear filters
                </Button>
              )}
            </Notice>
          ) : (
            <>
              <div className={`${GRID} transition-opacity ${pages.stale ? 'opacity-50' : ''}`} aria-busy={pages.loading}>
                {pages.products.map((product, index) => (
                  <ProductCard key={product.id} product={product} eager={index < 4} />
                ))}
              </div>
              {pages.hasMore && (
                <div className="mt-10 flex flex-col items-center gap-2">
                  <Button
                    busy={pages.loading}
                    className="px-8"
                    onClick={() => change({ pages: state.pages + 1 }, true)}
                  >
                    Load more
                  </Button>
                  {pages.total !== null && (
                    <p className="text-xs text-muted">
                      {pages.products.length} of {plural(pages.total, 'product')}
                    </p>
                  )}
                </div>
              )}
            </>
          )}
        </div>
      </div>
    </div>
  );
}

type Page = BrowseQuery['products'];

/** Follows the cursor from page to page until as many are open as asked for. */
function usePages(variables: Omit<BrowseQueryVariables, 'first' | 'after'>, wanted: number) {
  const client = useClient();
  const key = JSON.stringify(variables);
  const [loaded, setLoaded] = useState<{ key: string; pages: Page[] }>({ key, pages: [] });
  const [{ data, fetching, error }, again] = useQuery({
    query: BrowseDocument,
    variables: { ...variables, first: PAGE_SIZE },
  });
  const [failure, setFailure] = useState<{ key: string; error: typeof error }>({ key, error: undefined });
  const first = data?.products;
  const pages = useMemo(
    (): Page[] => (first ? [first, ...(loaded.key === key ? loaded.pages : [])] : []),
    [first, loaded, key],
  );
  const last = pages.at(-1);
  const cursor = last?.pageInfo.hasNextPage && pages.length < wanted ? last.pageInfo.endCursor : null;

  useEffect(() => {
    if (!cursor || fetching) return;
    let current = true;
    void client
      .query(BrowseDocument, { ...(JSON.parse(key) as typeof variables), first: PAGE_SIZE, after: cursor })
      .toPromise()
      .then((result) => {
        if (!current) return;
        setFailure({ key, error: result.error });
        const page = result.data?.products;
        if (page) setLoaded((before) => ({ key, pages: before.key === key ? [...before.pages, page] : [page] }));
      });
    return () => {
      current = false;
    };
  }, [client, cursor, key, fetching]);

  // While a new question is on its way the old answer stays, dimmed, so that nothing jumps.
  const [kept, setKept] = useState<Page[]>(pages);
  if (pages.length > 0 && kept !== pages) setKept(pages);
  const shown = pages.length === 0 && fetching ? kept : pages;
  const products = useMemo(() => {
    const seen = new Set<string>();
    return shown.flatMap((page) => page.nodes.filter((node) => !seen.has(node.id) && seen.add(node.id)));
  }, [shown]);
  const tags = useMemo(() => {
    const counts = new Map<string, number>();
    for (const tag of products.flatMap((product) => product.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return [...counts].toSorted((a, b) => b[1] - a[1]).map(([tag]) => tag);
  }, [products]);
  const moreError = failure.key === key ? failure.error : undefined;
  return {
    products,
    tags,
    total: shown[0]?.totalCount ?? null,
    hasMore: Boolean(last?.pageInfo.hasNextPage),
    loading: fetching || (cursor !== null && !moreError),
    stale: pages.length === 0 && fetching,
    error: error ?? moreError,
    retry: () => again({ requestPolicy: 'network-only' }),
  };
}

function Trail({ trail }: { trail: readonly CategoryNode[] }) {
  return (
    <nav aria-label="You are here">
      <ol className="flex min-h-5 flex-wrap items-center gap-1 text-sm text-muted">
        <li>
          <Link href="/" className="hover:text-ink hover:underline">
            Home
          </Link>
        </li>
        {trail.slice(0, -1).map((category) => (
          <li key={category.id} className="flex items-center gap-1">
            <ChevronRight className="size-3.5" aria-hidden />
            <Link href={`/c/${category.slug}`} className="hover:text-ink hover:underline">
              {category.name}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

function Subcategories({
  roots,
  trail,
  query,
}: {
  roots: readonly CategoryNode[];
  trail: readonly CategoryNode[];
  query: string;
}) {
  const current = trail.at(-1);
  const parent = current && current.children.length === 0 ? trail.at(-2) : current;
  const level = parent?.children ?? roots;
  if (level.length === 0) return null;
  const suffix = query ? `?q=${encodeURIComponent(query)}` : '';
  return (
    <nav aria-label="Category" className="mb-8">
      <h2 className="mb-2 text-sm font-semibold">Category</h2>
      <ul className="space-y-0.5 text-sm">
        {parent && (
          <li>
            <Link
              href={`/c/${parent.slug}${suffix}`}
              className="block rounded-md py-1 text-muted hover:text-ink aria-[current]:font-semibold aria-[current]:text-ink"
              aria-current={parent === current ? 'page' : undefined}
            >
              All {parent.name}
            </Link>
          </li>
        )}
        {level.map((category) => (
          <li key={category.id}>
            <Link
              href={`/c/${category.slug}${suffix}`}
              aria-current={category === current ? 'page' : undefined}
              className={`flex justify-between gap-2 rounded-md py-1 text-muted hover:text-ink aria-[current]:font-semibold aria-[current]:text-accent ${parent ? 'pl-3' : ''}`}
            >
              <span className="truncate">{category.name}</span>
              {!query && <span className="tabular-nums">{category.productCount}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
