/** Demo accounts the server offers, if it offers any, and stepping into one of them. */
import { useEffect, useState } from 'react';
import { anonymousFetch } from '../api/browser';
import { request } from '../api/request';
import { LoginDocument } from '../gql/graphql';
import { useStored, writeStored } from '../ui/stored';
import { signIn } from './shopper';

export interface DemoAccount {
  label: string;
  email: string;
  password: string;
  role: string;
}

let loading: Promise<DemoAccount[]> | null = null;

export function loadDemoAccounts(): Promise<DemoAccount[]> {
  loading ??= fetch('/demo.json', { headers: { accept: 'application/json' } })
    .then(async (response) => {
      if (!response.ok || !response.headers.get('content-type')?.includes('json')) return [];
      const body = (await response.json()) as { accounts?: DemoAccount[] };
      return body.accounts ?? [];
    })
    .catch(() => {
      loading = null;
      return [];
    });
  return loading;
}

export function useDemoAccounts(): DemoAccount[] {
  const [accounts, setAccounts] = useState<DemoAccount[]>([]);
  useEffect(() => {
    let current = true;
    void loadDemoAccounts().then((found) => current && setAccounts(found));
    return () => {
      current = false;
    };
  }, []);
  return accounts;
}

export async function actAs(account: DemoAccount): Promise<void> {
  // Sent without the visitor: what was looked at before is not the demo account's doing.
  const { login } = await request(anonymousFetch, LoginDocument, {
    input: { email: account.email, password: account.password },
  });
  if (!login.session || !login.user) throw new Error(login.userErrors[0]?.message ?? 'the account was refused');
  signIn(login.session, login.user);
  writeStored(ACTING, { id: login.user.id, email: account.email });
}

const ACTING = 'shelfwise.acting';
type Acting = { id: string; email: string } | null;
const NOBODY: Acting = null;

/** The address of the demo account that `id` belongs to, if it was stepped into from here. */
export function useActing(id: string | undefined): string | null {
  const [acting] = useStored<Acting>(ACTING, NOBODY);
  return acting && acting.id === id ? acting.email : null;
}
