/** The dashboard of a span: read once, figures followed live, the rest read again a little after something changed. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient, useQuery } from 'urql';
import { AdminDashboardDocument, type FigurePartsFragment, StrategyMetricsLiveDocument, type TrendWindow } from '../../gql/graphql';

const DAY_MS = 86_400_000;
/** Curves, coverage and trade follow the counts at this distance. */
const SETTLE_MS = 4_000;

export const SPANS = [
  { name: 'day', label: '24 hours', days: 1, bucket: 'HOUR' },
  { name: 'week', label: '7 days', days: 7, bucket: 'DAY' },
  { name: 'month', label: '30 days', days: 30, bucket: 'DAY' },
  { name: 'quarter', label: '90 days', days: 90, bucket: 'WEEK' },
] as const satisfies readonly { name: string; label: string; days: number; bucket: TrendWindow }[];

export type SpanName = (typeof SPANS)[number]['name'];

/** A span that began some days before it was chosen, and goes on. */
function begin(name: SpanName) {
  const span = SPANS.find((one) => one.name === name) ?? SPANS[0];
  const from = new Date(Date.now() - span.days * DAY_MS).toISOString();
  return { name, variables: { range: { from }, bucket: span.bucket } };
}

/** What the subscription told about one span. */
interface Heard {
  of: object | null;
  figures: ReadonlyMap<string, FigurePartsFragment>;
  /** The strategy that changed last, since its first event. */
  changed: string | null;
}

const NOTHING: Heard = { of: null, figures: new Map(), changed: null };

export function useDashboard() {
  const client = useClient();
  const [{ name, variables }, setSpan] = useState(() => begin('week'));
  const choose = useCallback((next: SpanName) => setSpan(begin(next)), []);
  const [{ data, error }, ask] = useQuery({
    query: AdminDashboardDocument,
    variables,
    requestPolicy: 'cache-and-network',
  });
  const [latest, setLatest] = useState(NOTHING);
  const heard = latest.of === variables ? latest : NOTHING;
  const later = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  useEffect(() => {
    const live = client
      .subscription(StrategyMetricsLiveDocument, { range: variables.range })
      .subscribe(({ data: event }) => {
        if (!event) return;
        const one = event.strategyMetricsChanged;
        setLatest((before) => {
          const { figures } = before.of === variables ? before : NOTHING;
          // The first of each strategy is what the query reads as well.
          const changed = figures.has(one.strategyId) ? one.strategyId : null;
          return { of: variables, figures: new Map(figures).set(one.strategyId, one), changed };
        });
      });
    return () => live.unsubscribe();
  }, [client, variables]);

  useEffect(() => {
    if (heard.changed === null) return;
    later.current ??= setTimeout(() => {
      later.current = undefined;
      ask({ requestPolicy: 'network-only' });
    }, SETTLE_MS);
  }, [heard, ask]);

  useEffect(
    () => () => {
      clearTimeout(later.current);
      later.current = undefined;
    },
    [variables],
  );

  return {
    span: name,
    choose,
    glance: data?.dashboard,
    figures: heard.figures,
    changed: heard.changed,
    live: heard.of !== null,
    error,
    again: () => ask({ requestPolicy: 'network-only' }),
  };
}
