import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { request } from '../api/request';
import { ExampleProductsDocument } from '../gql/graphql';
import { type DemoAccount, useDemoAccounts } from '../shell/demo';
import { carriedOver } from './carried';
import { fillHeaders, fillVariables } from './examples';
import { become, noteIssued, personaFetch, session, visitor } from './persona';
import mark from '../assets/mark.svg';

/** One click to act as someone: signs in, and puts token and ids where the operations need them. */
export function PersonaBar({ onChange }: { onChange: () => void }) {
  const current = useSyncExternalStore(session.subscribe, () => session.current);
  const visitorId = useSyncExternalStore(visitor.subscribe, () => visitor.current);
  const accounts = useDemoAccounts();
  const carried = useSyncExternalStore(carriedOver.subscribe, carriedOver.current);
  const examples = useExampleProducts();
  const example = exampleFor(examples, carried.recordings);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [email, setEmail] = useState<string | null>(() => sessionStorage.getItem('shelfwise.persona'));
  const userId = current?.account.id ?? visitorId;
  const token = current?.accessToken ?? null;
  const signIn = accounts.find((account) => account.email === email) ?? accounts.find((account) => account.role === 'CUSTOMER');
  const ids = useMemo(
    () => ({ userId, email: signIn?.email ?? null, password: signIn?.password ?? null, ...example, ...carried }),
    [userId, signIn, example, carried],
  );
  useFilledTabs(token, ids, examples);

  const owner = useRef(userId);
  useEffect(() => {
    // A running subscription belongs to whoever started it.
    if (owner.current !== userId) onChange();
    owner.current = userId;
  }, [userId, onChange]);
  useEffect(() => {
    if (!current) visitor.ensure().catch(() => setProblem('the server was not reached'));
  }, [current]);

  const actAs = async (account: DemoAccount | null) => {
    setProblem(null);
    setBusy(account?.email ?? 'visitor');
    try {
      if (account) await become(account.email, account.password);
      else session.end();
      setEmail(account?.email ?? null);
      if (account) sessionStorage.setItem('shelfwise.persona', account.email);
      else sessionStorage.removeItem('shelfwise.persona');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'that did not work');
    } finally {
      setBusy(null);
    }
  };

  return (
    <header className="persona-bar">
      <a href="/" className="persona-home" title="Back to the shop">
        <img src={mark} alt="" width={22} height={22} />
        <span>Shelfwise</span>
      </a>
      <fieldset>
        <legend>Act as</legend>
        <button type="button" aria-pressed={!current} disabled={busy !== null} onClick={() => void actAs(null)}>
          Visitor
        </button>
        {accounts.map((account) => (
          <button
            key={account.email}
            type="button"
            aria-pressed={Boolean(current) && email === account.email}
            disabled={busy !== null}
            onClick={() => void actAs(account)}
          >
            {account.label}
          </button>
        ))}
      </fieldset>
      <p role="status" className={problem ? 'persona-problem' : ''}>
        {problem ?? (busy ? 'Signing in…' : userId ? <>userId <code>{userId}</code></> : '')}
      </p>
    </header>
  );
}

/** Keeps headers and variables of the open tab in step with who is acting. */
function useFilledTabs(token: string | null, ids: { userId: string | null }, examples: readonly ExampleProduct[]): void {
  const { updateActiveTabValues } = useGraphiQLActions();
  const { tabs, activeTabIndex, variableEditor, headerEditor } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'variableEditor', 'headerEditor'),
  );
  const tab = tabs[activeTabIndex];
  const tabId = tab?.id;
  const filled = useRef(new Map<string, string>());
  useEffect(() => {
    if (!variableEditor || !headerEditor || !ids.userId || !tabId) return;
    // Once for each person, tab and answer: what is typed over it afterwards stays.
    const wanted = JSON.stringify([token, ids]);
    if (filled.current.get(tabId) === wanted) return;
    const again = filled.current.has(tabId);
    filled.current.set(tabId, wanted);
    if (token) noteIssued(token);
    // A tab that was just opened has its text before its editor shows it.
    const typed = variableEditor.getValue() || tab?.variables || '';
    const chosen = again && namesAnother(typed, examples);
    const variables = fillVariables(typed, chosen ? { ...ids, productId: null } : ids) ?? '';
    const headers = fillHeaders(headerEditor.getValue() || tab?.headers, token);
    if (variables !== variableEditor.getValue()) variableEditor.setValue(variables);
    if (headers !== headerEditor.getValue()) headerEditor.setValue(headers);
    updateActiveTabValues({ variables, headers });
  }, [token, ids, examples, tab, tabId, variableEditor, headerEditor, updateActiveTabValues]);
}

/** Whether someone typed a product of their own choice. */
function namesAnother(variables: string, examples: readonly ExampleProduct[]): boolean {
  const named = /"productId"\s*:\s*"([^"]+)"/.exec(variables)?.[1];
  return named !== undefined && examples.every((example) => example.productId !== named);
}

interface ExampleProduct {
  productId: string;
  variantId: string;
}

// Each page begins somewhere else: a like of what was liked before moves no list.
const beginning = Math.random();

function exampleFor(examples: readonly ExampleProduct[], recordings: number): ExampleProduct | undefined {
  return examples[(Math.floor(beginning * examples.length) + recordings) % examples.length];
}

/** Products that can be bought, for the examples that need one. */
function useExampleProducts(): readonly ExampleProduct[] {
  const [found, setFound] = useState<readonly ExampleProduct[]>([]);
  useEffect(() => {
    let current = true;
    void (async () => {
      const { products } = await request(personaFetch, ExampleProductsDocument, {});
      const sold = products.nodes.flatMap((product) => {
        const variant = product.variants.find((candidate) => candidate.availableQuantity > 0);
        return variant ? [{ productId: product.id, variantId: variant.id }] : [];
      });
      if (current) setFound(sold);
    })().catch(() => undefined);
    return () => {
      current = false;
    };
  }, []);
  return found;
}
