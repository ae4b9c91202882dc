import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendError } from './http-errors';
import { ownFolder } from './own-package';

/** Where `npm run build` puts it. */
const FOLDER = join(ownFolder(), 'dist', 'explorer');

/** What a page of ours may do: with what comes from this server, and with nothing else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // The editor sets its styles while it runs: they can hold no hash that would be known before.
  "style-src 'self' 'unsafe-inline'",
  "worker-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  ttf: 'font/ttf',
  txt: 'text/plain; charset=utf-8',
};

/** The names of these files hold the digest of what is in them. */
const FOREVER = 'public, max-age=31536000, immutable';

export interface ExplorerOptions {
  /** Whether it is wanted. */
  readonly explorer: boolean;
  readonly introspection: boolean;
  readonly documents: ReadonlyMap<string, string> | null;
}

/** Why the explorer is not served, in a sentence; null where it is. */
export function whyNoExplorer({ explorer, introspection, documents }: ExplorerOptions): string | null {
  if (!introspection)
    return 'the explorer is not served here: it asks for the schema, and introspection is switched off';
  if (documents !== null)
    return 'the explorer is not served here: only documents that were agreed on are answered';
  return explorer ? null : 'the explorer is not served here: it is switched off';
}

/**
 * The explorer: a page at `/explorer/` on which documents are written, with the descriptions of the schema beside
 * them, and sent to `/graphql`. Its files are made by `web/build.mts`, and read when they are asked for.
 * @param absence why it is not served; null where it is
 */
export function explorerRoutes(app: FastifyInstance, absence: string | null): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (absence !== null) return sendError(reply, 404, absence, 'NOT_FOUND');
    const { '*': path } = request.params as { readonly '*'?: string };
    // What the page names lies beside it, below a slash. By a relative address, as a proxy may have a path before it.
    if (path === undefined) return reply.redirect('explorer/', 308);
    return sendFile(request, reply, path === '' ? 'index.html' : path);
  };
  app.get('/explorer', answer);
  app.get('/explorer/*', answer);
}

async function sendFile(request: FastifyRequest, reply: FastifyReply, name: string): Promise<FastifyReply> {
  // Nothing else lies there, and no name that fits leads out of the folder.
  const [, folder, type = ''] = /^(assets\/)?\w[\w-]*(?:\.[\w-]+)*\.(\w+)$/.exec(name) ?? [];
  const mediaType = TYPES[type];
  const zipped = takesGzip(request.headers['accept-encoding']);
  const file = mediaType === undefined ? null : await opened(join(FOLDER, zipped ? `${name}.gz` : name));
  if (mediaType === undefined || file === null) {
    const message = `there is no /explorer/${name}; expected /explorer/, which npm run build makes`;
    return sendError(reply, 404, message, 'NOT_FOUND');
  }
  const { size } = await file.stat();
  if (zipped) reply.header('content-encoding', 'gzip');
  if (folder !== undefined) reply.header('cache-control', FOREVER);
  if (type === 'html') reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
  return reply
    .headers({ 'content-type': mediaType, 'content-length': size, vary: 'Accept-Encoding, Origin' })
    .send(file.createReadStream());
}

/** A file; null where there is none. */
async function opened(path: string): Promise<FileHandle | null> {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Whether what is sent may be zipped (RFC 9110, 12.5.3). */
function takesGzip(header = ''): boolean {
  return header.split(',').some((coding) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(coding));
}
