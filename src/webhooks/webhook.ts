import { readFileSync } from 'node:fs';
import { type Static, Type as T } from '@sinclair/typebox';
import { Errors } from '@sinclair/typebox/errors';
import { Webhook as Signer } from 'standardwebhooks';
import { eventTypeOf, notAType } from '../api/event-types';
import { record } from '../api/record';
import { type Audience, PUBLIC } from '../domain/audience';
import type { EventType } from '../domain/events';

/** Secrets that are good at one time: while one takes the place of another, two. */
const MAX_SECRETS = 4;

const Names = T.Optional(T.Array(T.String({ minLength: 1 }), { minItems: 1 }));

/** Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. */
const Secret = T.String({ pattern: '^whsec_[A-Za-z0-9+/]{32,88}={0,2}$' });

/** The file of webhooks: who is told of what happens, where, and how they know that it is us. */
const WebhooksFile = T.Array(
  T.Object(
    {
      id: T.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' }),
      url: T.String({ minLength: 1 }),
      secret: T.Union([Secret, T.Array(Secret, { minItems: 1, maxItems: MAX_SECRETS })], {
        description: `whsec_ and 24 to 64 bytes in base64, or a list of at most ${MAX_SECRETS} of these`,
      }),
      /** Where it begins, once: behind that the place is kept that it has come to. */
      from: T.Optional(T.String()),
      /** Either spelling. */
      types: T.Optional(T.Array(T.String(), { minItems: 1 })),
      /** Beside what is published: what lies within these limits. */
      sees: T.Optional(
        T.Object(
          { inspectorates: Names, municipalities: Names, frameworks: Names },
          { additionalProperties: false, minProperties: 1 },
        ),
      ),
    },
    { additionalProperties: false },
  ),
);

/** Somebody who is told of what happens. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly types: readonly EventType[] | null;
  readonly audience: Audience;
  /** Where it begins: `start` (the first event), `now`, or the position of an event that it has had. */
  readonly from: string;
  /** The headers that a message is sent with, by Standard Webhooks. */
  readonly sign: (messageId: string, at: Date, payload: string) => Readonly<Record<string, string>>;
}

/** The file of webhooks cannot be used. Lists all that is wrong; never with a secret. */
export class WebhooksFileError extends Error {
  override readonly name = 'WebhooksFileError';
}

/**
 * The webhooks in a file of JSON.
 * @throws WebhooksFileError
 */
export function readWebhooks(path: string): Webhook[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // What JSON.parse says repeats the text, which may be a secret.
    const why =
      error instanceof SyntaxError
        ? 'is not JSON'
        : `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new WebhooksFileError(`${path} ${why}; expected a list of webhooks, as docs/following.md shows`, {
      cause: error,
    });
  }
  const problems = [...problemsOfForm(content), ...problemsOfContent(content)];
  if (problems.length > 0)
    throw new WebhooksFileError([...new Set(problems)].map((problem) => `${path}${problem}`).join('\n'));
  const webhooks = content as Static<typeof WebhooksFile>;
  return webhooks.map(({ id, url, secret, types, sees, from = 'start' }) => ({
    id,
    url,
    types: types?.flatMap((type) => eventTypeOf(type) ?? []) ?? null,
    audience:
      sees === undefined
        ? PUBLIC
        : [
            {
              inspectorates: sees.inspectorates ?? null,
              municipalities: sees.municipalities ?? null,
              frameworks: sees.frameworks ?? null,
            },
          ],
    from,
    sign: signed([secret].flat().map((one) => new Signer(one))),
  }));
}

/** Where in the file something has another form than it must have, and what that is. */
function problemsOfForm(content: unknown): string[] {
  return [...Errors(WebhooksFile, content)].map(
    ({ path, message, schema }) =>
      `${path === '' ? '' : ` at ${path}`}: ${schema.description ? `expected ${schema.description}` : message}`,
  );
}

/** Where in the file something cannot be meant, as far as it has the form to tell: the rest need not be right. */
function problemsOfContent(content: unknown): string[] {
  const webhooks = (Array.isArray(content) ? content : []).map(record);
  return webhooks.flatMap(({ id, url, types, from }, index) => {
    const problems: string[] = [];
    if (typeof from === 'string' && !isBeginning(from))
      problems.push(` at /${index}/from: expected "start", "now" or the position of an event`);
    (Array.isArray(types) ? types : []).forEach((type: unknown, at) => {
      if (typeof type === 'string' && eventTypeOf(type) === undefined)
        problems.push(` at /${index}/types/${at}: ${notAType(type)}`);
    });
    if (typeof id === 'string' && webhooks.findIndex((one) => one.id === id) < index)
      problems.push(` at /${index}/id: "${id}" is there already; expected an id of its own`);
    if (typeof url === 'string' && url !== '' && !isAddress(url))
      problems.push(
        ` at /${index}/url: expected an address with https, or with http on this machine, without a name or password`,
      );
    return problems;
  });
}

function signed(signers: readonly Signer[]): Webhook['sign'] {
  return (messageId, at, payload) => ({
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    // Who verifies needs one of them to be theirs.
    'webhook-signature': signers.map((signer) => signer.sign(messageId, at, payload)).join(' '),
  });
}

function isAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  const isOfThisMachine = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOfThisMachine);
}

/** True for a word or the position of an event, whoever that was given to. */
function isBeginning(from: string): boolean {
  if (from === 'start' || from === 'now') return true;
  // Loaded where it is needed: it takes half of all modules, and every command reads what is set.
  const { placeOf } = require('./place') as typeof import('./place');
  try {
    placeOf({ audience: PUBLIC, from }, from);
    return true;
  } catch {
    return false;
  }
}

/** An address without what may be secret in it. */
export function shownAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
