import { type FormEvent, useState } from 'react';
import { useMutation } from 'urql';
import { Link, useLocation, useSearchParams } from 'wouter';
import { cartToken, visitor } from '../api/browser';
import { describeFailure, type FormErrors, NO_ERRORS, sortErrors } from '../api/errors';
import { LoginDocument, RegisterDocument, ResendVerificationDocument } from '../gql/graphql';
import { useDemoAccounts } from '../shell/demo';
import { handOverVisitor, signIn } from '../shell/shopper';
import { useTitle } from '../shell/title';
import { Alert } from '../ui/alert';
import { Button } from '../ui/button';
import { Field } from '../ui/field';
import { Narrow } from '../ui/narrow';
import { toast } from '../ui/toast';

/** Where signing in leads: back to the page that asked for it, which must be one of ours. */
function useNext(): string {
  const [search] = useSearchParams();
  const next = search.get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

export function LoginPage() {
  useTitle('Sign in');
  const [, navigate] = useLocation();
  const next = useNext();
  const [{ fetching }, login] = useMutation(LoginDocument);
  const [errors, setErrors] = useState<FormErrors>(NO_ERRORS);
  const [refused, setRefused] = useState(false);
  const demo = useDemoAccounts();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const guestCartToken = cartToken.current;
    const { data, error } = await login({
      input: {
        email: String(form.get('email')),
        password: String(form.get('password')),
        visitorId: visitor.current,
        guestCartToken,
      },
    });
    setRefused(false);
    if (!data) return setErrors({ fields: {}, general: [describeFailure(error)] });
    if (data.login.session && data.login.user) {
      if (guestCartToken) cartToken.forget(guestCartToken);
      navigate(next);
      signIn(data.login.session, data.login.user);
      handOverVisitor();
      const merged = data.login.warnings.some((warning) => warning.code === 'LINES_MERGED');
      toast(`Welcome back, ${data.login.user.displayName}${merged ? '. Your basket came along.' : ''}`);
    } else {
      setRefused(data.login.userErrors.some(({ code }) => code === 'INVALID_CREDENTIALS'));
      setErrors(sortErrors(data.login.userErrors, ['email', 'password']));
    }
  };

  return (
    <Narrow
      title="Sign in"
      note={
        <>
          New here?{' '}
          <Link href="/register" className="font-semibold text-accent hover:underline">
            Create an account
          </Link>
        </>
      }
    >
      <form className="space-y-5" onSubmit={submit}>
        <Alert messages={errors.general}>
          {refused && <p className="mt-1">New here? Follow the link in our letter first: it confirms your address.</p>}
        </Alert>
        <Field label="E-mail" name="email" type="email" autoComplete="email" required error={errors.fields.email} />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={errors.fields.password}
        />
        <Button kind="primary" type="submit" busy={fetching} className="min-h-12 w-full text-base">
          Sign in
        </Button>
        <p className="text-sm">
          <Link href="/forgot-password" className="font-semibold text-accent hover:underline">
            Forgot your password?
          </Link>
        </p>
      </form>
      {demo.length > 0 && (
        <p className="mt-6 text-sm text-muted">
          This is a demonstration: the account menu at the top steps into one of {demo.length} prepared accounts with one
          click.
        </p>
      )}
    </Narrow>
  );
}

/** For who waits for the letter that confirms their address. */
function LetterAgain({ email }: { email: string }) {
  const [{ fetching }, resend] = useMutation(ResendVerificationDocument);
  const again = async () => {
    const { data, error } = await resend({ email });
    toast(data ? (data.emailVerificationResend.userErrors[0]?.message ?? 'Sent') : describeFailure(error));
  };
  return (
    <div className="space-y-4 text-sm">
      <p>The link in it confirms your address and signs you in. Until then the password alone does not.</p>
      <Button busy={fetching} onClick={() => void again()}>
        Send the letter again
      </Button>
    </div>
  );
}

export function RegisterPage() {
  useTitle('Create an account');
  const [, navigate] = useLocation();
  const [{ fetching }, register] = useMutation(RegisterDocument);
  const [errors, setErrors] = useState<FormErrors>(NO_ERRORS);
  const [sentTo, setSentTo] = useState<string | null>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const email = String(form.get('email'));
    const { data, error } = await register({
      input: {
        email,
        displayName: String(form.get('displayName')).trim(),
        password: String(form.get('password')),
        visitorId: visitor.current,
      },
    });
    if (!data) return setErrors({ fields: {}, general: [describeFailure(error)] });
    const { session, user, userErrors } = data.register;
    if (session && user) {
      navigate('/account/taste');
      signIn(session, user);
      handOverVisitor();
      toast(`Welcome, ${user.displayName}`);
    } else if (userErrors.length > 0) setErrors(sortErrors(userErrors, ['email', 'displayName', 'password']));
    // Neither signed in nor mistaken: the address has to be confirmed first.
    else setSentTo(email);
  };

  if (sentTo) {
    return (
      <Narrow title="Check your mail" note={`If ${sentTo} can be registered, a message with the next step is on its way.`}>
        <LetterAgain email={sentTo} />
      </Narrow>
    );
  }
  return (
    <Narrow
      title="Create an account"
      note={
        <>
          What you looked at so far comes along. Already have one?{' '}
          <Link href="/login" className="font-semibold text-accent hover:underline">
            Sign in
          </Link>
        </>
      }
    >
      <form className="space-y-5" onSubmit={submit}>
        <Alert messages={errors.general} />
        <Field
          label="Name"
          name="displayName"
          autoComplete="name"
          required
          maxLength={100}
          error={errors.fields.displayName}
        />
        <Field label="E-mail" name="email" type="email" autoComplete="email" required error={errors.fields.email} />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          hint="A few unrelated words are easy to keep and hard to guess."
          error={errors.fields.password}
        />
        <Button kind="primary" type="submit" busy={fetching} className="min-h-12 w-full text-base">
          Create account
        </Button>
      </form>
    </Narrow>
  );
}
