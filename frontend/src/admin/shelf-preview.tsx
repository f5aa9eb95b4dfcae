import { PackageOpen, Pin, WifiOff } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { useClient, useQuery } from 'urql';
import { Link } from 'wouter';
import { describeFailure } from '../api/errors';
import {
  AdminAccessDocument,
  FindShoppersDocument,
  type FindShoppersQuery,
  type RecommendationFilter,
  type RecommendedTileFragment,
} from '../gql/graphql';
import { useFlip } from '../recommend/flip';
import { useLiveShelf } from '../recommend/use-live-shelf';
import { useDemoAccounts } from '../shell/demo';
import { useShopper } from '../shell/shopper';
import { selectLook } from '../ui/field';
import { Notice } from '../ui/notice';
import { Picker } from '../ui/picker';
import { Picture } from '../ui/picture';
import { Segmented } from '../ui/segmented';
import { useSettled } from '../ui/settled';

type Found = FindShoppersQuery['users']['nodes'][number];
type View = 'changes' | 'now';

const COUNT = 10;
const VIEWS: readonly { value: View; label: string }[] = [
  { value: 'changes', label: 'With your changes' },
  { value: 'now', label: 'As it is now' },
];

/** A shopper's list as they see it, and as they would with the changes that are not saved yet. */
export function ShelfPreview({ filter, changed }: { filter: RecommendationFilter | null; changed: boolean }) {
  const titleId = useId();
  const [view, setView] = useState<View>('changes');
  const [userId, chooser] = useChosenShopper();
  const asked = changed && view === 'changes' ? filter : null;
  // Not at every step of a slider; the question is compared by what it says.
  const settled = useSettled(JSON.stringify(asked), 250);
  const shelf = useLiveShelf({ count: COUNT, filter: JSON.parse(settled) as typeof asked }, userId);
  const items = shelf.list?.items;
  const list = useRef<HTMLOListElement>(null);
  useFlip(list, items);
  return (
    <aside
      aria-labelledby={titleId}
      className="h-fit min-w-0 space-y-4 rounded-2xl border border-line bg-surface p-4 sm:p-5 lg:sticky lg:top-4"
      data-testid="shelf-preview"
    >
      <h3 id={titleId} className="display text-xl">
        What a shopper sees
      </h3>
      {chooser}
      {changed ? (
        <Segmented label="The list" value={view} options={VIEWS} onChange={setView} />
      ) : (
        <p className="text-sm text-muted">As it is now. It follows what you change before you save it.</p>
      )}
      {changed && view === 'changes' && !filter && (
        <p className="text-sm text-danger">A value is out of bounds, so the list is shown as it is now.</p>
      )}
      {items && items.length > 0 ? (
        <ol ref={list} aria-label="Preview" className="relative divide-y divide-line">
          {items.map((item) => (
            <PreviewCard key={item.product.id} item={item} />
          ))}
        </ol>
      ) : shelf.error ? (
        <Notice title="The list did not arrive" onRetry={shelf.retry} icon={<WifiOff className="size-8" aria-hidden />}>
          {describeFailure(shelf.error)}
        </Notice>
      ) : items ? (
        <Notice title="Nothing fits" icon={<PackageOpen className="size-8" aria-hidden />} />
      ) : (
        <div className="h-96 animate-pulse-soft rounded-xl bg-sunken" role="status" aria-label="Loading" />
      )}
    </aside>
  );
}

function PreviewCard({ item }: { item: RecommendedTileFragment }) {
  const { product, reason, rank } = item;
  return (
    <li data-key={product.id} className="flex items-center gap-3 bg-surface py-2">
      <span className="w-4 shrink-0 text-right text-xs tabular-nums text-muted">{rank}</span>
      <Picture src={product.images[0]?.url} alt="" className="size-12 shrink-0 rounded-lg" />
      <div className="min-w-0 flex-1">
        <Link href={`/p/${product.slug}`} className="line-clamp-1 text-sm font-medium hover:underline">
          {product.name}
        </Link>
        <p className="flex items-start gap-1 text-xs text-muted">
          {reason.kind === 'PINNED' && <Pin className="mt-0.5 size-3 shrink-0 text-accent" aria-hidden />}
          <span className="line-clamp-2">{reason.text}</span>
        </p>
      </div>
    </li>
  );
}

const OWN = 'own';

/** Whose list is shown: one's own, a demo shopper's, or that of anybody who can be found. */
function useChosenShopper() {
  const { id: ownId } = useShopper();
  const client = useClient();
  const selectId = useId();
  const [{ data }] = useQuery({ query: AdminAccessDocument });
  const maySearch = data?.viewer.permissions.includes('USERS_MANAGE') ?? false;
  const demo = useDemoAccounts().filter((account) => account.role === 'CUSTOMER');
  const [chosen, setChosen] = useState(OWN);
  const [found, setFound] = useState<readonly Found[]>([]);
  const known = found.find((person) => person.id === chosen || person.email === chosen);
  const wanted = chosen === OWN || known ? null : chosen;
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    // A demo account is offered by its address; lists are asked for by id.
    void client
      .query(FindShoppersDocument, { search: wanted })
      .toPromise()
      .then((answer) => {
        const person = answer.data?.users.nodes.find((node) => node.email === wanted);
        if (!current) return;
        if (person) setFound((before) => [...before, person]);
        else setChosen(OWN);
      });
    return () => {
      current = false;
    };
  }, [client, wanted]);
  const others = found.filter((person) => !demo.some((account) => account.email === person.email));
  const add = (person: Found) => {
    setFound((before) => [...before.filter((entry) => entry.id !== person.id), person]);
    setChosen(demo.find((account) => account.email === person.email)?.email ?? person.id);
  };
  const chooser = maySearch && (
    <div className="space-y-3">
      <div className="space-y-1.5">
        <label htmlFor={selectId} className="block text-sm font-semibold">
          Whose list
        </label>
        <select id={selectId} className={selectLook} value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value={OWN}>Yours</option>
          {demo.map((account) => (
            <option key={account.email} value={account.email}>
              {account.label}
            </option>
          ))}
          {others.map((person) => (
            <option key={person.id} value={person.id}>
              {person.displayName}
            </option>
          ))}
        </select>
      </div>
      <ShopperPicker onPick={add} />
    </div>
  );
  return [chosen === OWN ? ownId : (known?.id ?? null), chooser] as const;
}

function ShopperPicker({ onPick }: { onPick: (person: Found) => void }) {
  const inputId = useId();
  const [text, setText] = useState('');
  const search = useSettled(text.trim(), 200);
  const [{ data, fetching }] = useQuery({ query: FindShoppersDocument, variables: { search }, pause: search.length < 2 });
  const people = useMemo(() => (search.length < 2 ? [] : (data?.users.nodes ?? [])), [search, data]);
  return (
    <Picker
      label="Another shopper"
      placeholder="Name or e-mail"
      inputId={inputId}
      text={text}
      onText={setText}
      nothing={search.length >= 2 && search === text.trim() && !fetching ? 'Nobody of that name' : null}
      options={people.map((person) => ({ id: person.id, label: person.displayName, detail: person.email ?? undefined }))}
      onPick={(id) => {
        const person = people.find((entry) => entry.id === id);
        if (person) onPick(person);
      }}
    />
  );
}
