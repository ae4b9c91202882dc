import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { type Config, FORMAT_OF_PREFIX, isEventStorePrefix, isEventStoreUrl } from '../config';
import { CopyError, copyLog, type LeavingOut } from '../copy-log';
import { base64 } from '../ledger/merkle';
import { openLog, problemOfLog } from '../register';
import { type Output, progress } from './output';
import { UsageError } from './usage-error';

/** The options of `copy` as the command line gives them. */
export interface CopyCommandOptions {
  readonly from?: string;
  readonly to?: string;
  readonly fromPrefix?: string;
  readonly toPrefix?: string;
  readonly withoutTexts?: string;
  readonly reason?: string;
  readonly actor?: string;
}

/** Copies a log into another one, and says what the copy gives. */
export async function copyCommand(config: Config, options: CopyCommandOptions, out: Output): Promise<void> {
  const [source, target] = [logOf('from', config, options), logOf('to', config, options)];
  if (isDeepStrictEqual(source, target)) throw new UsageError('--from and --to are the same log');
  const leavingOut = leavingOutOf(options);
  const from = openLog(source, 'read');
  try {
    const to = openLog(target, 'write');
    try {
      const { events, root, textsLeftOut } = await copyLog(from, to, leavingOut, progress(out, 'copying'));
      const hash = base64(root);
      const without = textsLeftOut > 0 ? `; ${textsLeftOut.toLocaleString('en')} texts left out` : '';
      out.result(
        `the copy holds the ${events.toLocaleString('en')} events of the log${without}; both give the root ${hash}`,
        { events, root: hash, textsLeftOut },
      );
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

/** The log that an option names, or else its variable. */
function logOf(
  end: 'from' | 'to',
  { copy, eventStorePrefix }: Config,
  options: CopyCommandOptions,
): Parameters<typeof openLog>[0] {
  const url = options[end] ?? copy[end];
  const name = options[end] === undefined ? `COPY_${end.toUpperCase()}` : `--${end}`;
  if (url === null) {
    throw new UsageError(
      `--${end} is missing, and COPY_${end.toUpperCase()} is not set; expected sqlite:PATH or kurrentdb://HOST`,
    );
  }
  if (!isEventStoreUrl(url)) {
    throw new UsageError(`${name} is no log; expected sqlite:PATH or kurrentdb://HOST`);
  }
  const problem = problemOfLog(url);
  if (problem !== null) throw new UsageError(`${name} ${problem}`);
  const prefix = options[`${end}Prefix`] ?? eventStorePrefix;
  if (!isEventStorePrefix(prefix)) {
    throw new UsageError(`--${end}-prefix is "${prefix}"; expected ${FORMAT_OF_PREFIX}`);
  }
  // In a file no stream has a prefix.
  return { eventStoreUrl: url, eventStorePrefix: url.startsWith('sqlite:') ? eventStorePrefix : prefix };
}

function leavingOutOf({ withoutTexts, reason, actor }: CopyCommandOptions): LeavingOut | null {
  if (withoutTexts === undefined) return null;
  if (reason === undefined) {
    throw new UsageError('--without-texts needs --reason: the copy says why it leaves texts out');
  }
  const events = new Set<string>();
  const documents = new Set<string>();
  for (const [index, line] of readFileSync(withoutTexts, 'utf8').split(/\r?\n/).entries()) {
    const word = line.replace(/#.*/, '').trim();
    if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(word)) events.add(word);
    else if (/^[0-9a-f]{64}$/.test(word)) documents.add(word);
    else if (word !== '') {
      throw new CopyError(
        `${withoutTexts}:${index + 1}: "${word}" is neither; expected the id of an event, or the SHA-256 of a document`,
      );
    }
  }
  if (events.size + documents.size === 0) {
    throw new CopyError(
      `${withoutTexts}: names nothing; expected ids of events or SHA-256 of documents, a line each`,
    );
  }
  return { events, documents, reason, actor: actor ?? `system:${userInfo().username}` };
}
