import { type RefObject, useId, useRef, useState } from 'react';
import type { ShelfProductFragment } from '../gql/graphql';
import { inputLook } from '../ui/field';
import { type Boost, boostWords, MAX_BOOSTED, MAX_PINNED, moved, type RuleErrors } from './rules';
import { MoveButtons, ProductPicker, RemoveButton, ShelfProductRow } from './shelf-products';

/** What opens every shopper's list, in this order. */
export function PinnedProducts({
  products,
  errors,
  onChange,
}: {
  products: readonly ShelfProductFragment[];
  errors: RuleErrors;
  onChange: (products: readonly ShelfProductFragment[]) => void;
}) {
  const titleId = useId();
  const inputId = useId();
  const list = useRef<HTMLOListElement>(null);
  const [news, setNews] = useState('');
  const full = products.length >= MAX_PINNED;
  const move = (from: number, by: 1 | -1) => {
    onChange(moved(products, from, from + by));
    setNews(`${products[from]?.name} is now ${from + by + 1} of ${products.length}`);
  };
  const remove = (at: number) => {
    focusNeighbour(list, at, inputId);
    onChange(products.toSpliced(at, 1));
    setNews(`${products[at]?.name} removed`);
  };
  return (
    <section aria-labelledby={titleId}>
      <h3 id={titleId} className="display text-xl">
        Pinned products
      </h3>
      <p className="mt-1 text-sm text-muted">
        They open every shopper’s list, in this order. {products.length} of {MAX_PINNED}.
      </p>
      {products.length > 0 && (
        <ol ref={list} aria-labelledby={titleId} className="mt-3 divide-y divide-line border-y border-line">
          {products.map((product, index) => (
            <ShelfProductRow key={product.id} product={product} place={index + 1} error={errors.pinned[product.id]}>
              <MoveButtons
                name={product.name}
                first={index === 0}
                last={index === products.length - 1}
                onMove={(by) => move(index, by)}
              />
              <RemoveButton label={`Unpin ${product.name}`} onClick={() => remove(index)} />
            </ShelfProductRow>
          ))}
        </ol>
      )}
      <div className="mt-4 max-w-md">
        <ProductPicker
          label="Pin a product"
          inputId={inputId}
          taken={products}
          error={errors.fields.pinnedProductIds ?? (full ? `${MAX_PINNED} are as many as can be pinned` : undefined)}
          onPick={(product) => {
            if (full) return;
            onChange([...products, product]);
            setNews(`${product.name} pinned in place ${products.length + 1}`);
          }}
        />
      </div>
      <p role="status" className="sr-only">
        {news}
      </p>
    </section>
  );
}

/** What ranks higher than its score alone would have it. */
export function BoostedProducts({
  boosts,
  errors,
  onChange,
}: {
  boosts: readonly Boost[];
  errors: RuleErrors;
  onChange: (boosts: readonly Boost[]) => void;
}) {
  const titleId = useId();
  const inputId = useId();
  const list = useRef<HTMLUListElement>(null);
  const [news, setNews] = useState('');
  const remove = (at: number) => {
    focusNeighbour(list, at, inputId);
    onChange(boosts.toSpliced(at, 1));
    setNews(`${boosts[at]?.product.name} removed`);
  };
  return (
    <section aria-labelledby={titleId}>
      <h3 id={titleId} className="display text-xl">
        Boosted products
      </h3>
      <p className="mt-1 text-sm text-muted">
        They rank higher wherever they fit. 0.5 adds half of a product’s score to it, 10 is the most.
      </p>
      {boosts.length > 0 && (
        <ul ref={list} aria-labelledby={titleId} className="mt-3 divide-y divide-line border-y border-line">
          {boosts.map(({ product, by }, index) => (
            <ShelfProductRow key={product.id} product={product} error={errors.boosted[product.id]}>
              <span className="mr-2 w-12 text-right text-sm tabular-nums text-muted max-sm:hidden" aria-hidden>
                {boostWords(by)}
              </span>
              <input
                type="number"
                inputMode="decimal"
                step="any"
                required
                aria-label={`Boost ${product.name} by`}
                aria-invalid={errors.boosted[product.id] ? true : undefined}
                className={`${inputLook} w-20! px-2.5! tabular-nums`}
                value={by}
                onChange={(event) => onChange(boosts.with(index, { product, by: event.target.value }))}
              />
              <RemoveButton label={`Stop boosting ${product.name}`} onClick={() => remove(index)} />
            </ShelfProductRow>
          ))}
        </ul>
      )}
      <div className="mt-4 max-w-md">
        <ProductPicker
          label="Boost a product"
          inputId={inputId}
          taken={boosts.map(({ product }) => product)}
          error={errors.fields.boostedProducts}
          onPick={(product) => {
            if (boosts.length >= MAX_BOOSTED) return;
            onChange([...boosts, { product, by: '0.5' }]);
            setNews(`${product.name} boosted by 0.5`);
          }}
        />
      </div>
      <p role="status" className="sr-only">
        {news}
      </p>
    </section>
  );
}

/** Before a row goes, the focus moves on to the next one, or to the field that adds one. */
function focusNeighbour(list: RefObject<HTMLElement | null>, at: number, inputId: string): void {
  const buttons = list.current?.querySelectorAll<HTMLElement>('[data-remove]');
  (buttons?.[at + 1] ?? buttons?.[at - 1] ?? document.getElementById(inputId))?.focus();
}
