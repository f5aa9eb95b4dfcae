import { type FormEvent, useId, useState } from 'react';
import { useQuery } from 'urql';
import { BrandsDocument, BrowseFacetsDocument, type SustainabilityGrade } from '../gql/graphql';
import { toggled } from '../recommend/taste';
import { Button } from '../ui/button';
import { inputLook } from '../ui/field';
import { gradeColour } from '../ui/grade';
import { activeFilters, type BrowseState, toFilter, toggleAttribute, UNFILTERED } from './filters';

const GRADES: readonly SustainabilityGrade[] = ['A', 'B', 'C', 'D'];
const SHORT_LIST = 8;
const MOST_ATTRIBUTES = 5;

interface PanelProps {
  state: BrowseState;
  slug: string | null;
  /** Tags of what is on the page, most frequent first. */
  commonTags: readonly string[];
  onChange: (next: Partial<BrowseState>) => void;
}

export function FilterPanel({ state, slug, commonTags, onChange }: PanelProps) {
  const variables = {
    // Facets of the whole category: a ticked value must not hide the others.
    filter: toFilter({ ...state, brands: [], tags: [], attributes: [] }, slug),
    search: state.query || null,
  };
  const [{ data }] = useQuery({ query: BrowseFacetsDocument, variables });
  const facets = data?.products.facets ?? [];
  const brandFacet = facets.find((facet) => facet.key === 'brand');
  const attributeFacets = facets
    .filter((facet) => facet.key !== 'brand' && facet.key !== 'category' && facet.values.length > 1)
    .slice(0, MOST_ATTRIBUTES);
  const [{ data: brandData }] = useQuery({ query: BrandsDocument, pause: !data || Boolean(brandFacet) });
  const brands =
    brandFacet?.values ?? brandData?.brands.map((brand) => ({ value: brand.slug, label: brand.name, count: null })) ?? [];
  const tags = [...new Set([...state.tags, ...commonTags])].map((tag) => ({ value: tag, label: tag, count: null }));
  const filters = activeFilters(state);

  return (
    <div className="space-y-8">
      {filters > 0 && (
        <Button
          className="w-full"
          onClick={() => onChange(UNFILTERED)}
        >
          Clear {filters === 1 ? 'filter' : `${filters} filters`}
        </Button>
      )}
      <PriceFilter key={`${state.minPrice}-${state.maxPrice}`} state={state} onChange={onChange} />
      <label className="flex min-h-9 items-center gap-2.5 text-sm">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={state.inStock}
          onChange={(event) => onChange({ inStock: event.target.checked })}
        />
        In stock only
      </label>
      <fieldset>
        <legend className="mb-2 text-sm font-semibold">Sustainability</legend>
        <div className="flex gap-1.5">
          {GRADES.map((grade) => (
            <button
              key={grade}
              type="button"
              aria-pressed={state.grade === grade}
              aria-label={`Grade ${grade} or better`}
              title={`Grade ${grade} or better`}
              onClick={() => onChange({ grade: state.grade === grade ? null : grade })}
              className="grid size-10 place-items-center rounded-full border border-line bg-surface text-sm font-bold aria-pressed:border-current aria-pressed:bg-accent-soft"
              style={{ color: gradeColour(grade) }}
            >
              {grade}
            </button>
          ))}
        </div>
        <p className="mt-1.5 text-xs text-muted">The grade or better</p>
      </fieldset>
      <CheckList
        legend="Brand"
        options={brands}
        chosen={state.brands}
        onToggle={(value) => onChange({ brands: toggled(state.brands, value) })}
      />
      {attributeFacets.map((facet) => (
        <CheckList
          key={facet.key}
          legend={facet.label}
          options={facet.values}
          chosen={state.attributes.find((attribute) => attribute.key === facet.key)?.values ?? []}
          onToggle={(value) => onChange({ attributes: toggleAttribute(state, facet.key, value) })}
        />
      ))}
      <CheckList
        legend="Tag"
        options={tags}
        chosen={state.tags}
        onToggle={(value) => onChange({ tags: toggled(state.tags, value) })}
      />
    </div>
  );
}

function PriceFilter({ state, onChange }: Pick<PanelProps, 'state' | 'onChange'>) {
  const [min, setMin] = useState(state.minPrice);
  const [max, setMax] = useState(state.maxPrice);
  const backwards = min !== '' && max !== '' && Number(min) > Number(max);
  const apply = (event: FormEvent) => {
    event.preventDefault();
    if (!backwards) onChange({ minPrice: min, maxPrice: max });
  };
  const field = 'w-full min-w-0 rounded-xl border border-line bg-surface px-3 min-h-10 text-base sm:text-sm';
  return (
    <form onSubmit={apply}>
      <fieldset>
        <legend className="mb-2 text-sm font-semibold">Price</legend>
        <div className="flex items-center gap-2">
          <input
            className={field}
            inputMode="decimal"
            pattern="\d{1,7}(\.\d{1,2})?"
            aria-label="Lowest price"
            placeholder="From"
            value={min}
            aria-invalid={backwards || undefined}
            onChange={(event) => setMin(event.target.value.trim())}
          />
          <input
            className={field}
            inputMode="decimal"
            pattern="\d{1,7}(\.\d{1,2})?"
            aria-label="Highest price"
            placeholder="To"
            value={max}
            aria-invalid={backwards || undefined}
            onChange={(event) => setMax(event.target.value.trim())}
          />
          <Button type="submit" className="px-3!" aria-label="Go: apply price">
            Go
          </Button>
        </div>
        {backwards && <p className="mt-1 text-sm text-danger">The lowest price is above the highest.</p>}
      </fieldset>
    </form>
  );
}

function CheckList({
  legend,
  options,
  chosen,
  onToggle,
}: {
  legend: string;
  options: readonly { value: string; label: string; count: number | null }[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
}) {
  const [all, setAll] = useState(false);
  const [text, setText] = useState('');
  const id = useId();
  if (options.length === 0) return null;
  const matching = options.filter((option) => option.label.toLowerCase().includes(text.toLowerCase()));
  const shown = all ? matching : matching.filter((option, index) => index < SHORT_LIST || chosen.includes(option.value));
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-semibold">{legend}</legend>
      {all && options.length > 16 && (
        <input
          id={id}
          aria-label={`Find a ${legend.toLowerCase()}`}
          placeholder="Find"
          className={`${inputLook} mb-2 min-h-9!`}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <div className={all ? 'max-h-72 overflow-y-auto' : ''}>
        {shown.map((option) => (
          <label key={option.value} className="flex min-h-8 cursor-pointer items-center gap-2.5 text-sm">
            <input
              type="checkbox"
              className="size-4 shrink-0 accent-accent"
              checked={chosen.includes(option.value)}
              onChange={() => onToggle(option.value)}
            />
            <span className="min-w-0 flex-1 truncate">{option.label}</span>
            {option.count !== null && <span className="tabular-nums text-muted">{option.count}</span>}
          </label>
        ))}
      </div>
      {options.length > SHORT_LIST && (
        <button
          type="button"
          className="mt-1 min-h-8 text-sm font-semibold text-accent hover:underline"
          onClick={() => setAll(!all)}
        >
          {all ? 'Show fewer' : `Show all ${options.length}`}
        </button>
      )}
    </fieldset>
  );
}
