import { Inbox, RotateCw } from 'lucide-react';
import { Fragment, type ReactNode } from 'react';
import { useQuery } from 'urql';
import { describeFailure } from '../api/errors';
import { MailboxDocument } from '../gql/graphql';
import { formatTime } from '../orders/words';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';

const PAGE = 50;
const ADDRESS = /(https?:\/\/[^\s<>"]+)/;

/** Letters that were kept instead of being sent, so that nothing needs a mail server to be tried. */
export function Mailbox() {
  const [{ data, fetching, error }, again] = useQuery({
    query: MailboxDocument,
    variables: { first: PAGE, after: null },
    requestPolicy: 'cache-and-network',
  });
  const refresh = () => again({ requestPolicy: 'network-only' });
  const mails = data?.mailbox.nodes;
  if (!mails) {
    if (fetching) return <div className="h-64 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
    return (
      <Notice title="The mailbox did not load" onRetry={refresh}>
        {describeFailure(error)}
      </Notice>
    );
  }
  if (mails.length === 0) {
    return (
      <Notice title="No letters" icon={<Inbox className="size-8" aria-hidden />} onRetry={refresh}>
        Where mail leaves by SMTP, none are kept here.
      </Notice>
    );
  }
  return (
    <div className="max-w-3xl space-y-4">
      <Button onClick={refresh} busy={fetching}>
        <RotateCw className="size-4" aria-hidden />
        Look again
      </Button>
      <ul className="divide-y divide-line border-y border-line">
        {mails.map((mail) => (
          <li key={mail.id}>
            <details className="group py-3">
              <summary className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
                <span className="font-semibold group-open:text-accent">{mail.subject}</span>
                <span className="text-sm text-muted">{mail.to}</span>
                <time dateTime={mail.createdAt} className="ml-auto text-sm text-muted">
                  {formatTime(mail.createdAt)}
                </time>
              </summary>
              <div className="mt-3 whitespace-pre-wrap break-words rounded-xl bg-sunken p-4 text-sm">{linked(mail.text)}</div>
            </details>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The text with its addresses as links; those of this shop stay in this tab. */
function linked(text: string): ReactNode {
  let place = 0;
  return text.split(ADDRESS).map((part) => {
    place += part.length;
    if (!ADDRESS.test(part)) return <Fragment key={place}>{part}</Fragment>;
    const own = part.startsWith(`${location.origin}/`);
    return (
      <a key={place} href={part} className="font-medium text-accent underline" {...(own ? {} : { target: '_blank', rel: 'noreferrer' })}>
        {part}
      </a>
    );
  });
}
