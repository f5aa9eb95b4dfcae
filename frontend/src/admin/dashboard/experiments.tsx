import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { describeFailure } from '../../api/errors';
import { AdminExperimentsDocument, type AdminExperimentsQuery, type ExperimentGoal, type ExperimentStatus } from '../../gql/graphql';
import { Badge } from '../../orders/badge';
import { formatTime, type Tone } from '../../orders/words';
import { sourceLabel } from '../../recommend/words';
import { formatMoney, plural } from '../../ui/money';
import { Notice } from '../../ui/notice';
import { Segmented } from '../../ui/segmented';
import { formatLift, formatShare, placeOnScale, scaleFor } from './figures';

type Experiment = AdminExperimentsQuery['experiments']['nodes'][number];
type Arm = Experiment['results']['variants'][number];

const STATUS: Record<ExperimentStatus, { label: string; tone: Tone }> = {
  DRAFT: { label: 'Draft', tone: 'plain' },
  RUNNING: { label: 'Running', tone: 'good' },
  PAUSED: { label: 'Paused', tone: 'waiting' },
  COMPLETED: { label: 'Completed', tone: 'plain' },
};
const GOALS: readonly { value: ExperimentGoal; label: string }[] = [
  { value: 'CLICK_THROUGH_RATE', label: 'Clicks' },
  { value: 'CONVERSION_RATE', label: 'Orders' },
  { value: 'REVENUE_PER_USER', label: 'Revenue' },
];
/** Below this a split is not the one that was planned. */
const BROKEN = 0.001;
const SURE = 0.05;

