import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { POSITION_HEADER } from './awaited-position';
import { sendError } from './http-errors';
import { SNAPSHOT_HEADER } from './snapshots';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True where pages of every site may ask. */
    readonly isForAnyOrigin?: boolean;
  }
}

/** What pages may read of an answer beside its body: all that answers say of themselves. */
const EXPOSED_HEADERS = [
  ...['api-version', 'content-disposition', 'etag', 'link', 'ratelimit', 'ratelimit-policy', 'retry-after'],
  ...[POSITION_HEADER, SNAPSHOT_HEADER, 'www-authenticate'],
].join(', ');

/**
 * Pages of other sites: those of the origins that are allowed may ask, others may not. Nothing here rests on
 * cookies, so another site has nobody's rights to misuse; but a server behind a wall is asked by browsers that
 * are inside, and what it answers is not for every site that they visit. Browsers say where a request comes from
 * (Fetch Metadata); what is no browser says nothing and is not held up.
 * @param origins such as `https://dashboard.example.nl`
 */
export function guardOrigins(app: FastifyInstance, origins: readonly string[]): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    const { isForAnyOrigin = false } = request.routeOptions.config;
    // Whether it says where it comes from or not: what is for everybody may be kept for others.
    if (isForAnyOrigin) reply.header('access-control-allow-origin', '*');
    if (origin === undefined && request.headers['sec-fetch-site'] === undefined) return done();
    const isAllowed = origin !== undefined && origins.includes(origin);
    if (isAllowed) {
      reply.headers({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': EXPOSED_HEADERS,
        vary: 'Origin',
      });
    }
    if (isAllowed || isForAnyOrigin) {
      if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
        return done();
      reply
        .headers({
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': `authorization, content-type, if-none-match, ${POSITION_HEADER}, traceparent`,
          'access-control-max-age': '600',
        })
        .code(204)
        .send();
      return;
    }
    if (!isOfAnotherSite(request)) return done();
    sendError(reply, 403, CROSS_SITE, 'CROSS_SITE');
  });
}

/** What pages are told that may not ask. */
export const CROSS_SITE = 'pages of this origin may not ask here; expected one that the operator has allowed';

/** Whether a WebSocket may be opened: its handshake is under no rule of browsers, so that this is all that holds. */
export function mayOpenSocket(headers: IncomingHttpHeaders, origins: readonly string[]): boolean {
  if (headers.origin !== undefined && origins.includes(headers.origin)) return true;
  return !isOfAnotherSite({ headers, method: 'GET' });
}

/** A link that somebody follows is no page that asks. An older browser names its origin only: a proxy may have taken TLS off. */
function isOfAnotherSite({
  headers,
  method,
}: {
  readonly headers: IncomingHttpHeaders;
  readonly method: string;
}): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined)
    return headers.origin !== undefined && URL.parse(headers.origin)?.host !== headers.host;
  if (site !== 'cross-site' && site !== 'same-site') return false;
  return !(method === 'GET' && headers['sec-fetch-mode'] === 'navigate');
}
