import { Check, Sprout } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { useCategories } from '../catalogue/categories';
import type { PreferencesInput } from '../gql/graphql';
import { Button } from '../ui/button';
import { useStored } from '../ui/stored';

export interface StatedTaste {
  categorySlugs: string[];
  minSustainabilityScore: number | null;
  /** The shopper has said something, or does not want to be asked. */
  settled: boolean;
}

const UNSTATED: StatedTaste = { categorySlugs: [], minSustainabilityScore: null, settled: false };

export const useStatedTaste = () => useStored('shelfwise.taste', UNSTATED);

export function tasteInput(taste: StatedTaste): PreferencesInput | null {
  if (taste.categorySlugs.length === 0 && taste.minSustainabilityScore === null) return null;
  return {
    categorySlugs: taste.categorySlugs,
    ...(taste.minSustainabilityScore === null ? {} : { minSustainabilityScore: taste.minSustainabilityScore }),
  };
}

export function Chip({ pressed, onClick, children }: { pressed: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={onClick}
      className={`inline-flex min-h-10 items-center gap-1.5 rounded-full border px-3.5 text-sm font-medium transition-colors ${
        pressed ? 'border-accent bg-accent text-on-accent' : 'border-line bg-surface hover:border-muted'
      }`}
    >
      {pressed && <Check className="size-4" aria-hidden />}
      {children}
    </button>
  );
}

export const toggled = (list: readonly string[], value: string): string[] =>
  list.includes(value) ? list.filter((entry) => entry !== value) : [...list, value];

const PLACEHOLDERS = [4.6, 4.2, 6.2, 6.8, 5.5, 7.7, 6.4, 5.3, 5.8, 4.4];

/** Asks a new shopper what they like; the shelf below follows each answer at once. */
export function TastePrompt() {
  const [taste, setTaste] = useStatedTaste();
  const { roots, fetching } = useCategories();
  const [editing, setEditing] = useState(false);
  if (roots.length === 0 && !fetching) return null;
  const summary = roots.filter((root) => taste.categorySlugs.includes(root.slug)).map((root) => root.name);
  if (taste.settled && !editing) {
    return (
      <p className="text-sm text-muted">
        {summary.length > 0 ? `Chosen with your interest in ${summary.join(', ')} in mind. ` : 'Chosen from what you look at here. '}
        <button type="button" className="font-semibold text-accent hover:underline" onClick={() => setEditing(true)}>
          Change
        </button>{' '}
        or{' '}
        <Link href="/register" className="font-semibold text-accent hover:underline">
          create an account
        </Link>{' '}
        to keep it.
      </p>
    );
  }
  return (
    <section aria-labelledby="taste" className="rounded-3xl bg-accent-soft p-5 sm:p-6">
      <div className="flex items-start justify-between gap-4">
        <div>
          <h2 id="taste" className="display text-xl sm:text-2xl">
            What do you like?
          </h2>
          <p className="mt-1 text-sm text-muted">Pick a few. The shelf below follows at once, and learns from there.</p>
        </div>
        <Button
          kind={tasteInput(taste) ? 'primary' : 'ghost'}
          onClick={() => {
            setTaste({ ...taste, settled: true });
            setEditing(false);
          }}
        >
          {tasteInput(taste) ? 'Done' : 'Skip'}
        </Button>
      </div>
      <div className="mt-4 flex flex-wrap gap-2" aria-busy={fetching}>
        {roots.length === 0 &&
          // As much room as the categories will take, so that the shelf below does not jump.
          PLACEHOLDERS.map((rem) => (
            <span key={rem} className="h-10 rounded-full bg-surface/60" style={{ width: `${rem}rem` }} aria-hidden />
          ))}
        {roots.slice(0, 16).map((root) => (
          <Chip
            key={root.id}
            pressed={taste.categorySlugs.includes(root.slug)}
            onClick={() => setTaste({ ...taste, categorySlugs: toggled(taste.categorySlugs, root.slug) })}
          >
            {root.name}
          </Chip>
        ))}
        <Chip
          pressed={taste.minSustainabilityScore !== null}
          onClick={() =>
            setTaste({ ...taste, minSustainabilityScore: taste.minSustainabilityScore === null ? 60 : null })
          }
        >
          <Sprout className="size-4" aria-hidden />
          Sustainable
        </Chip>
      </div>
    </section>
  );
}
