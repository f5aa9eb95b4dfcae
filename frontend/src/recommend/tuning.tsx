import { SlidersHorizontal } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { useQuery } from 'urql';
import { type RecommendationStrategy, StrategiesDocument } from '../gql/graphql';
import { Button } from '../ui/button';
import { selectLook } from '../ui/field';
import { Slider } from '../ui/slider';
import { useStored } from '../ui/stored';
import { STRATEGIES } from './words';

export interface Tuning {
  strategy: RecommendationStrategy | null;
  /** `null` leaves it to the shop, as in the other fields. */
  diversity: number | null;
  sustainabilityBoost: number | null;
}

export const DEFAULT_TUNING: Tuning = { strategy: null, diversity: null, sustainabilityBoost: null };

export const useTuning = () => useStored('shelfwise.tuning', DEFAULT_TUNING);

/** Lets the shopper decide how the shelf is chosen. */
export function TuningPanel({ tuning, onChange }: { tuning: Tuning; onChange: (tuning: Tuning) => void }) {
  const [{ data }] = useQuery({ query: StrategiesDocument });
  const strategyId = useId();
  const known = new Map(data?.strategies.flatMap((info) => (info.strategy ? [[info.strategy, info] as const] : [])));
  const label = (value: RecommendationStrategy, name: string) => {
    const info = known.get(value);
    if (!data) return name;
    if (!info || !info.enabled) return `${name} (not offered here)`;
    return info.ready ? name : `${name} (still training)`;
  };
  const current = STRATEGIES.find((entry) => entry.value === tuning.strategy);
  const changed = JSON.stringify(tuning) !== JSON.stringify(DEFAULT_TUNING);

  return (
    <section
      aria-label="How this shelf is chosen"
      className="grid gap-x-8 gap-y-4 rounded-2xl border border-line bg-surface p-4 sm:grid-cols-2 sm:p-5 lg:grid-cols-[1.2fr_1fr_1fr_auto] lg:items-start"
    >
      <div>
        <label htmlFor={strategyId} className="mb-1.5 flex items-center gap-1.5 text-sm font-semibold">
          <SlidersHorizontal className="size-4 text-muted" aria-hidden />
          Strategy
        </label>
        <select
          id={strategyId}
          className={selectLook}
          value={tuning.strategy ?? ''}
          onChange={(event) =>
            onChange({ ...tuning, strategy: (event.target.value || null) as RecommendationStrategy | null })
          }
        >
          <option value="">The shop’s choice</option>
          {STRATEGIES.map((entry) => (
            <option key={entry.value} value={entry.value}>
              {label(entry.value, entry.label)}
            </option>
          ))}
        </select>
        <p className="mt-1.5 text-xs text-muted">{current?.hint ?? 'Whatever works best for the shop today'}</p>
      </div>
      <SettlingSlider
        label="Variety"
        low="Only the closest"
        high="All sorts"
        value={tuning.diversity}
        fallback={0.2}
        onChange={(diversity) => onChange({ ...tuning, diversity })}
      />
      <SettlingSlider
        label="Sustainability"
        low="As it comes"
        high="Greener first"
        value={tuning.sustainabilityBoost}
        fallback={0}
        onChange={(sustainabilityBoost) => onChange({ ...tuning, sustainabilityBoost })}
      />
      <Button kind="ghost" disabled={!changed} onClick={() => onChange(DEFAULT_TUNING)} className="lg:mt-6">
        Reset
      </Button>
    </section>
  );
}

function SettlingSlider({
  value,
  fallback,
  onChange,
  ...rest
}: {
  label: string;
  low: string;
  high: string;
  value: number | null;
  /** Where the thumb stands while the choice is the shop’s. */
  fallback: number;
  onChange: (value: number) => void;
}) {
  const [moving, setMoving] = useState<number | null>(null);
  const shown = moving ?? value;
  // The list is asked for when the thumb rests, not at every step of it.
  useEffect(() => {
    if (moving === null) return;
    const timer = setTimeout(() => {
      if (moving !== value) onChange(moving);
      setMoving(null);
    }, 250);
    return () => clearTimeout(timer);
  }, [moving, value, onChange]);
  return (
    <Slider
      {...rest}
      value={shown ?? fallback}
      words={shown === null ? 'The shop’s choice' : `${Math.round(shown * 100)}%`}
      onChange={setMoving}
    />
  );
}
