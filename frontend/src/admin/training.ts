/** What became of trainings, in words for the owner of a shop. */
import type { JobStatus, StrategyPartsFragment, TrainingPartsFragment } from '../gql/graphql';
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

/** Whose figures would say nothing: they only choose among others, for each shopper anew. */
const isChooser = ({ strategy }: Pick<StrategyPartsFragment, 'strategy'>): boolean =>
  strategy === 'AB_ASSIGNED' || strategy === 'BANDIT';

/** How long after a training that was asked for its figures are still expected. */
export const MEASURING_MS = 120_000;

/** Whether the table will change by itself: a training is under way, or one asked for is still being measured. */
export function isUnsettled(
  strategies: readonly Pick<StrategyPartsFragment, 'id' | 'strategy' | 'trainingRuns'>[],
  asked: ReadonlySet<string>,
  now: number,
): boolean {
  return strategies.some((info) => {
    const latest = info.trainingRuns[0];
    return latest !== undefined && (!isFinal(latest.status) || (asked.has(info.id) && isMeasuring(info, now)));
  });
}

/** Whether the latest training has ended well so short a time ago that its figures may still come. */
export function isMeasuring(info: Pick<StrategyPartsFragment, 'strategy' | 'trainingRuns'>, now: number): boolean {
  const latest = info.trainingRuns[0];
  if (!latest?.finishedAt || latest.status !== 'SUCCEEDED' || latest.offline || isChooser(info)) return false;
  return now - Date.parse(latest.finishedAt) < MEASURING_MS;
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
