import type { GraphiQLProps } from 'graphiql';
import { type ExecutionResult, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { createClient } from 'graphql-ws';

type Fetcher = GraphiQLProps['fetcher'];
type Request = Parameters<Fetcher>[0];
type Headers = Readonly<Record<string, string>>;

// Beside this page, wherever a proxy has put it.
const ADDRESS = new URL('../graphql', document.baseURI);
const SOCKET = new URL(ADDRESS.href.replace(/^http/, 'ws'));

/** Sends what is asked to the server that this page is of: subscriptions over a WebSocket, all else by POST. */
export const fetcher: Fetcher = (request, { headers = {} } = {}) => {
  const operation = operationOf(request);
  const asked = operation === null ? request : { ...request, operationName: operation.name?.value ?? null };
  return operation?.operation === 'subscription' ? follow(asked, headers) : post(asked, headers);
};

/**
 * The operation that is to be run; null where that cannot be told, which the server says. GraphiQL knows documents and
 * names as they were a moment ago, which may be those of another tab.
 */
function operationOf({ query, operationName }: Request): OperationDefinitionNode | null {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document) ?? null;
  } catch {
    return null;
  }
}

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
