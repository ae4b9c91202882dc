import { approachKey } from '../../projections/approaches';
import { documentLine } from '../domain/document-lines';
import type { RecordedEvent } from '../domain/events';
import { approachOfStream } from '../domain/streams';
import type { ApproachReading } from './approach-reading';
import type { ReadScope } from './read-scope';
import { SourcePassage } from './types/source-passage-type';

/** The passage that a finding was read from; null where it came from no document. */
export async function sourceOfFinding(
  reading: ApproachReading,
  source: { readonly factsheet: number; readonly line: number } | null,
): Promise<SourcePassage | null> {
  const factsheet = source === null ? undefined : reading.history.factsheets[source.factsheet];
  if (source === null || factsheet === undefined) return null;
  const text = await reading.text(factsheet);
  return new SourcePassage(factsheet.digest, factsheet.name, source.line, documentLine(text, source.line));
}

/** The passage that an event was read from; null where it came from no document. */
export async function sourceOfEvent(
  { stream, metadata: { source } }: RecordedEvent,
  scope: ReadScope,
): Promise<SourcePassage | null> {
  const approach = source === null ? null : approachOfStream(stream);
  const row = approach === null ? null : await scope.approach.load(approachKey(approach));
  const factsheet = row?.history.factsheets.find(({ digest }) => digest === source?.document);
  if (source === null || row === null || factsheet === undefined) return null;
  const { text } = await scope.text.load(factsheet.position);
  return new SourcePassage(
    factsheet.digest,
    factsheet.name,
    source.line,
    documentLine(text ?? '', source.line),
  );
}
