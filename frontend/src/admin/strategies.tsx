import { useCallback, useEffect, useId, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { describeFailure } from '../api/errors';
import {
  AdminStrategiesDocument,
  type StrategyPartsFragment,
  TrainStrategyDocument,
  UpdateStrategyDocument,
} from '../gql/graphql';
import { Badge } from '../orders/badge';
import { formatTime } from '../orders/words';
import { Alert } from '../ui/alert';
import { Button } from '../ui/button';
import { inputLook } from '../ui/field';
import { Notice } from '../ui/notice';
import { Switch } from '../ui/switch';
import { toast } from '../ui/toast';
import {
  describeFigures,
  expectsFigures,
  isFinal,
  isUnsettled,
  latestFigures,
  readConfig,
  TRAINING_STATUS,
  whyUnmeasured,
} from './training';

const POLL_MS = 2_000;
const COLUMNS = ['Strategy', 'On', 'Model', 'Latest training', ''];
const CELL = 'max-md:col-span-full md:py-4 md:pr-5 md:align-top';

/** Every strategy of the shop: whether it is on, how it was trained, how good it is and how it is configured. */
export function Strategies() {
  const [{ data, fetching, error }, again] = useQuery({
    query: AdminStrategiesDocument,
    requestPolicy: 'cache-and-network',
  });
  const [asked, setAsked] = useState<ReadonlySet<string>>(new Set());
  const [now, setNow] = useState(() => Date.now());
  const strategies = data?.strategies;
  const unsettled = strategies !== undefined && isUnsettled(strategies, asked, now);
  useEffect(() => {
    if (!unsettled) return;
    const timer = setInterval(() => {
      setNow(Date.now());
      again({ requestPolicy: 'network-only' });
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [unsettled, again]);
  const onAsked = useCallback((id: string) => {
    setNow(Date.now());
    setAsked((before) => new Set([...before, id]));
  }, []);
  if (!strategies) {
    if (fetching) return <div className="h-96 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
    return (
      <Notice title="The strategies did not load" onRetry={() => again({ requestPolicy: 'network-only' })}>
        {describeFailure(error)}
      </Notice>
    );
  }
  return (
    <table className="w-full text-left text-sm max-md:block">
      <caption className="sr-only">Strategies</caption>
      <thead className="border-b border-line text-xs text-muted max-md:sr-only">
        <tr>
          {COLUMNS.map((title) => (
            <th key={title} scope="col" className="py-2 pr-5 font-medium">
              {title || <span className="sr-only">Actions</span>}
            </th>
          ))}
        </tr>
      </thead>
      {strategies.map((info) => (
        <StrategyRows
          key={info.id}
          info={info}
          measuring={asked.has(info.id) && expectsFigures(info, strategies, now)}
          onAsked={onAsked}
        />
      ))}
    </table>
  );
}

function StrategyRows({
  info,
  measuring,
  onAsked,
}: {
  info: StrategyPartsFragment;
  measuring: boolean;
  onAsked: (id: string) => void;
}) {
  const configId = useId();
  const [{ fetching: switching }, update] = useMutation(UpdateStrategyDocument);
  const [{ fetching: asking }, train] = useMutation(TrainStrategyDocument);
  const [open, setOpen] = useState(false);
  const [refused, setRefused] = useState<string[]>([]);
  const latest = info.trainingRuns[0];
  const busy = asking || (latest !== undefined && !isFinal(latest.status));

  const onSwitch = async (enabled: boolean) => {
    const { data, error } = await update({ strategyId: info.id, enabled });
    const mistakes = data?.strategyUpdate.userErrors.map(({ message }) => message) ?? [describeFailure(error)];
    setRefused(mistakes);
    if (mistakes.length === 0) toast(enabled ? `${info.name} is on and gets trained` : `${info.name} is off`);
  };
  const onTrain = async () => {
    const { data, error } = await train({ strategyId: info.id });
    const mistakes = data?.strategyTrain.userErrors.map(({ message }) => message) ?? [describeFailure(error)];
    setRefused(mistakes);
    if (mistakes.length === 0) onAsked(info.id);
  };

  return (
    <tbody className="border-b border-line max-md:block" data-testid="strategy">
      <tr className="max-md:grid max-md:grid-cols-[1fr_auto] max-md:gap-x-4 max-md:gap-y-2 max-md:py-4">
        <th scope="row" className="font-normal md:w-2/5 md:py-4 md:pr-5 md:align-top">
          <span className="block font-semibold">{info.name}</span>
          <span className="mt-0.5 block max-w-prose text-muted first-letter:uppercase">{info.description}</span>
          <div className={refused.length > 0 ? 'mt-2' : ''}>
            <Alert messages={refused} />
          </div>
        </th>
        <td className="md:py-2 md:pr-5 md:align-top">
          <Switch
            label={`${info.name} on`}
            checked={info.enabled}
            busy={switching}
            onChange={(enabled) => void onSwitch(enabled)}
          />
        </td>
        <td className={CELL}>
          <ModelCell info={info} />
        </td>
        <td className={`${CELL} md:w-1/4`}>
          <TrainingCell info={info} measuring={measuring} />
        </td>
        <td className="max-md:col-span-full md:py-2.5 md:align-top">
          <div className="flex gap-2 md:justify-end">
            <Button
              aria-label={`Configure ${info.name}`}
              aria-expanded={open}
              aria-controls={configId}
              onClick={() => setOpen(!open)}
            >
              Configure
            </Button>
            <Button
              aria-label={`Retrain ${info.name}`}
              busy={busy}
              disabled={!info.enabled}
              onClick={() => void onTrain()}
            >
              Retrain
            </Button>
          </div>
        </td>
      </tr>
      <tr id={configId} hidden={!open} className="max-md:block max-md:[[hidden]]:hidden">
        <td colSpan={COLUMNS.length} className="pb-5 max-md:block">
          {open && <ConfigEditor info={info} onAsked={onAsked} />}
        </td>
      </tr>
    </tbody>
  );
}

function ModelCell({ info }: { info: StrategyPartsFragment }) {
  if (!info.enabled) return <span className="text-muted">Off</span>;
  if (!info.ready) return <span className="text-muted">Not trained yet</span>;
  return (
    <>
      <span className="font-medium">Ready</span>
      {info.trainedAt && (
        <span className="block whitespace-nowrap text-muted max-md:inline">
          <span className="md:hidden">, trained </span>
          <time dateTime={info.trainedAt}>{formatTime(info.trainedAt)}</time>
        </span>
      )}
    </>
  );
}

function TrainingCell({ info, measuring }: { info: StrategyPartsFragment; measuring: boolean }) {
  const latest = info.trainingRuns[0];
  if (!latest) return <span className="text-muted">No training on record</span>;
  const measured = latestFigures(info.trainingRuns);
  const unmeasured = whyUnmeasured(info);
  const figures = !unmeasured && measured?.offline && describeFigures(measured.offline);
  return (
    <div className="space-y-1">
      <p role="status" className="flex flex-wrap items-center gap-2">
        <Badge {...TRAINING_STATUS[latest.status]} />
        {measuring && <span className="text-xs text-muted">Figures follow</span>}
      </p>
      {latest.error && <p className="break-words text-danger first-letter:uppercase">{latest.error}</p>}
      {figures && (
        <>
          <p className="font-medium">{figures.main}</p>
          <ul className="text-xs text-muted">
            {figures.others.map((figure) => (
              <li key={figure} className="first-letter:uppercase">
                {figure}
              </li>
            ))}
          </ul>
          {measured !== latest && measured.finishedAt && (
            <p className="text-xs text-muted">Measured {formatTime(measured.finishedAt)}</p>
          )}
        </>
      )}
      {unmeasured && <p className="text-xs text-muted">{unmeasured}</p>}
    </div>
  );
}

function ConfigEditor({ info, onAsked }: { info: StrategyPartsFragment; onAsked: (id: string) => void }) {
  const id = useId();
  const [{ fetching }, update] = useMutation(UpdateStrategyDocument);
  const before = JSON.stringify(info.config, null, 2);
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? before;
  const [mistakes, setMistakes] = useState<string[]>([]);
  const send = async (config: Record<string, unknown>) => {
    const { data, error } = await update({ strategyId: info.id, config });
    const refusals = data?.strategyUpdate.userErrors.map(({ message }) => message) ?? [describeFailure(error)];
    setMistakes(refusals);
    if (refusals.length > 0) return;
    setTyped(null);
    toast(`Saved. ${info.name} is trained with it.`);
    onAsked(info.id);
  };
  const save = () => {
    const read = readConfig(text);
    if ('mistake' in read) setMistakes([read.mistake]);
    else void send(read.config);
  };
  return (
    <div className="space-y-3 rounded-2xl bg-sunken p-4">
      <div className="space-y-1.5">
        <label htmlFor={id} className="block font-semibold">
          Configuration of {info.name}
        </label>
        <p id={`${id}-hint`} className="text-muted">
          JSON. Keys left out take their defaults; a change starts a training.
        </p>
      </div>
      <textarea
        id={id}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        rows={Math.min(before.split('\n').length + 1, 18)}
        aria-invalid={mistakes.length > 0 ? true : undefined}
        aria-describedby={`${id}-hint ${id}-mistakes`}
        className={`${inputLook} py-3 font-mono sm:text-xs!`}
        value={text}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div id={`${id}-mistakes`}>
        <Alert messages={mistakes} />
      </div>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" busy={fetching} disabled={text === before} onClick={save}>
          Save configuration
        </Button>
        {text !== before && (
          <Button
            kind="ghost"
            onClick={() => {
              setTyped(null);
              setMistakes([]);
            }}
          >
            Discard
          </Button>
        )}
        <Button kind="ghost" disabled={fetching} onClick={() => void send({})}>
          Back to the defaults
        </Button>
      </div>
    </div>
  );
}
