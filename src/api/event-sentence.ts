import { approachKey } from '../../projections/approaches';
import type { RecordedEvent } from '../domain/events';
import { emptyHistory } from '../domain/history';
import type { Language } from '../domain/sentences/dates';
import { sentenceOf, toldOf } from '../domain/sentences/sentences';
import { approachOfStream } from '../domain/streams';
import type { ReadScope } from './read-scope';

/** An event in one sentence; what it names is read with the history of its approach. */
export async function sentenceOfEvent(
  event: RecordedEvent,
  language: Language,
  scope: ReadScope,
): Promise<string> {
  const approach = approachOfStream(event.stream);
  const history = approach === null ? null : await scope.wholeHistory(approachKey(approach));
  const places = toldOf(event, history ?? emptyHistory()).map((revision) => ({
    stream: event.stream,
    revision,
  }));
  const events = new Map<number, RecordedEvent>();
  for (const told of await scope.event.loadMany(places)) {
    if (told instanceof Error) throw told;
    events.set(told.revision, told);
  }
  return sentenceOf(event, language, {
    history: history ?? emptyHistory(),
    frameworks: (code) => scope.framework(code),
    events,
  });
}
