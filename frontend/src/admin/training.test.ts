import { describe, expect, it } from 'vitest';
import type { JobStatus, RecommendationStrategy, TrainingPartsFragment } from '../gql/graphql';
import { describeFigures, expectsFigures, isUnsettled, latestFigures, readConfig, whyUnmeasured } from './training';

const FIGURES = { k: 10, recall: 0.0981, ndcg: 0.0712, coverage: 0.452, diversity: 0.614 };
const ENDED = '2026-01-01T00:00:00Z';
const SOON = Date.parse(ENDED) + 1_000;

const run = (status: JobStatus, measured = false): TrainingPartsFragment => ({
  id: status,
  status,
  startedAt: ENDED,
  finishedAt: status === 'SUCCEEDED' ? ENDED : null,
  offline: measured ? FIGURES : null,
  error: null,
});
const info = (trainingRuns: TrainingPartsFragment[], strategy: RecommendationStrategy = 'ENSEMBLE') => ({
  id: 'one',
  strategy,
  trainingRuns,
});

describe('figures', () => {
  it('say in plain words what a strategy is good for', () => {
    expect(describeFigures(FIGURES)).toEqual({
      main: 'Finds 9.8% of what is bought next',
      others: [
        'in the first 10 places',
        '0.071 of 1 for their order (NDCG)',
        '45% of the range gets shown',
        'products of one list differ by 61%',
      ],
    });
  });

  it('stay those of the last measurement while a newer training has none', () => {
    const measured = run('SUCCEEDED', true);
    expect(latestFigures([run('RUNNING'), measured])).toBe(measured);
    expect(latestFigures([])).toBeUndefined();
  });
});

describe('a table of trainings', () => {
  it('changes by itself while one is under way', () => {
    expect(isUnsettled([info([run('QUEUED')])], new Set(), SOON)).toBe(true);
    expect(isUnsettled([info([run('RUNNING')])], new Set(), SOON)).toBe(true);
    expect(isUnsettled([info([run('FAILED')])], new Set(['one']), SOON)).toBe(false);
    expect(isUnsettled([info([])], new Set(), SOON)).toBe(false);
  });

  it('waits for the figures of a training that was asked for, but not forever', () => {
    const ended = [info([run('SUCCEEDED')])];
    expect(isUnsettled(ended, new Set(['one']), SOON)).toBe(true);
    expect(isUnsettled(ended, new Set(), SOON)).toBe(false);
    expect(isUnsettled(ended, new Set(['one']), SOON + 3_600_000)).toBe(false);
    expect(isUnsettled([info([run('SUCCEEDED', true)])], new Set(['one']), SOON)).toBe(false);
  });

  it('waits the longer for figures the longer the whole round took', () => {
    const own = info([run('SUCCEEDED')]);
    const slow = info([{ ...run('SUCCEEDED'), finishedAt: '2026-01-01T00:10:00Z' }]);
    const later = Date.parse('2026-01-01T00:30:00Z');
    expect(expectsFigures(own, [own], later)).toBe(false);
    expect(expectsFigures(own, [own, slow], later)).toBe(true);
    expect(expectsFigures(own, [own, info([run('RUNNING')])], later + 3_600_000)).toBe(true);
  });

  it('expects no figures where they would be about something else', () => {
    const chooser = info([run('SUCCEEDED')], 'AB_ASSIGNED');
    expect(expectsFigures(chooser, [chooser], SOON)).toBe(false);
    expect(whyUnmeasured({ strategy: 'BUY_IT_AGAIN' })).toBeDefined();
    expect(whyUnmeasured({ strategy: null })).toBeUndefined();
  });
});

describe('a typed configuration', () => {
  it('is an object', () => {
    expect(readConfig('{ "factors": 32 }')).toEqual({ config: { factors: 32 } });
    expect(readConfig('[]')).toEqual({ mistake: 'an object in braces is expected' });
    expect(readConfig('null')).toEqual({ mistake: 'an object in braces is expected' });
  });

  it('is refused before it is sent when it cannot be read', () => {
    expect(readConfig('{')).toHaveProperty('mistake', expect.stringContaining('this is not JSON'));
  });
});
