/** The pages that letters lead to, and the one that asks for a letter. */
import { LoaderCircle } from 'lucide-react';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useMutation } from 'urql';
import { Link, useLocation, useSearchParams } from 'wouter';
import { useFormErrors } from '../account/form';
import { describeFailure } from '../api/errors';
import {
  ConfirmEmailChangeDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  VerifyEmailDocument,
} from '../gql/graphql';
import { handOverVisitor, signIn } from '../shell/shopper';
import { useTitle } from '../shell/title';
import { Alert } from '../ui/alert';
import { Button, buttonLook } from '../ui/button';
import { Field } from '../ui/field';
import { Narrow } from '../ui/narrow';
import { toast } from '../ui/toast';

export function ForgotPasswordPage() {
  useTitle('Forgot your password?');
  const [{ fetching }, ask] = useMutation(RequestPasswordResetDocument);
  const { errors, settle } = useFormErrors(['email']);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get('email')).trim();
    const answer = await ask({ email });
    if (settle(answer, answer.data?.passwordResetRequest.userErrors)) setSentTo(email);
  };
  if (sentTo) {
    return (
      <Narrow title="Check your mail" note={`If there is an account for ${sentTo}, a letter with the next step is on its way.`}>
        <Link href="/login" className={buttonLook('quiet')}>
          Back to signing in
        </Link>
      </Narrow>
    );
  }
  return (
    <Narrow title="Forgot your password?" note="Tell us your address, and a letter says how to choose a new one.">
      <form className="space-y-5" onSubmit={(event) => void submit(event)}>
        <Alert messages={errors.general} />
        <Field label="E-mail" name="email" type="email" autoComplete="email" required error={errors.fields.email} />
        <Button kind="primary" type="submit" busy={fetching} className="min-h-12 w-full text-base">
          Send the letter
        </Button>
      </form>
    </Narrow>
  );
}

export function ResetPasswordPage() {
  useTitle('Choose a new password');
  const token = useToken();
  const [, navigate] = useLocation();
  const [{ fetching }, reset] = useMutation(ResetPasswordDocument);
  const { errors, settle } = useFormErrors(['newPassword']);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const answer = await reset({ token, newPassword: String(new FormData(event.currentTarget).get('newPassword')) });
    const payload = answer.data?.passwordReset;
    if (!settle(answer, payload?.userErrors)) return;
    navigate('/account', { replace: true });
    if (payload?.session && payload.user) {
      signIn(payload.session, payload.user);
      handOverVisitor();
    }
    toast('Your password is changed');
  };
  return (
    <Narrow title="Choose a new password" note="You are signed in here afterwards, and signed out everywhere else.">
      <form className="space-y-5" onSubmit={(event) => void submit(event)}>
        <Alert messages={errors.general}>
          <Link href="/forgot-password" className="mt-1 inline-block font-semibold underline">
            Ask for another letter
          </Link>
        </Alert>
        <Field
          label="New password"
          name="newPassword"
          type="password"
          autoComplete="new-password"
          required
          hint="At least 8 characters. A few unrelated words are easy to keep and hard to guess."
          error={errors.fields.newPassword}
        />
        <Button kind="primary" type="submit" busy={fetching} className="min-h-12 w-full text-base">
          Change the password
        </Button>
      </form>
    </Narrow>
  );
}

export function VerifyEmailPage() {
  useTitle('Confirm your address');
  const token = useToken();
  const [, navigate] = useLocation();
  const [, verify] = useMutation(VerifyEmailDocument);
  const failure = useOnce(async () => {
    const { data, error } = await verify({ token });
    if (!data) return describeFailure(error);
    const { session, user, userErrors } = data.emailVerify;
    if (userErrors[0]) return userErrors[0].message;
    navigate('/account/taste', { replace: true });
    if (session && user) {
      signIn(session, user);
      handOverVisitor();
      toast(`Thank you, ${user.displayName}. Your address is confirmed.`);
    }
    return null;
  });
  return (
    <Confirming failure={failure}>
      <Link href="/forgot-password" className="font-semibold text-accent hover:underline">
        Ask for a letter to choose a password
      </Link>
      : it confirms the address too.
    </Confirming>
  );
}

export function ConfirmEmailPage() {
  useTitle('Confirm your new address');
  const token = useToken();
  const [, navigate] = useLocation();
  const [, confirm] = useMutation(ConfirmEmailChangeDocument);
  const failure = useOnce(async () => {
    const { data, error } = await confirm({ token });
    if (!data) return describeFailure(error);
    const [refusal] = data.emailChangeConfirm.userErrors;
    if (refusal) return refusal.message;
    navigate('/account/security', { replace: true });
    toast('Your account has its new address');
    return null;
  });
  return <Confirming failure={failure}>Ask for the change once more in your account.</Confirming>;
}

function Confirming({ failure, children }: { failure: string | null; children: ReactNode }) {
  if (failure === null) {
    return (
      <Narrow title="One moment" note="">
        <p className="flex items-center gap-3" role="status">
          <LoaderCircle className="size-5 animate-spin" aria-hidden />
          Confirming your address…
        </p>
      </Narrow>
    );
  }
  return (
    <Narrow title="That link did not work" note={<span className="inline-block first-letter:uppercase">{failure}</span>}>
      <p className="text-sm">{children}</p>
    </Narrow>
  );
}

function useToken(): string {
  const [search] = useSearchParams();
  return search.get('token') ?? '';
}

/** Does something that must not be done twice when the page appears. Answers with what went wrong. */
function useOnce(work: () => Promise<string | null>): string | null {
  const [failure, setFailure] = useState<string | null>(null);
  const begun = useRef(false);
  const latest = useRef(work);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    void latest.current().then(setFailure);
  }, []);
  return failure;
}
