import { saidTheSame } from './command-digest';
import type { RecordedEvent } from './domain/events';
import { type LogReader, stableId } from './handle-command';

/**
 * What the ids are made of that a command gives which is known by an id of its own: of its events, and of what they
 * create. The stream is part of it, because one id may come to two streams at the same instant, to two processes: both
 * take it then, and the log still holds each event id once.
 */
export function commandKey(stream: string, commandId: string): string {
  return `${stream}/${commandId}`;
}

/**
 * The key of a command that may stand in the stream already. Earlier versions made the ids of the command's id alone:
 * where they wrote it, it keeps the ids that it gave then, and so it is known again.
 */
export async function keyOfCommand(store: LogReader, stream: string, commandId: string): Promise<string> {
  const first = await firstOf(store, stream, commandId);
  return first?.id === stableId(commandId, 0) ? commandId : commandKey(stream, commandId);
}

/** Whether the command with that id that stands in the stream is known to have said something else. */
export async function saidOtherwise(
  store: LogReader,
  stream: string,
  commandId: string,
  content: string,
): Promise<boolean> {
  const first = await firstOf(store, stream, commandId);
  return first !== undefined && saidTheSame(content, first) === false;
}

/** The first event of the command, where it stands in the stream. */
async function firstOf(
  store: LogReader,
  stream: string,
  commandId: string,
): Promise<RecordedEvent | undefined> {
  for await (const page of store.readStream(stream)) {
    const first = page.find(({ metadata }) => metadata.correlationId === commandId);
    if (first !== undefined) return first;
  }
  return undefined;
}
