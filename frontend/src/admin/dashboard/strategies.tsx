import type { ReactNode } from 'react';
import type { FigurePartsFragment, MeasuredStrategyFragment } from '../../gql/graphql';
import { sourceLabel } from '../../recommend/words';
import { formatCount, formatMoney, plural } from '../../ui/money';
import { curve, formatMillis, formatShare } from './figures';

const WIDTH = 112;
const HEIGHT = 28;

/** Every strategy that served something, the busiest first; the others are named below. */
export function StrategyTable({
  measured,
  live,
  changed,
}: {
  measured: readonly MeasuredStrategyFragment[];
  live: ReadonlyMap<string, FigurePartsFragment>;
  changed: string | null;
}) {
  const rows = measured.map((one) => ({ ...one, ...live.get(one.strategyId) }));
  const busy = rows.filter((row) => row.requests > 0).toSorted((a, b) => b.requests - a.requests);
  const idle = rows.filter((row) => row.requests === 0);
  const revenue = busy.reduce((sum, row) => sum + row.revenue.minorUnits, 0);
  if (busy.length === 0) {
    return (
      <p className="rounded-2xl border border-dashed border-line px-6 py-10 text-center text-sm text-muted">
        No lists were served in this time. Open the shop in another window and watch them arrive.
      </p>
    );
  }
  return (
    <>
      <table className="w-full text-left text-sm max-lg:block" data-testid="strategies">
        <thead className="border-b border-line text-xs text-muted max-lg:sr-only">
          <tr>
            <th scope="col" className="py-2 pr-4 font-medium">Strategy</th>
            <th scope="col" className="py-2 pr-4 font-medium">Seen and clicked</th>
            <Column>Lists</Column>
            <Column>Clicks</Column>
            <Column>Click rate</Column>
            <Column>In carts</Column>
            <Column>Bought</Column>
            <Column>Conversion</Column>
            <th scope="col" className="py-2 pr-4 text-right font-medium">Revenue</th>
            <Column>Catalogue</Column>
            <Column>Cached</Column>
            <th scope="col" className="py-2 text-right font-medium">p50 / p99</th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line max-lg:grid max-lg:gap-4 max-lg:divide-y-0 sm:max-lg:grid-cols-2">
          {busy.map((row) => (
            <Row
              key={row.strategyId}
              row={row}
              share={revenue > 0 ? row.revenue.minorUnits / revenue : 0}
              fresh={row.strategyId === changed}
            />
          ))}
        </tbody>
      </table>
      {idle.length > 0 && (
        <p className="mt-4 text-sm text-muted">
          {plural(idle.length, 'strategy', 'strategies')} served no list: {idle.map((row) => sourceLabel(row.strategyId)).join(', ')}.
        </p>
      )}
    </>
  );
}

function Column({ children }: { children: string }) {
  return (
    <th scope="col" className="py-2 pr-4 text-right font-medium whitespace-nowrap">
      {children}
    </th>
  );
}

/** A line of the table; on small screens a card with the same cells, each with its name. */
function Row({ row, share, fresh }: { row: MeasuredStrategyFragment; share: number; fresh: boolean }) {
  return (
    <tr
      data-testid="strategy"
      data-strategy={row.strategyId}
      className={`max-lg:grid max-lg:grid-cols-3 max-lg:gap-x-3 max-lg:gap-y-3 max-lg:rounded-2xl max-lg:border max-lg:border-line max-lg:bg-surface max-lg:p-4 ${fresh ? 'animate-fresh' : ''}`}
    >
      <th scope="row" className="font-semibold max-lg:col-span-2 max-lg:self-center lg:py-3 lg:pr-4">
        {sourceLabel(row.strategyId)}
        {row.fallbackRate > 0 && (
          <span className="block text-xs font-normal text-muted">{formatShare(row.fallbackRate)} with help</span>
        )}
      </th>
      <td className="max-lg:justify-self-end lg:py-3 lg:pr-4">
        <Series row={row} />
      </td>
      <Cell name="Lists">{formatCount(row.requests)}</Cell>
      <Cell name="Clicks">{formatCount(row.clicks)}</Cell>
      <Cell name="Click rate" strong>
        {formatShare(row.clickThroughRate)}
      </Cell>
      <Cell name="In carts">{formatCount(row.cartAdds)}</Cell>
      <Cell name="Bought">{formatCount(row.purchases)}</Cell>
      <Cell name="Conversion" strong>
        {formatShare(row.conversionRate)}
      </Cell>
      <Cell name="Revenue" strong>
        {formatMoney(row.revenue)}
        <span className="mt-1 block h-1 overflow-hidden rounded-full bg-sunken lg:ml-auto lg:w-20" role="img" aria-label={`${formatShare(share)} of what recommendations brought in`}>
          <span className="block h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
        </span>
      </Cell>
      <Cell name="Catalogue">{formatShare(row.catalogCoverage)}</Cell>
      <Cell name="Cached">{formatShare(row.cacheHitRate)}</Cell>
      <Cell name="p50 / p99" last>
        {formatMillis(row.p50Ms)} <span className="text-muted">/ {formatMillis(row.p99Ms)}</span>
      </Cell>
    </tr>
  );
}

function Cell({ name, strong, last, children }: { name: string; strong?: boolean; last?: boolean; children: ReactNode }) {
  return (
    <td
      className={`tabular-nums lg:py-3 lg:text-right lg:whitespace-nowrap ${last ? 'max-lg:col-span-3 max-lg:flex max-lg:items-baseline max-lg:gap-2' : 'lg:pr-4'} ${strong ? 'font-semibold' : ''}`}
      data-figure={name}
    >
      <span className="block text-xs font-normal text-muted lg:hidden" aria-hidden>
        {name}
      </span>
      {children}
    </td>
  );
}

/** Impressions as an area, clicks as a line, each to its own height. */
function Series({ row }: { row: MeasuredStrategyFragment }) {
  const seen = row.series.map((point) => point.impressions);
  const clicks = row.series.map((point) => point.clicks);
  const title = `Over ${plural(row.series.length, 'point')} in time: ${plural(row.impressions, 'impression')}, ${plural(row.clicks, 'click')}`;
  return (
    <svg role="img" aria-label={title} viewBox={`-1 -2 ${WIDTH + 2} ${HEIGHT + 4}`} className="block h-8 w-24 overflow-visible lg:w-28" preserveAspectRatio="none">
      <polygon points={`0,${HEIGHT} ${curve(seen, WIDTH, HEIGHT)} ${WIDTH},${HEIGHT}`} className="fill-accent-soft" />
      <polyline
        points={curve(clicks, WIDTH, HEIGHT)}
        className="fill-none stroke-accent"
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
