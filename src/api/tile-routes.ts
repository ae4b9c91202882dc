import type { FastifyInstance } from 'fastify';
import { parseTilePath, type TilePath } from '../ledger/tiles';
import { errorBody } from './errors';
import { type SignedLog, whyNothingIsSigned } from './signed-log';

/** What was served once under a name never changes: a partial tile has its width in its name. */
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * The ledger as static resources (https://c2sp.org/tlog-tiles): `/checkpoint` and the tiles of hashes. There are no
 * bundles of entries: an entry tells of drafts and of what is confidential, which a hash does not.
 */
export function tileRoutes(app: FastifyInstance, { ledger, follower, key }: SignedLog): void {
  app.get('/checkpoint', async (_request, reply) => {
    if (!follower.hasBegun || follower.failure !== undefined) {
      return reply.code(503).send(errorBody(...whyNothingIsSigned(follower)));
    }
    return reply
      .header('content-type', 'text/plain; charset=utf-8')
      .header('cache-control', 'no-cache')
      .send(ledger.note(ledger.size, key));
  });

  app.get('/tile/*', async (request, reply) => {
    const [path = ''] = request.url.slice(1).split('?');
    const tile = parseTilePath(path);
    const contents = tile === undefined || !isOfHashes(tile) ? undefined : ledger.tile(tile);
    if (contents === undefined) {
      const message = `there is no ${path}; expected /tile/LEVEL/INDEX[.p/WIDTH] of c2sp.org/tlog-tiles, within the checkpoint`;
      return reply.code(404).send(errorBody(message, 'NOT_FOUND'));
    }
    return reply
      .header('content-type', 'application/octet-stream')
      .header('cache-control', FOREVER)
      .send(contents);
  });
}

function isOfHashes(tile: TilePath): tile is TilePath & { readonly level: number } {
  return tile.level !== 'entries';
}
