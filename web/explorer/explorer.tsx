import 'graphiql/setup-workers/vite';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './explorer.css';
import { DOC_EXPLORER_PLUGIN } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { fetcher } from './fetcher';
import { FIRST_DOCUMENTS, HEADERS } from './first-documents';
import { withoutHeaders } from './storage';

createRoot(document.getElementById('explorer') as HTMLElement).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={FIRST_DOCUMENTS.map((query) => ({ query, headers: HEADERS }))}
    defaultQuery=""
    defaultHeaders={HEADERS}
    defaultEditorToolsVisibility="headers"
    inputValueDeprecation
    plugins={[HISTORY_PLUGIN]}
    referencePlugin={DOC_EXPLORER_PLUGIN}
    visiblePlugin={DOC_EXPLORER_PLUGIN}
    shouldPersistHeaders={false}
    showPersistHeadersSettings={false}
    storage={withoutHeaders(window.localStorage)}
  >
    <GraphiQL.Logo>Toetsspoor</GraphiQL.Logo>
  </GraphiQL>,
);
