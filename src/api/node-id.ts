import { userError } from './errors';

/** The kinds of things that have a global id. */
export type NodeKind = 'Approach' | 'ImprovementPoint';

/** An opaque global id: kind and key, base64url. Clients pass it back and read nothing from it. */
export function toNodeId(kind: NodeKind, key: string): string {
  return Buffer.from(`${kind}:${key}`).toString('base64url');
}

/** The kind and key in a global id; null where it is not one of ours. */
export function fromNodeId(id: string): { kind: NodeKind; key: string } | null {
  const match = /^(Approach|ImprovementPoint):(.+)$/s.exec(Buffer.from(id, 'base64url').toString());
  return match?.[1] === undefined || match[2] === undefined
    ? null
    : { kind: match[1] as NodeKind, key: match[2] };
}

/** The key in a global id that must be of one kind.
 * @throws GraphQLError with code BAD_USER_INPUT */
export function keyOfNode(id: string, kind: NodeKind): string {
  const node = fromNodeId(id);
  if (node?.kind !== kind) throw userError(`"${id}" is not the id of a ${kind}`);
  return node.key;
}
