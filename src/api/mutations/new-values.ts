import type { FreeText } from '../../domain/free-text';
import type { ApproachKey } from '../../handle-command';
import { salted } from '../../salted';
import { fromNodeId } from '../node-id';

export function saltedOrNull(text: string | null | undefined): FreeText | null {
  return text == null ? null : salted(text);
}

/**
 * The id of an improvement point as events hold it. What is not the id of one of this approach stays as it is:
 * the approach does not know it, and says so.
 */
export function pointId({ municipality, slug }: ApproachKey, id: string): string {
  const prefix = `${municipality}/${slug}/`;
  const node = fromNodeId(id);
  return node?.kind === 'ImprovementPoint' && node.key.startsWith(prefix)
    ? node.key.slice(prefix.length)
    : id;
}

export function pointIds(
  approach: ApproachKey,
  { improvementPointIds }: { readonly improvementPointIds: readonly string[] },
): string[] {
  return improvementPointIds.map((id) => pointId(approach, id));
}

/**
 * An input with the ids of improvement points as events hold them: from whatever point in time one was read, it says
 * the same.
 */
export function withPointIds(approach: ApproachKey, input: object): object {
  const said = (name: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((item) => said(name, item));
    if (typeof value === 'object' && value !== null) return withPointIds(approach, value);
    return typeof value === 'string' && /^improvementPointIds?$/.test(name)
      ? pointId(approach, value)
      : value;
  };
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, said(name, value)]));
}
