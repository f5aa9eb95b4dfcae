import { MailCheck } from 'lucide-react';
import { useMutation, useQuery } from 'urql';
import { describeFailure } from '../api/errors';
import { DeadLettersDocument, RetryDeadLetterDocument } from '../gql/graphql';
import { formatTime } from '../orders/words';
import { Button } from '../ui/button';
import { plural } from '../ui/money';
import { Notice } from '../ui/notice';
import { toast } from '../ui/toast';

/** Messages that were given up, to be tried anew once what stopped them is mended. */
export function DeadLetters() {
  const [{ data, fetching, error }, again] = useQuery({ query: DeadLettersDocument, requestPolicy: 'cache-and-network' });
  const [{ fetching: retrying }, retry] = useMutation(RetryDeadLetterDocument);
  const refresh = () => again({ requestPolicy: 'network-only' });
  const letters = data?.deadLetters;
  if (!letters) {
    if (fetching) return <div className="h-64 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
    return (
      <Notice title="The dead letters did not load" onRetry={refresh}>
        {describeFailure(error)}
      </Notice>
    );
  }
  if (letters.length === 0) {
    return (
      <Notice title="No dead letters" icon={<MailCheck className="size-8" aria-hidden />}>
        Everything that had to be sent was sent, or is still being tried.
      </Notice>
    );
  }
  const onRetry = async (id: string) => {
    const { data: answer, error: failure } = await retry({ id });
    toast(answer ? (answer.deadLetterRetry.userErrors[0]?.message ?? 'It is tried again') : describeFailure(failure));
    refresh();
  };
  return (
    <ul className="max-w-3xl divide-y divide-line border-y border-line">
      {letters.map((letter) => (
        <li key={letter.id} className="flex flex-wrap items-start gap-4 py-4">
          <div className="min-w-0 flex-1">
            <p className="font-semibold">{letter.topic}</p>
            <p className="text-sm text-danger">{letter.error}</p>
            <p className="text-sm text-muted">
              {formatTime(letter.createdAt)} · {plural(letter.attempts, 'attempt')}
            </p>
            <details className="mt-1 text-sm">
              <summary className="w-fit text-muted">What it said</summary>
              <pre className="mt-2 overflow-x-auto rounded-xl bg-sunken p-3 text-xs">{JSON.stringify(letter.payload, null, 2)}</pre>
            </details>
          </div>
          <Button busy={retrying} onClick={() => void onRetry(letter.id)}>
            Try again
          </Button>
        </li>
      ))}
    </ul>
  );
}