/** The latest experiments and what they found, by the goal that is chosen. */
export function Experiments() {
  const [goal, setGoal] = useState<ExperimentGoal>('CLICK_THROUGH_RATE');
  const [{ data, error }, again] = useQuery({
    query: AdminExperimentsDocument,
    variables: { goal },
    requestPolicy: 'cache-and-network',
  });
  if (!data && error) {
    return (
      <Notice title="The experiments did not load" onRetry={() => again({ requestPolicy: 'network-only' })}>
        {describeFailure(error)}
      </Notice>
    );
  }
  const experiments = data?.experiments.nodes ?? [];
  return (
    <div className="space-y-5">
      <Segmented label="Goal" value={goal} options={GOALS} onChange={setGoal} />
      {!data && <div className="h-40 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />}
      {data && experiments.length === 0 && <p className="text-sm text-muted">There is no experiment yet.</p>}
      {experiments.map((experiment) => (
        <Findings key={experiment.id} experiment={experiment} goal={goal} />
      ))}
    </div>
  );
}

function Findings({ experiment, goal }: { experiment: Experiment; goal: ExperimentGoal }) {
  const { variants, sampleRatioPValue } = experiment.results;
  const bounds = variants.flatMap((arm) => [arm.confidenceLow ?? 0, arm.confidenceHigh ?? 0]);
  const scale = scaleFor(bounds);
  return (
    <article className="rounded-2xl border border-line bg-surface p-4 sm:p-5" aria-label={experiment.name} data-testid="experiment">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="font-semibold">{experiment.name}</h3>
        <Badge {...STATUS[experiment.status]} />
        <span className="text-xs text-muted">
          {experiment.startedAt ? `since ${formatTime(experiment.startedAt)}` : 'not started'}
          {experiment.winner && `, won by ${experiment.winner.key}`}
        </span>
      </header>
      {sampleRatioPValue < BROKEN && (
        <p className="mt-3 flex items-start gap-2 rounded-xl bg-danger-soft px-3 py-2 text-sm text-danger" role="alert">
          <TriangleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          Shoppers are not dealt as planned, so these figures mean nothing.
        </p>
      )}
      <ul className="mt-3 divide-y divide-line">
        {variants.map((arm, place) => (
          <ArmRow key={arm.variantKey} arm={arm} goal={goal} control={place === 0} scale={scale} />
        ))}
      </ul>
    </article>
  );
}

function ArmRow({ arm, goal, control, scale }: { arm: Arm; goal: ExperimentGoal; control: boolean; scale: number }) {
  return (
    <li className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-2 py-3 sm:grid-cols-[minmax(9rem,1fr)_7rem_minmax(12rem,2fr)_8rem]" data-testid="arm">
      <div className="min-w-0">
        <p className="truncate font-medium">{arm.variantKey}</p>
        <p className="truncate text-xs text-muted">
          {sourceLabel(arm.metrics.strategyId)}, {plural(arm.users, 'shopper')}
        </p>
      </div>
      <p className="text-right font-semibold tabular-nums sm:text-left">
        {outcome(arm, goal)}
        <span className="block text-xs font-normal text-muted">{UNIT[goal]}</span>
      </p>
      <div className="max-sm:col-span-2">{!control && <Interval arm={arm} scale={scale} />}</div>
      <p className="text-sm max-sm:col-span-2 sm:text-right">{control ? <span className="text-muted">Baseline</span> : verdict(arm)}</p>
    </li>
  );
}

const UNIT: Record<ExperimentGoal, string> = {
  CLICK_THROUGH_RATE: 'of what was seen',
  CONVERSION_RATE: 'of shoppers',
  REVENUE_PER_USER: 'in all',
};

function outcome(arm: Arm, goal: ExperimentGoal): string {
  if (goal === 'CLICK_THROUGH_RATE') return formatShare(arm.metrics.clickThroughRate);
  return goal === 'CONVERSION_RATE' ? formatShare(arm.metrics.conversionRate) : formatMoney(arm.metrics.revenue);
}

function verdict(arm: Arm) {
  if (arm.pValue === null || arm.pValue === undefined) return <span className="text-muted">Too little to tell</span>;
  const p = arm.pValue < 0.001 ? 'p < 0.001' : `p = ${arm.pValue.toFixed(3)}`;
  if (arm.pValue >= SURE || !arm.liftPercent) {
    return (
      <>
        No difference yet <span className="block text-xs text-muted">{p}</span>
      </>
    );
  }
  return (
    <>
      <span className={`font-semibold ${arm.liftPercent > 0 ? 'text-accent' : 'text-danger'}`}>{arm.liftPercent > 0 ? 'Better' : 'Worse'}</span>{' '}
      <span className="block text-xs text-muted">{p}</span>
    </>
  );
}

/** The 95 % interval of the lift around zero. */
function Interval({ arm, scale }: { arm: Arm; scale: number }) {
  const { confidenceLow: low, confidenceHigh: high, liftPercent: lift } = arm;
  if (low == null || high == null || lift == null) {
    return <div className="h-px bg-line" aria-hidden />;
  }
  const { left, width } = placeOnScale(low, high, scale);
  const dot = placeOnScale(lift, lift, scale).left;
  const tone = low > 0 ? 'bg-accent' : high < 0 ? 'bg-danger' : 'bg-muted';
  return (
    <div role="img" aria-label={`${formatLift(lift)}, with 95% confidence between ${formatLift(low)} and ${formatLift(high)}`}>
      <div className="relative h-5">
        <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
        <span className="absolute inset-y-0 left-1/2 w-px bg-line" />
        <span className={`absolute top-1/2 h-1.5 -translate-y-1/2 rounded-full opacity-45 ${tone}`} style={{ left: `${left}%`, width: `${width}%` }} />
        <span className={`absolute top-1/2 size-2.5 -translate-1/2 rounded-full ${tone}`} style={{ left: `${dot}%` }} />
      </div>
      <div className="flex justify-between text-[0.7rem] tabular-nums text-muted">
        <span>−{scale}%</span>
        <span>
          {formatLift(lift)} ({formatLift(low)} to {formatLift(high)})
        </span>
        <span>+{scale}%</span>
      </div>
    </div>
  );
}
