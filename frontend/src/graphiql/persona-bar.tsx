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

/** Keeps headers and variables of every tab in step with who is acting. */
function useFilledTabs(token: string | null, userId: string | null, productId: string | null): void {
  const { moveTab } = useGraphiQLActions();
  const { tabs, activeTabIndex, variableEditor, headerEditor } = useGraphiQL(
    pick('tabs', 'activeTabIndex', 'variableEditor', 'headerEditor'),
  );
  const applied = useRef('');
  useEffect(() => {
    if (!variableEditor || !headerEditor || !userId) return;
    const wanted = JSON.stringify([token, userId, productId]);
    if (applied.current === wanted) return;
    applied.current = wanted;
    if (token) noteIssued(token);
    const ids = { userId, productId };
    moveTab(
      tabs.map((tab, index) =>
        // The open tab is written through its editors below, which is how GraphiQL learns of a change to it.
        index === activeTabIndex
          ? tab
          : { ...tab, variables: fillVariables(tab.variables, ids), headers: fillHeaders(tab.headers, token) },
      ),
    );
    variableEditor.setValue(fillVariables(variableEditor.getValue(), ids) ?? '');
    headerEditor.setValue(fillHeaders(headerEditor.getValue(), token));
  }, [token, userId, productId, tabs, activeTabIndex, variableEditor, headerEditor, moveTab]);
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
