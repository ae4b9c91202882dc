import { isEdtf } from '../domain/edtf';
import { LONGEST_SLUG } from '../domain/streams';
import { userError } from './errors';
import { isSnapshotToken, LONGEST_TOKEN } from './snapshots';

/*
 * An id is, in base64url, a kind and a key, and behind `?` the clocks of `asOf` by which the thing was read, if any:
 *
 *   Approach:GM0935/integrale-aanpak
 *   ImprovementPoint:GM0935/integrale-aanpak/3f2c8a52-1d07-4c7e-9a54-6f0f5c2f8f11
 *   Approach:GM0935/integrale-aanpak?reference=2013&publishedBy=2014-12-31
 *
 * So two states that an answer shows have two ids: clients keep what they read under its id.
 */

/** The kinds of things that have a global id, and how many parts their keys have. */
const KEY_PARTS = { Approach: 2, ImprovementPoint: 3 } as const;
export type NodeKind = keyof typeof KEY_PARTS;

/** The clocks of `asOf`, in the order in which ids have them, and what their values must be. */
const CLOCKS = [
  ['reference', isEdtf],
  ['publishedBy', isEdtf],
  ['recordedBy', isInstant],
  ['snapshot', isSnapshotToken],
] as const;

/** The clocks that were asked by; one that is null or left out sets no limit. */
export type Clocks = { readonly [clock in (typeof CLOCKS)[number][0]]?: string | null };

/** The longest id of an approach, in characters. */
export const LONGEST_ID = toNodeId('Approach', `GM0000/${'x'.repeat(LONGEST_SLUG)}`, {
  reference: '0000-00-00~',
  publishedBy: '0000-00-00~',
  recordedBy: '0000-00-00T00:00:00.000Z',
  snapshot: 'x'.repeat(LONGEST_TOKEN),
}).length;

/**
 * An opaque global id. Clients pass it back and read nothing from it.
 * @param asOf the point as it was asked for; null where none was, also in a request that reads a snapshot
 */
export function toNodeId(kind: NodeKind, key: string, asOf: Clocks | null): string {
  const point = CLOCKS.flatMap(([clock]) => (asOf?.[clock] == null ? [] : `${clock}=${asOf[clock]}`));
  const behind = point.length === 0 ? '' : `?${point.join('&')}`;
  return Buffer.from(`${kind}:${key}${behind}`).toString('base64url');
}

/** What a global id says; null where it is not one of ours. */
export function fromNodeId(id: string): { kind: NodeKind; key: string; asOf: Clocks } | null {
  const text = Buffer.from(id, 'base64url').toString();
  const [, kind, key = '', point = ''] = /^(Approach|ImprovementPoint):([^?]+)(?:\?(.+))?$/s.exec(text) ?? [];
  if (kind !== 'Approach' && kind !== 'ImprovementPoint') return null;
  const asOf: Clocks = Object.fromEntries(point.split('&').map((clock) => clock.split('=', 2)));
  const isPoint = CLOCKS.every(([clock, isOne]) => asOf[clock] == null || isOne(asOf[clock]));
  // What it says beside that, in another order or twice, makes it another id than ours.
  const isOurs = key.split('/').length === KEY_PARTS[kind] && toNodeId(kind, key, asOf) === id;
  return isOurs && isPoint ? { kind, key, asOf } : null;
}

/** The key in a global id that must be of one kind, whatever point it was read from.
 * @throws GraphQLError with code BAD_USER_INPUT */
export function keyOfNode(id: string, kind: NodeKind): string {
  const node = fromNodeId(id);
  if (node?.kind !== kind)
    throw userError(`"${id}" is not the id of a node of type ${kind}; expected one from an answer`);
  return node.key;
}

/** True where it is an instant as this register writes it. */
function isInstant(value: string): boolean {
  const instant = new Date(value);
  return !Number.isNaN(instant.getTime()) && instant.toISOString() === value;
}
