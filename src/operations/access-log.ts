import type { Action } from '../api/actions';
import { attributesOf, nameOf, RESOURCE } from './attributes';
import { LineFile } from './line-file';

/** Where actions are written to. */
export interface AccessLog {
  write(action: Action): void;
  /** Lines that were lost so far, as they could not be written. */
  readonly lost: number;
  /** Once everything is written that can be. */
  close(): Promise<void>;
}

/** Who is told how the access log does. */
export interface AccessLogWatch {
  readonly onError: (error: unknown) => void;
  readonly onNotice: (message: string) => void;
}

/**
 * A line of JSON an action, with the fields of the standard Logboek Dataverwerkingen
 * (https://logius-standaarden.github.io/logboek-dataverwerkingen/), as far as this register can know them: it
 * holds nothing of people but who recorded what, so there is no data subject; and a caller's trace does not tell
 * which application that is. Times are milliseconds since 1970.
 * @param path file to append to; `-`: standard output
 *
 * A full disk takes nobody's answer: the register is asked what the state of supervision is, and its own history is in
 * the log. The operator is told, and lines that find no place are counted.
 * @param processingActivityId where the register of processing activities describes this one; null: not said
 * @throws what the system refuses
 */
export function openAccessLog(
  path: string,
  processingActivityId: string | null,
  { onError, onNotice }: AccessLogWatch,
): AccessLog {
  const name = `the access log ${path === '-' ? 'on standard output' : path}`;
  const file = new LineFile(path, {
    failing: (cause) =>
      onError(
        new Error(
          `${name} cannot be written: what is asked is answered all the same, and lines beyond the next 4 MiB are lost`,
          { cause },
        ),
      ),
    back: (lost, seconds) =>
      onNotice(`${name} is written again, after ${Math.round(seconds)} s; lines lost meanwhile: ${lost}`),
    ended: (lost) => onError(new Error(`${name} could not be written to its end; lines lost: ${lost}`)),
  });
  return {
    write: (action) => file.add(JSON.stringify(lineOf(action, processingActivityId))),
    get lost() {
      return file.lost;
    },
    close: () => file.close(),
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
