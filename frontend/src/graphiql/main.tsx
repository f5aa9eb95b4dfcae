import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './graphiql.css';
import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQLInterface } from 'graphiql';
import { createClient } from 'graphql-ws';
import { createRoot } from 'react-dom/client';
import { ENDPOINT } from '../api/transport';
import { EXAMPLES } from './examples';
import { PersonaBar } from './persona-bar';
import { personaFetch, session, visitor } from './persona';
import { withPresentOperation } from './present';

const socket = createClient({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${ENDPOINT}`,
  lazy: true,
  // Read at connection time, so the socket speaks for whoever is acting then.
  connectionParams: async () => {
    const token = await session.accessToken();
    return token ? { authorization: `Bearer ${token}` } : { visitorId: await visitor.ensure() };
  },
});

const fetcher = withPresentOperation(
  createGraphiQLFetcher({ url: ENDPOINT, fetch: personaFetch, wsClient: socket }),
);
const plugins = [DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN];
const defaultTabs = EXAMPLES.map(({ query, variables }) => ({
  query,
  variables: variables ? JSON.stringify(variables, null, 2) : null,
}));
const restart = () => socket.terminate();

function Page() {
  return (
    <GraphiQLProvider
      fetcher={fetcher}
      plugins={plugins}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      defaultTabs={defaultTabs}
      shouldPersistHeaders={false}
    >
      <HistoryStore>
        <DocExplorerStore>
          <div className="graphiql-page">
            <PersonaBar onChange={restart} />
            <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false} />
          </div>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}

const root = document.getElementById('graphiql');
if (root) createRoot(root).render(<Page />);
