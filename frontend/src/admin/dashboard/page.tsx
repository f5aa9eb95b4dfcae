import type { ReactNode } from 'react';
import { describeFailure } from '../../api/errors';
import type { AdminDashboardQuery } from '../../gql/graphql';
import { formatCount, formatMoney } from '../../ui/money';
import { Notice } from '../../ui/notice';
import { Segmented } from '../../ui/segmented';
import { Experiments } from './experiments';
import { formatShare } from './figures';
import { CacheState, LowStock, TopProducts } from './shelves';
import { StrategyTable } from './strategies';
import { SPANS, useDashboard } from './use-dashboard';

const OPTIONS = SPANS.map(({ name, label }) => ({ value: name, label }));

type Glance = AdminDashboardQuery['dashboard'];

/** How the shop and its strategies do, now and as it changes. */
export function Dashboard({ mayReadExperiments }: { mayReadExperiments: boolean }) {
  const { span, choose, glance, figures, changed, live, error, again } = useDashboard();
  if (!glance && error) {
    return (
      <Notice title="The figures did not load" onRetry={again}>
        {describeFailure(error)}
      </Notice>
    );
  }
  return (
    <div className="space-y-12">
      <div className="space-y-5">
        <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
          <Segmented label="Span" value={span} options={OPTIONS} onChange={choose} />
          <p className="flex items-center gap-2 text-sm text-muted" role="status" data-testid="live">
            <span aria-hidden className={`size-2 rounded-full ${live ? 'bg-accent' : 'bg-line'}`} />
            {live ? 'Live' : 'Connecting'}
          </p>
        </div>
        <Tiles glance={glance} />
      </div>
      <Part title="Strategies" note="What became of the lists each of them made. Clicks and orders count for the list that led to them.">
        {glance ? <StrategyTable measured={glance.strategies} live={figures} changed={changed} /> : <Waiting />}
      </Part>
      {mayReadExperiments && (
        <Part title="Experiments" note="Shoppers are dealt to arms, so arms are compared shopper by shopper, against the first.">
          <Experiments />
        </Part>
      )}
      {glance && (
        <div className="grid gap-x-10 gap-y-12 md:grid-cols-2 xl:grid-cols-[1.2fr_1fr_0.8fr]">
          <Part title="Sold best">
            <TopProducts products={glance.topProducts} />
          </Part>
          <Part title="Running low">
            <LowStock variants={glance.lowStock} />
          </Part>
          <Part title="Cache of lists" note="Since the server started.">
            <CacheState cache={glance.cache} />
          </Part>
        </div>
      )}
    </div>
  );
}

function Part({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0">
      <h2 className="display text-2xl">{title}</h2>
      {note && <p className="mt-1 max-w-2xl text-sm text-muted">{note}</p>}
      <div className="mt-4">{children}</div>
    </section>
  );
}

function Waiting() {
  return <div className="h-64 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
}

function Tiles({ glance }: { glance: Glance | undefined }) {
  const tiles = [
    { label: 'Revenue', value: glance && formatMoney(glance.revenue) },
    { label: 'Orders', value: glance && formatCount(glance.orders) },
    { label: 'Average order', value: glance && formatMoney(glance.averageOrderValue) },
    { label: 'Active people', value: glance && formatCount(glance.activeUsers) },
    { label: 'Of them ordered', value: glance && formatShare(glance.conversionRate) },
    { label: 'From recommendations', value: glance && formatShare(glance.recommendationRevenueShare) },
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-2xl border border-line bg-line sm:grid-cols-3 xl:grid-cols-6">
      {tiles.map((tile) => (
        <div key={tile.label} className="bg-surface px-4 py-3.5">
          <dt className="text-xs text-muted">{tile.label}</dt>
          <dd className="display mt-0.5 text-2xl tabular-nums" data-testid={`tile-${tile.label.toLowerCase().replaceAll(' ', '-')}`}>
            {tile.value ?? <span className="inline-block h-6 w-20 animate-pulse-soft rounded bg-sunken align-middle" />}
          </dd>
        </div>
      ))}
    </dl>
  );
}
