import type { ApproachHistory } from '../src/domain/history';

/** The part of a history that holds what followed its assessments; those of assessments count from 0. */
export const FOLLOWED_PART = -1;

/**
 * A history of which only the head is at hand: each part is read when it is first asked for. A part that is
 * not read does not appear among the keys, so that writing the head writes the head only.
 * @param read gives a part by its number: that of an assessment, or {@link FOLLOWED_PART}
 */
export function historyInParts(head: string, read: (part: number) => object): ApproachHistory {
  const history = JSON.parse(head) as ApproachHistory;
  readPartLater(history, FOLLOWED_PART, () => read(FOLLOWED_PART));
  history.assessments.forEach((_, part) => {
    readPartLater(history, part, () => read(part));
  });
  return history;
}

/** Puts a part that is at hand in its place. */
export function setPart(history: ApproachHistory, part: number, facts: object): void {
  readPartLater(history, part, () => facts);
}

/** Lets a part be read when it is next asked for. */
export function readPartLater(history: ApproachHistory, part: number, read: () => object): void {
  const owner = part === FOLLOWED_PART ? history : history.assessments[part];
  if (owner === undefined) return;
  let facts: object | undefined;
  Object.defineProperty(owner, part === FOLLOWED_PART ? 'followed' : 'found', {
    configurable: true,
    enumerable: false,
    get: () => {
      facts ??= read();
      return facts;
    },
  });
}
