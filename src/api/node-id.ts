import { LONGEST_SLUG } from '../domain/streams';
import { userError } from './errors';

/** The kinds of things that have a global id, and how many parts their keys have. */
const KEY_PARTS = { Approach: 2, ImprovementPoint: 3 } as const;
export type NodeKind = keyof typeof KEY_PARTS;

/** The longest id of an approach, in characters: that of the longest slug, in base64url. */
export const LONGEST_ID = Math.ceil(('Approach:GM0000/'.length + LONGEST_SLUG) * (4 / 3));

/** An opaque global id: kind and key, base64url. Clients pass it back and read nothing from it. */
export function toNodeId(kind: NodeKind, key: string): string {
  return Buffer.from(`${kind}:${key}`).toString('base64url');
}

/** The kind and key in a global id; null where it is not one of ours. */
export function fromNodeId(id: string): { kind: NodeKind; key: string } | null {
  const text = Buffer.from(id, 'base64url').toString();
  const [, kind, key = ''] = /^(Approach|ImprovementPoint):(.+)$/s.exec(text) ?? [];
  if (kind !== 'Approach' && kind !== 'ImprovementPoint') return null;
  const isOurs = key.split('/').length === KEY_PARTS[kind] && toNodeId(kind, key) === id;
  return isOurs ? { kind, key } : null;
}

/** The key in a global id that must be of one kind.
 * @throws GraphQLError with code BAD_USER_INPUT */
export function keyOfNode(id: string, kind: NodeKind): string {
  const node = fromNodeId(id);
  if (node?.kind !== kind)
    throw userError(`"${id}" is not the id of a node of type ${kind}; expected one from an answer`);
  return node.key;
}
