import { approachKey } from '../../projections/approaches';
import type { RecordedEvent } from '../domain/events';
import type { FindingFact } from '../domain/facts';
import { factsheetOf } from '../domain/history-lookups';
import { approachOfStream } from '../domain/streams';
import type { ApproachReading } from './approach-reading';
import type { ReadScope } from './read-scope';
import { SourcePassage } from './types/source-passage-type';

/** The passage that a finding was read from; null where it came from no document. */
export function sourceOfFinding(
  { history, scope }: ApproachReading,
  finding: FindingFact,
): SourcePassage | null {
  const factsheet = factsheetOf(history, finding);
  return factsheet === null || finding.source === null
    ? null
    : new SourcePassage(factsheet, finding.source.line, scope);
}

/** The passage that an event was read from; null where it came from no document. */
export async function sourceOfEvent(
  { stream, metadata: { source } }: RecordedEvent,
  scope: ReadScope,
): Promise<SourcePassage | null> {
  const approach = source === null ? null : approachOfStream(stream);
  const row = approach === null ? null : await scope.approach.load(approachKey(approach));
  const factsheet = row?.history.factsheets.find(({ digest }) => digest === source?.document);
  if (source === null || factsheet === undefined) return null;
  scope.documents.expect(() => [factsheet]);
  return new SourcePassage(factsheet, source.line, scope);
}
