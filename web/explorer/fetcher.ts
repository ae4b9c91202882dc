import type { GraphiQLProps } from 'graphiql';
import { type ExecutionResult, getOperationAST } from 'graphql';
import { createClient } from 'graphql-ws';

type Fetcher = GraphiQLProps['fetcher'];
type Request = Parameters<Fetcher>[0];
type Headers = Readonly<Record<string, string>>;

// Beside this page, wherever a proxy has put it.
const ADDRESS = new URL('../graphql', document.baseURI);
const SOCKET = new URL(ADDRESS.href.replace(/^http/, 'ws'));

/** Sends what is asked to the server that this page is of: subscriptions over a WebSocket, all else by POST. */
export const fetcher: Fetcher = (request, { headers = {}, documentAST } = {}) => {
  const operation = documentAST && getOperationAST(documentAST, request.operationName);
  return operation?.operation === 'subscription' ? follow(request, headers) : post(request, headers);
};

async function post(request: Request, headers: Headers) {
  const response = await fetch(ADDRESS, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...headers,
    },
    body: JSON.stringify(request),
  });
  return await response.json();
}

/** A connection for itself, with the headers of the request as they are now: it is closed when nobody follows. */
function follow(
  { query, variables, operationName }: Request,
  headers: Headers,
): AsyncGenerator<ExecutionResult> {
  const client = createClient({ url: SOCKET.href, connectionParams: headers, retryAttempts: 0 });
  const payload = { query, variables, operationName: operationName ?? null };
  // Its errors are as they came, which is what GraphiQL shows.
  const results = client.iterate(payload) as AsyncGenerator<ExecutionResult>;
  const next = results.next.bind(results);
  results.next = () =>
    next().catch((error: unknown) => {
      if (!(error instanceof CloseEvent)) throw error;
      const { code, reason } = error;
      throw { message: `the connection was closed with ${code}${reason && `: ${reason}`}` };
    });
  return results;
}
