import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { FindProductsDocument, type ShelfProductFragment } from '../gql/graphql';
import { IconButton } from '../ui/button';
import { Picker } from '../ui/picker';
import { Picture } from '../ui/picture';
import { useSettled } from '../ui/settled';

const NONE: readonly ShelfProductFragment[] = [];

/** Finds products by name and hands over the one that is picked. */
export function ProductPicker({
  label,
  hint,
  inputId,
  taken,
  error,
  onPick,
}: {
  label: string;
  hint?: string;
  inputId: string;
  taken: readonly ShelfProductFragment[];
  error?: string | undefined;
  onPick: (product: ShelfProductFragment) => void;
}) {
  const [text, setText] = useState('');
  const query = useSettled(text.trim(), 150);
  const [{ data, fetching, error: failure }] = useQuery({
    query: FindProductsDocument,
    variables: { query },
    pause: query.length < 2,
  });
  const found = query.length < 2 ? NONE : (data?.searchSuggestions.products ?? NONE);
  const takenIds = new Set(taken.map((product) => product.id));
  const searched = query.length >= 2 && query === text.trim() && !fetching;
  return (
    <Picker
      label={label}
      hint={hint}
      placeholder="Name of a product"
      inputId={inputId}
      text={text}
      onText={setText}
      error={error}
      nothing={searched ? (failure ? 'The search did not get through' : 'No product of that name') : null}
      options={found.map((product) => ({
        id: product.id,
        label: product.name,
        taken: takenIds.has(product.id),
        detail: takenIds.has(product.id) ? 'Already there' : product.availableQuantity > 0 ? undefined : 'Sold out',
        picture: <Picture src={product.images[0]?.url} alt="" className="size-9 shrink-0 rounded-lg" />,
      }))}
      onPick={(id) => {
        const product = found.find((entry) => entry.id === id);
        if (product) onPick(product);
      }}
    />
  );
}

/** One product of a list of rules. */
export function ShelfProductRow({
  product,
  place,
  error,
  children,
}: {
  product: ShelfProductFragment;
  place?: number;
  error?: string | undefined;
  children: ReactNode;
}) {
  return (
    <li className="py-2">
      <div className="flex items-center gap-3">
        {place !== undefined && <span className="w-5 shrink-0 text-right text-sm tabular-nums text-muted">{place}</span>}
        <Picture src={product.images[0]?.url} alt="" className="size-11 shrink-0 rounded-lg" />
        <div className="min-w-0 flex-1">
          <Link href={`/p/${product.slug}`} className="line-clamp-2 text-sm font-medium leading-snug hover:underline">
            {product.name}
          </Link>
          {product.availableQuantity <= 0 && <p className="text-xs text-danger">Sold out: not shown for now</p>}
        </div>
        <div className="flex shrink-0 items-center">{children}</div>
      </div>
      {error && <p className="mt-1 text-sm text-danger first-letter:uppercase">{error}</p>}
    </li>
  );
}

export function RemoveButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <IconButton label={label} onClick={onClick} data-remove>
      <X className="size-4" aria-hidden />
    </IconButton>
  );
}

/** Buttons at the ends of a list stay where they are, so that the focus of whoever pressed them does too. */
export function MoveButtons({ name, first, last, onMove }: { name: string; first: boolean; last: boolean; onMove: (by: 1 | -1) => void }) {
  return (
    <>
      <IconButton
        label={`Move ${name} up`}
        aria-disabled={first}
        onClick={() => !first && onMove(-1)}
        className="aria-disabled:cursor-default aria-disabled:opacity-40"
      >
        <ArrowUp className="size-4" aria-hidden />
      </IconButton>
      <IconButton
        label={`Move ${name} down`}
        aria-disabled={last}
        onClick={() => !last && onMove(1)}
        className="aria-disabled:cursor-default aria-disabled:opacity-40"
      >
        <ArrowDown className="size-4" aria-hidden />
      </IconButton>
    </>
  );
}
