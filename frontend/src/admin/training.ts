/** What became of trainings, in words for the owner of a shop. */
import type { JobStatus, RecommendationStrategy, StrategyPartsFragment, TrainingPartsFragment } from '../gql/graphql';
import type { Tone } from '../orders/words';

type Offline = NonNullable<TrainingPartsFragment['offline']>;

export const TRAINING_STATUS: Record<JobStatus, { label: string; tone: Tone }> = {
  QUEUED: { label: 'Waiting', tone: 'waiting' },
  RUNNING: { label: 'Training', tone: 'waiting' },
  SUCCEEDED: { label: 'Trained', tone: 'good' },
  FAILED: { label: 'Failed', tone: 'bad' },
  CANCELLED: { label: 'Called off', tone: 'plain' },
};

export const isFinal = (status: JobStatus): boolean => status !== 'QUEUED' && status !== 'RUNNING';

const tenths = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });
const plain = new Intl.NumberFormat('en', { minimumFractionDigits: 3, maximumFractionDigits: 3 });

/** Figures on held-out data as sentences, the one that matters most first. */
export function describeFigures({ k, recall, ndcg, coverage, diversity }: Offline): { main: string; others: string[] } {
  return {
    main: `Finds ${tenths.format(recall)} of what is bought next`,
    others: [
      `in the first ${k} places`,
      `${plain.format(ndcg)} of 1 for their order (NDCG)`,
      `${whole.format(coverage)} of the range gets shown`,
      `products of one list differ by ${whole.format(diversity)}`,
    ],
  };
}

/** The newest figures there are: a training that has just ended is measured after it. */
export const latestFigures = (runs: readonly TrainingPartsFragment[]): TrainingPartsFragment | undefined =>
  runs.find((run) => run.offline);

type Trained = Pick<StrategyPartsFragment, 'id' | 'strategy' | 'trainingRuns'>;

/** What a strategy’s figures would not be about: those that only choose among others, and what is bought again. */
const UNMEASURED: Partial<Record<RecommendationStrategy, string>> = {
  AB_ASSIGNED: 'Chooses among the others, so it has no figures of its own',
  BANDIT: 'Chooses among the others, so it has no figures of its own',
  BUY_IT_AGAIN: 'Only first purchases are measured, not what is bought again',
};

export const whyUnmeasured = ({ strategy }: Pick<Trained, 'strategy'>): string | undefined =>
  strategy ? UNMEASURED[strategy] : undefined;

/** A measurement costs about as much as the training before it. */
const MEASURING_MS = 60_000;

/**
 * Whether the figures of a training that has ended well may still come: they are taken once the whole round, of which
 * it was a part, is over.
 */
export function expectsFigures(info: Trained, all: readonly Trained[], now: number): boolean {
  const own = info.trainingRuns[0];
  if (!own || own.status !== 'SUCCEEDED' || own.offline || whyUnmeasured(info)) return false;
  const latest = all.flatMap(({ trainingRuns }) => trainingRuns[0] ?? []);
  if (latest.some((run) => !isFinal(run.status))) return true;
  const ended = Math.max(...latest.map((run) => Date.parse(run.finishedAt ?? run.startedAt)));
  return now - ended < MEASURING_MS + 3 * (ended - Date.parse(own.startedAt));
}

/** Whether the table will change by itself: a training is under way, or one that was asked for has no figures yet. */
export function isUnsettled(all: readonly Trained[], asked: ReadonlySet<string>, now: number): boolean {
  return all.some((info) => {
    const latest = info.trainingRuns[0];
    return latest !== undefined && (!isFinal(latest.status) || (asked.has(info.id) && expectsFigures(info, all, now)));
  });
}

/** A configuration as typed: an object, or what is wrong with the text. */
export function readConfig(text: string): { config: Record<string, unknown> } | { mistake: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { config: value as Record<string, unknown> };
    }
    return { mistake: 'an object in braces is expected' };
  } catch (error) {
    return { mistake: `this is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}` };
  }
}
