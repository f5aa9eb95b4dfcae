import { Download } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { useClient, useMutation } from 'urql';
import { useFormErrors } from '../account/form';
import { send } from '../api/browser';
import {
  type JobPartsFragment,
  JobProgressDocument,
  type JobStatus,
  StartExportDocument,
  StartImportDocument,
  type TransferFormat,
  type TransferKind,
} from '../gql/graphql';
import { Badge } from '../orders/badge';
import type { Tone } from '../orders/words';
import { Alert } from '../ui/alert';
import { Button } from '../ui/button';
import { Field, selectLook } from '../ui/field';
import { formatCount } from '../ui/money';
import { toast } from '../ui/toast';

const KINDS: readonly { value: TransferKind; label: string; comesIn: boolean }[] = [
  { value: 'PRODUCTS', label: 'Products', comesIn: true },
  { value: 'STOCK', label: 'Stock', comesIn: false },
  { value: 'ORDERS', label: 'Orders', comesIn: true },
  { value: 'INTERACTIONS', label: 'Interactions', comesIn: true },
];
const STATUS: Record<JobStatus, { label: string; tone: Tone }> = {
  QUEUED: { label: 'Waiting', tone: 'waiting' },
  RUNNING: { label: 'Running', tone: 'waiting' },
  SUCCEEDED: { label: 'Done', tone: 'good' },
  FAILED: { label: 'Failed', tone: 'bad' },
  CANCELLED: { label: 'Cancelled', tone: 'plain' },
};

/** Files that come into the shop or leave it, behind the requests and with their progress in sight. */
export function Transfers() {
  const [jobs, setJobs] = useState<readonly JobPartsFragment[]>([]);
  const begun = (job: JobPartsFragment | null | undefined) => {
    if (job) setJobs((before) => [job, ...before]);
  };
  return (
    <div className="max-w-3xl space-y-10">
      <div className="grid gap-10 sm:grid-cols-2">
        <Export onBegun={begun} />
        <Import onBegun={begun} />
      </div>
      {jobs.length > 0 && (
        <section aria-labelledby="jobs">
          <h2 id="jobs" className="display mb-3 text-2xl">
            Since you opened this page
          </h2>
          <ul className="divide-y divide-line border-y border-line">
            {jobs.map((job) => (
              <Progress key={job.id} begun={job} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Choices({ kinds }: { kinds: typeof KINDS }) {
  return (
    <div className="grid grid-cols-2 gap-4">
      <label className="block space-y-1.5">
        <span className="block text-sm font-semibold">What</span>
        <select name="kind" className={selectLook}>
          {kinds.map((kind) => (
            <option key={kind.value} value={kind.value}>
              {kind.label}
            </option>
          ))}
        </select>
      </label>
      <label className="block space-y-1.5">
        <span className="block text-sm font-semibold">Format</span>
        <select name="format" className={selectLook}>
          <option value="CSV">CSV</option>
          <option value="JSONL">JSON lines</option>
        </select>
      </label>
    </div>
  );
}

const choices = (form: FormData) => ({
  kind: String(form.get('kind')) as TransferKind,
  format: String(form.get('format')) as TransferFormat,
});

function Export({ onBegun }: { onBegun: (job: JobPartsFragment | null | undefined) => void }) {
  const [{ fetching }, start] = useMutation(StartExportDocument);
  const { errors, settle } = useFormErrors([]);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const answer = await start(choices(new FormData(event.currentTarget)));
    if (settle(answer, answer.data?.exportStart.userErrors)) onBegun(answer.data?.exportStart.job);
  };
  return (
    <form className="space-y-5" onSubmit={(event) => void submit(event)}>
      <h2 className="display text-2xl">Export</h2>
      <Alert messages={errors.general} />
      <Choices kinds={KINDS} />
      <Button kind="primary" type="submit" busy={fetching}>
        Export
      </Button>
    </form>
  );
}

function Import({ onBegun }: { onBegun: (job: JobPartsFragment | null | undefined) => void }) {
  const [{ fetching }, start] = useMutation(StartImportDocument);
  const { errors, settle } = useFormErrors(['sourceUrl']);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const answer = await start({ ...choices(form), sourceUrl: String(form.get('sourceUrl')).trim() });
    if (settle(answer, answer.data?.importStart.userErrors)) onBegun(answer.data?.importStart.job);
  };
  return (
    <form className="space-y-5" onSubmit={(event) => void submit(event)}>
      <h2 className="display text-2xl">Import</h2>
      <Alert messages={errors.general} />
      <Choices kinds={KINDS.filter((kind) => kind.comesIn)} />
      <Field label="Address of the file" name="sourceUrl" type="url" required maxLength={2_048} error={errors.fields.sourceUrl} />
      <Button kind="primary" type="submit" busy={fetching}>
        Import
      </Button>
    </form>
  );
}

function Progress({ begun }: { begun: JobPartsFragment }) {
  const client = useClient();
  const [job, setJob] = useState(begun);
  useEffect(() => {
    const live = client.subscription(JobProgressDocument, { jobId: begun.id }).subscribe(({ data }) => {
      if (data) setJob(data.jobProgress);
    });
    return () => live.unsubscribe();
  }, [client, begun.id]);
  return (
    <li className="space-y-2 py-4" data-testid="job">
      <div className="flex flex-wrap items-center gap-3">
        <span className="font-medium first-letter:uppercase">{job.kind}</span>
        <Badge {...STATUS[job.status]} />
        <span className="text-sm tabular-nums text-muted" role="status">
          {formatCount(job.processed)}
          {job.total !== null && ` of ${formatCount(job.total)}`} rows
          {job.failed > 0 && `, ${formatCount(job.failed)} refused`}
        </span>
        {job.resultUrl && <Fetch url={job.resultUrl} />}
      </div>
      {job.status === 'RUNNING' && (
        <progress className="h-2 w-full accent-(--accent)" aria-label="Progress" {...(job.total ? { value: job.processed, max: job.total } : {})} />
      )}
      {job.errors.length > 0 && (
        <details className="text-sm">
          <summary className="w-fit text-danger">What went wrong</summary>
          <ul className="mt-2 space-y-1">
            {job.errors.map((error) => (
              <li key={`${error.path?.join(' ')} ${error.message}`}>
                <span className="text-muted">{error.path?.join(', ')}</span> {error.message}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  );
}

/** Fetches a finished export under the account, which a plain link could not. */
function Fetch({ url }: { url: string }) {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const response = await send(url);
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      const name = /filename="?([^";]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await response.blob());
      link.download = name ?? url.split('/').at(-1) ?? 'export';
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      toast(error instanceof Error ? error.message : 'That did not work');
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button className="ml-auto" busy={busy} onClick={() => void save()}>
      <Download className="size-4" aria-hidden />
      Fetch the file
    </Button>
  );
}
