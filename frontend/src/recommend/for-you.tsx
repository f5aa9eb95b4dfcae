import { PackageOpen, Settings2, WifiOff } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { connection } from '../api/connection';
import { describeFailure } from '../api/errors';
import { ProductCard, SkeletonGrid } from '../catalogue/product-card';
import type { PreferencesInput, RecommendationListFragment } from '../gql/graphql';
import { useMarks } from '../signals/marks';
import { formatTime } from '../orders/words';
import { useShopper } from '../shell/shopper';
import { Button } from '../ui/button';
import { formatAgo } from '../ui/money';
import { Notice } from '../ui/notice';
import { useFlip } from './flip';
import { describeCause } from './shelf-reducer';
import { DEFAULT_TUNING, TuningPanel, useTuning } from './tuning';
import { type LiveShelf, useLiveShelf } from './use-live-shelf';
import { FALLBACK, strategyLabel } from './words';

const COUNT = 12;
const GRID = 'grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 lg:grid-cols-4 xl:grid-cols-6 xl:gap-x-5';

export function ForYou({ preferences }: { preferences: PreferencesInput | null }) {
  const { id: userId, account } = useShopper();
  const [tuning, setTuning] = useTuning();
  const [tuningOpen, setTuningOpen] = useState(false);
  const { dismissed } = useMarks();
  const shelf = useLiveShelf(
    {
      count: COUNT,
      strategy: tuning.strategy,
      filter: { diversity: tuning.diversity, sustainabilityBoost: tuning.sustainabilityBoost },
      preferences,
    },
    userId,
  );
  const grid = useRef<HTMLDivElement>(null);
  const items = useMemo(
    () => shelf.list?.items.filter((item) => !dismissed.includes(item.product.id)) ?? [],
    [shelf.list, dismissed],
  );
  useFlip(grid, items);
  const tuned = JSON.stringify(tuning) !== JSON.stringify(DEFAULT_TUNING);

  return (
    <section aria-labelledby="for-you">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex items-center gap-3">
            <h1 id="for-you" className="display text-3xl sm:text-4xl">
              {account ? `For you, ${account.displayName.split(' ')[0]}` : 'For you'}
            </h1>
            <LivePill />
          </div>
          <UpdateLine shelf={shelf} />
        </div>
        <Button
          aria-expanded={tuningOpen}
          aria-controls="tuning"
          onClick={() => setTuningOpen(!tuningOpen)}
          className={tuned ? 'border-accent!' : ''}
        >
          <Settings2 className="size-4" aria-hidden />
          Tune this shelf
        </Button>
      </div>
      <div id="tuning" hidden={!tuningOpen} className="mt-4">
        {tuningOpen && <TuningPanel tuning={tuning} onChange={setTuning} />}
      </div>
      <div className="mt-6">
        {items.length > 0 && shelf.list ? (
          <div ref={grid} className={`relative ${GRID}`} data-testid="for-you-shelf">
            {items.map((item, index) => (
              <div key={item.product.id} data-key={item.product.id} className="min-w-0">
                <ProductCard
                  product={item.product}
                  recommended={{ item, recommendationId: shelf.list?.id ?? '' }}
                  arrived={shelf.arrived.has(item.product.id)}
                  eager={index < 6}
                />
              </div>
            ))}
          </div>
        ) : shelf.error ? (
          <Notice
            title="Your shelf did not arrive"
            onRetry={shelf.retry}
            icon={<WifiOff className="size-8" aria-hidden />}
          >
            {describeFailure(shelf.error)}
          </Notice>
        ) : shelf.list ? (
          <Notice title="Nothing fits yet" icon={<PackageOpen className="size-8" aria-hidden />}>
            Look around a little, or loosen how this shelf is chosen.
          </Notice>
        ) : (
          <SkeletonGrid count={COUNT} className={GRID} />
        )}
      </div>
      {shelf.list && <Provenance list={shelf.list} />}
    </section>
  );
}

function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

function UpdateLine({ shelf }: { shelf: LiveShelf }) {
  const now = useNow(10_000);
  const cause = shelf.cause && describeCause(shelf.cause);
  return (
    <p className="mt-1.5 min-h-6 text-sm text-muted" role="status" aria-live="polite" data-testid="shelf-update">
      {shelf.updatedAt && cause ? (
        <>
          Updated {formatAgo(shelf.updatedAt, Math.max(now, shelf.updatedAt))} {cause.text}
          {cause.product && <span className="font-semibold text-ink"> {cause.product}</span>}
          {shelf.arrived.size > 0 && ` · ${shelf.arrived.size} new`}
        </>
      ) : (
        'Arranges itself as you look around. Every product can say why it is here.'
      )}
    </p>
  );
}

const PILL = {
  live: { text: 'Live', dot: 'bg-accent', pulse: true },
  connecting: { text: 'Connecting', dot: 'bg-star', pulse: true },
  reconnecting: { text: 'Reconnecting', dot: 'bg-star', pulse: true },
  idle: { text: 'Paused', dot: 'bg-muted', pulse: false },
  offline: { text: 'Offline', dot: 'bg-danger', pulse: false },
} as const;

function LivePill() {
  const live = useSyncExternalStore(connection.subscribe, connection.live);
  const online = useSyncExternalStore(connection.subscribe, connection.online);
  const state = PILL[online ? live : 'offline'];
  return (
    <span
      className="inline-flex items-center gap-1.5 rounded-full border border-line px-2.5 py-1 text-xs font-semibold text-muted"
      data-testid="live-state"
    >
      <span className={`size-2 rounded-full ${state.dot} ${state.pulse ? 'animate-pulse-soft' : ''}`} aria-hidden />
      {state.text}
    </span>
  );
}

/** What produced the list, for the curious. */
function Provenance({ list }: { list: RecommendationListFragment }) {
  const asked = list.requestedStrategy;
  const facts: [string, string][] = [['Served by', strategyLabel(list.servedStrategy)]];
  if (list.fallback !== 'NONE') {
    facts.push(['Fallback', `${asked ? `instead of ${strategyLabel(asked)}: ` : ''}${FALLBACK[list.fallback]}`]);
  }
  if (list.experiment) facts.push(['Experiment', `${list.experiment.experimentKey} · ${list.experiment.variantKey}`]);
  if (list.modelVersion) {
    // Models are named after the moment they were trained.
    const trained = Date.parse(list.modelVersion);
    facts.push(Number.isNaN(trained) ? ['Model', list.modelVersion] : ['Trained', formatTime(list.modelVersion)]);
  }
  facts.push(['Answered in', `${list.tookMs < 10 ? list.tookMs.toFixed(1) : Math.round(list.tookMs)} ms${list.cached ? ', from cache' : ''}`]);
  return (
    <dl className="mt-6 flex flex-wrap gap-x-5 gap-y-1 text-xs text-muted" data-testid="provenance">
      {facts.map(([term, text]) => (
        <div key={term} className="flex gap-1.5">
          <dt>{term}</dt>
          <dd className="font-semibold text-ink">{text}</dd>
        </div>
      ))}
    </dl>
  );
}
