import pino from 'pino';
import type { Action } from '../api/actions';
import { attributesOf, nameOf, RESOURCE } from './attributes';

/** Where actions are written to. */
export interface AccessLog {
  write(action: Action): void;
  /** Everything is on disk when it returns. */
  close(): void;
}

/**
 * A line of JSON an action, with the fields of the standard Logboek Dataverwerkingen
 * (https://logius-standaarden.github.io/logboek-dataverwerkingen/), as far as this register can know them: it
 * holds nothing of people but who recorded what, so there is no data subject; and a caller's trace does not tell
 * which application that is. Times are milliseconds since 1970.
 * @param path file to append to; `-`: standard output
 * @param processingActivityId where the register of processing activities describes this one; null: not said
 */
export function openAccessLog(path: string, processingActivityId: string | null): AccessLog {
  const destination = pino.destination({
    dest: path === '-' ? 1 : path,
    sync: false,
    minLength: 4096,
    mkdir: true,
  });
  // So that the last lines of a quiet hour are there as well.
  const timer = setInterval(() => destination.flush(), 1_000).unref();
  return {
    write: (action) => {
      destination.write(`${JSON.stringify(lineOf(action, processingActivityId))}\n`);
    },
    close() {
      clearInterval(timer);
      destination.flushSync();
      destination.end();
    },
  };
}

function lineOf(action: Action, processingActivityId: string | null): object {
  const { trace, status, start, end } = action;
  return {
    trace_id: trace.traceId,
    span_id: trace.spanId,
    ...(trace.parentId !== null && { parent_span_id: trace.parentId }),
    status: status >= 500 ? 'Error' : 'Unset',
    name: nameOf(action),
    start_time: Math.floor(start),
    end_time: Math.floor(end),
    resource: { attributes: RESOURCE },
    attributes: attributesOf(action, processingActivityId),
  };
}
