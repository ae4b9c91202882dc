import { createHmac } from 'node:crypto';
import type { RecordedEvent } from './domain/events';
import { saltsIn } from './domain/free-text';
import { canonicalJson } from './ledger/canonical-json';

/**
 * What a command says, whole, in canonical JSON: what it is answered with where it is accepted, and its input without
 * what only says how it is sent. A member that is null, false or an empty list says nothing and is left out: so one that
 * inputs get in a later version, with such a default, makes no other content of a command that was sent before.
 */
export function contentOf(acceptedAs: string, input: object, aboutSending: readonly string[]): string {
  const said = Object.fromEntries(Object.entries(input).filter(([name]) => !aboutSending.includes(name)));
  return canonicalJson({ acceptedAs, input: whatIsSaid(said) });
}

function whatIsSaid(value: unknown): unknown {
  // What has no UTF-8 form is refused where it would be recorded.
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(whatIsSaid);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(
    ([, member]) => member != null && member !== false && !(Array.isArray(member) && member.length === 0),
  );
  return Object.fromEntries(members.map(([name, member]) => [name, whatIsSaid(member)]));
}

/**
 * The digest of what a command says, as its first event keeps it: HMAC-SHA256 in lower-case hex, with the salts of the
 * texts of that event for a key, in order of their hex. So nobody can try out texts who does not have these texts with
 * their salts, as in a copy of the log that leaves them out; there it is undefined, as it cannot be told any more.
 */
export function commandDigest(content: string, data: object): string | undefined {
  const salts = saltsIn(data);
  if (salts === null) return undefined;
  const key = Buffer.from(salts.sort().join(''), 'hex');
  return createHmac('sha256', key).update(content).digest('hex');
}

/** Whether a command that left this first event said the same; undefined where that cannot be told from a digest. */
export function saidTheSame(
  content: string | undefined,
  { data, metadata }: Pick<RecordedEvent, 'data' | 'metadata'>,
): boolean | undefined {
  if (content === undefined || metadata.commandDigest === undefined) return undefined;
  const digest = commandDigest(content, data);
  return digest === undefined ? undefined : digest === metadata.commandDigest;
}
