import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config';
import { openOperatorLog } from '../operations/log';
import { openRegister, placeOfLog, type Register } from '../register';
import { serve } from '../serve';
import { importInto } from './import-command';
import { type Output, progress } from './output';
import { UsageError } from './usage-error';
import { welcome } from './welcome';

/** The documents that `start` shows, two folders up from the built file. */
const SAMPLES = join(__dirname, '..', '..', '..', 'samples');

/** How often it looks whether the read models are level, in milliseconds. */
const LOOK_EVERY_MS = 20;

/** Serves until the process is told to stop. */
export async function serveCommand(
  config: Config,
  out: Output,
  { withSamples }: { readonly withSamples: boolean },
): Promise<void> {
  const log = openOperatorLog(config.logLevel);
  const register = openRegister(config);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  try {
    if (withSamples && (await register.store.lastPosition()) === undefined) await importSamples(register);

    const server = await serve(
      register,
      config,
      (error, trace) => log.error(error, trace),
      progress(out, 'building the read models'),
      (message) => log.info(message),
      (message, trace) => log.warn(message, trace),
    ).catch((error: unknown) => {
      throw cannotListen(error, config) ?? error;
    });
    try {
      const ended = Promise.race([stopped, server.following]);
      if (await untilLevel(register, ended)) {
        const { url } = server;
        const { database } = register;
        const { documentsFile, introspection, explorer } = config;
        const hasExplorer = explorer && introspection;
        out.note(welcome({ database, url, log: placeOfLog(config), documentsFile, hasExplorer }));
      }
      await ended;
    } finally {
      await server.close();
    }
  } finally {
    await register.close();
  }
}

/** Which variable to set where the system does not let it listen; undefined where it was another error. */
function cannotListen(error: unknown, { host, port, metrics }: Config): UsageError | undefined {
  const { code, port: at, hostname, address } = error as NodeJS.ErrnoException & Partial<Listening>;
  const isAtMetrics = at !== port || (metrics?.port === port && address === metrics.host);
  const isOfMetrics = metrics !== null && (at === undefined ? hostname !== host : isAtMetrics);
  const [of, place] = isOfMetrics ? ['METRICS_', metrics] : ['', { host, port }];
  switch (code) {
    case 'EADDRINUSE':
      return new UsageError(
        `${of}PORT: another process listens on ${place?.host}:${place?.port} already; stop that one, or set ${of}PORT to a port that is free`,
      );
    case 'EACCES':
      return new UsageError(
        `${of}PORT: this user may not listen on port ${place?.port}; set one from 1024 on`,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EADDRNOTAVAIL':
      return new UsageError(
        `${of}HOST is "${place?.host}", which is no address of this machine; expected one, such as 127.0.0.1, or 0.0.0.0 for all`,
      );
    default:
      return undefined;
  }
}

/** What errors of listening say: the address that was looked up, or the place that was asked for. */
interface Listening {
  readonly hostname: string;
  readonly address: string;
  readonly port: number;
}

/** True once the read models are level with the log; false where the server ended before. */
async function untilLevel({ projector }: Register, ended: Promise<void>): Promise<boolean> {
  while (!projector.isLevel) {
    const hasEnded = await Promise.race([sleep(LOOK_EVERY_MS, false), ended.then(() => true)]);
    if (hasEnded) return false;
  }
  return true;
}

async function importSamples(register: Register): Promise<void> {
  await register.projector.prepare();
  const files = (await readdir(SAMPLES))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => join(SAMPLES, name));
  await importInto(register, files, { partial: false, actor: 'system:samples' });
}
