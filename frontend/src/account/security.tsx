import { MonitorSmartphone } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { Link, useLocation } from 'wouter';
import { session } from '../api/browser';
import { describeFailure } from '../api/errors';
import {
  ChangeEmailDocument,
  ChangePasswordDocument,
  DeleteAccountDocument,
  OpenSessionsDocument,
  type OpenSessionsQuery,
  ResendVerificationDocument,
  RevokeSessionDocument,
} from '../gql/graphql';
import { Badge } from '../orders/badge';
import { signIn } from '../shell/shopper';
import { Alert } from '../ui/alert';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { formatAgo } from '../ui/money';
import { Notice } from '../ui/notice';
import { toast } from '../ui/toast';
import { describeAgent } from './agent';
import { useFormErrors } from './form';

type OpenSession = OpenSessionsQuery['viewer']['sessions'][number];

/** Everything that keeps an account its owner's. */
export function Security() {
  const [{ data, fetching, error }, again] = useQuery({ query: OpenSessionsDocument, requestPolicy: 'cache-and-network' });
  const me = data?.viewer.user;
  if (!me) {
    if (fetching) return <div className="h-64 animate-pulse-soft rounded-2xl bg-sunken" role="status" aria-label="Loading" />;
    return (
      <Notice title="This did not load" onRetry={() => again({ requestPolicy: 'network-only' })}>
        {describeFailure(error)}
      </Notice>
    );
  }
  return (
    <div className="space-y-12">
      <EmailForm email={me.email ?? ''} verified={me.emailVerified ?? false} />
      <PasswordForm onChanged={() => again({ requestPolicy: 'network-only' })} />
      <section aria-labelledby="sessions">
        <h2 id="sessions" className="display text-2xl">
          Where you are signed in
        </h2>
        <ul className="mt-4 divide-y divide-line border-y border-line">
          {data.viewer.sessions.map((open) => (
            <SessionRow key={open.id} open={open} onRevoked={() => again({ requestPolicy: 'network-only' })} />
          ))}
        </ul>
      </section>
      <DeleteForm />
    </div>
  );
}

function EmailForm({ email, verified }: { email: string; verified: boolean }) {
  const [{ fetching }, change] = useMutation(ChangeEmailDocument);
  const [{ fetching: sending }, resend] = useMutation(ResendVerificationDocument);
  const { errors, settle } = useFormErrors(['newEmail', 'password']);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    const answer = await change({ newEmail: String(values.get('newEmail')).trim(), password: String(values.get('password')) });
    if (!settle(answer, answer.data?.emailChangeRequest.userErrors)) return;
    form.reset();
    toast('A letter to the new address says how to go on');
  };
  const again = async () => {
    const { data, error } = await resend({ email });
    toast(data ? (data.emailVerificationResend.userErrors[0]?.message ?? 'Sent') : describeFailure(error));
  };
  return (
    <section aria-labelledby="email">
      <h2 id="email" className="display text-2xl">
        E-mail address
      </h2>
      <div className="mt-3 flex flex-wrap items-center gap-3 text-sm">
        <span className="font-medium">{email}</span>
        <Badge tone={verified ? 'good' : 'waiting'} label={verified ? 'Confirmed' : 'Not confirmed'} />
        {!verified && (
          <Button kind="ghost" busy={sending} onClick={() => void again()}>
            Send the letter again
          </Button>
        )}
      </div>
      <form className="mt-5 max-w-md space-y-5" onSubmit={(event) => void submit(event)}>
        <Alert messages={errors.general} />
        <Field label="New address" name="newEmail" type="email" autoComplete="email" required error={errors.fields.newEmail} />
        <Field label="Your password" name="password" type="password" autoComplete="current-password" required error={errors.fields.password} />
        <Button type="submit" busy={fetching}>
          Change the address
        </Button>
      </form>
    </section>
  );
}

function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const [{ fetching }, change] = useMutation(ChangePasswordDocument);
  const { errors, settle } = useFormErrors(['currentPassword', 'newPassword']);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    const answer = await change({
      currentPassword: String(values.get('currentPassword')),
      newPassword: String(values.get('newPassword')),
    });
    const payload = answer.data?.passwordChange;
    if (!settle(answer, payload?.userErrors)) return;
    if (payload?.session && payload.user) signIn(payload.session, payload.user);
    form.reset();
    onChanged();
    toast('Changed. Other devices are signed out.');
  };
  return (
    <section aria-labelledby="password">
      <h2 id="password" className="display text-2xl">
        Password
      </h2>
      <form className="mt-4 max-w-md space-y-5" onSubmit={(event) => void submit(event)}>
        <Alert messages={errors.general} />
        <Field
          label="Current password"
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          required
          error={errors.fields.currentPassword}
        />
        <Field
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          required
          hint="At least 8 characters. A few unrelated words are easy to keep and hard to guess."
          error={errors.fields.newPassword}
        />
        <Button type="submit" busy={fetching}>
          Change the password
        </Button>
      </form>
    </section>
  );
}

function SessionRow({ open, onRevoked }: { open: OpenSession; onRevoked: () => void }) {
  const [{ fetching }, revoke] = useMutation(RevokeSessionDocument);
  const [now] = useState(() => Date.now());
  const onRevoke = async () => {
    const { data, error } = await revoke({ id: open.id });
    toast(data ? (data.sessionRevoke.userErrors[0]?.message ?? 'Signed out there') : describeFailure(error));
    if (data) onRevoked();
  };
  const name = describeAgent(open.userAgent);
  return (
    <li className="flex items-center gap-4 py-3">
      <MonitorSmartphone className="size-5 shrink-0 text-muted" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{name}</p>
        <p className="text-sm text-muted">
          {open.current ? 'This device' : `Last used ${formatAgo(Date.parse(open.lastUsedAt), now)}`}
        </p>
      </div>
      {!open.current && (
        <Button busy={fetching} onClick={() => void onRevoke()} aria-label={`Sign out ${name}`}>
          Sign out
        </Button>
      )}
    </li>
  );
}

function DeleteForm() {
  const [, navigate] = useLocation();
  const [{ fetching }, remove] = useMutation(DeleteAccountDocument);
  const { errors, codes, settle } = useFormErrors(['password']);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const answer = await remove({ password: String(new FormData(event.currentTarget).get('password')) });
    if (!settle(answer, answer.data?.accountDelete.userErrors)) return;
    navigate('/');
    session.end();
    toast('Your account is closed');
  };
  return (
    <section aria-labelledby="close">
      <h2 id="close" className="display text-2xl">
        Close the account
      </h2>
      <p className="mt-2 max-w-prose text-sm text-muted">
        Name, addresses, wishlist and everything else about you goes at once and for good. Orders stay with the shop, which
        has to keep them, without your name on them. What you ordered and was not sent yet is called off and paid back. While
        part of an order is on its way and the rest is not, the account stays open: without an address the rest could not
        follow.
      </p>
      <details className="mt-4 max-w-md">
        <summary className="w-fit text-sm font-semibold text-danger">Close my account</summary>
        <form className="mt-4 space-y-5" onSubmit={(event) => void submit(event)}>
          <Alert messages={errors.general}>
            {codes.includes('ORDER_PARTLY_SHIPPED') && (
              <Link href="/account/orders" className="mt-1 inline-block font-semibold underline">
                See which order it is
              </Link>
            )}
          </Alert>
          <Field label="Your password" name="password" type="password" autoComplete="current-password" required error={errors.fields.password} />
          <Button type="submit" busy={fetching} className="border-danger text-danger">
            Close it for good
          </Button>
        </form>
      </details>
    </section>
  );
}
