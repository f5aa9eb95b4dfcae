import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { request } from '../api/request';
import { ProductsByIdDocument, TrendingDocument } from '../gql/graphql';
import { type DemoAccount, useDemoAccounts } from '../shell/demo';
import { fillHeaders, fillVariables } from './examples';
import { become, noteIssued, personaFetch, session, visitor } from './persona';
import mark from '../assets/mark.svg';

/** One click to act as someone: signs in, and puts token and ids where the operations need them. */
export function PersonaBar({ onChange }: { onChange: () => void }) {
  const current = useSyncExternalStore(session.subscribe, () => session.current);
  const visitorId = useSyncExternalStore(visitor.subscribe, () => visitor.current);
  const accounts = useDemoAccounts();
  const productId = useExampleProduct();
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [email, setEmail] = useState<string | null>(() => sessionStorage.getItem('shelfwise.persona'));
  const userId = current?.account.id ?? visitorId;
  const token = current?.accessToken ?? null;
  useFilledTabs(token, userId, productId);

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
function useFilledTabs(token: string | null, userId: string | null, productId: string | null): void {
  const { updateActiveTabValues } = useGraphiQLActions();
  const { tabs, activeTabIndex, variableEditor, headerEditor } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'variableEditor', 'headerEditor'),
  );
  const tabId = tabs[activeTabIndex]?.id;
  const filled = useRef(new Map<string, string>());
  useEffect(() => {
    if (!variableEditor || !headerEditor || !userId || !tabId) return;
    // Once for each person and tab: what is typed over it afterwards stays.
    const wanted = JSON.stringify([token, userId, productId]);
    if (filled.current.get(tabId) === wanted) return;
    filled.current.set(tabId, wanted);
    if (token) noteIssued(token);
    const variables = fillVariables(variableEditor.getValue(), { userId, productId }) ?? '';
    const headers = fillHeaders(headerEditor.getValue(), token);
    if (variables !== variableEditor.getValue()) variableEditor.setValue(variables);
    if (headers !== headerEditor.getValue()) headerEditor.setValue(headers);
    updateActiveTabValues({ variables, headers });
  }, [token, userId, productId, tabId, variableEditor, headerEditor, updateActiveTabValues]);
}

/** A product that exists, for the example that records an interaction. */
function useExampleProduct(): string | null {
  const [id, setId] = useState<string | null>(null);
  useEffect(() => {
    let current = true;
    void (async () => {
      const { trending } = await request(personaFetch, TrendingDocument, { window: 'MONTH', count: 1 });
      let found = trending.items[0]?.product.id;
      if (!found) {
        const { products } = await request(personaFetch, ProductsByIdDocument, { ids: null, first: 1 });
        found = products.nodes[0]?.id;
      }
      if (current && found) setId(found);
    })().catch(() => undefined);
    return () => {
      current = false;
    };
  }, []);
  return id;
}
