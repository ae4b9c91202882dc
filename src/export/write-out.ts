import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The result cannot be written where it was asked for. One sentence says why. */
export class OutFileError extends Error {
  override readonly name = 'OutFileError';
}

/**
 * Writes the chunks to the file, which appears whole or not at all; what stood there before stays until then.
 * @throws OutFileError, or what `chunks` throws
 */
export async function writeToFile(
  path: string,
  chunks: AsyncIterable<string | Uint8Array>,
  mode = 0o666,
): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new OutFileError(`${path} is a folder: name a file`);
  }
  const part = `${path}.${randomUUID()}.part`;
  const file = await open(part, 'wx', mode).catch(refused(path));
  try {
    for await (const chunk of chunks) await file.writeFile(chunk).catch(refused(path));
    await file.sync().catch(refused(path));
    await file.close();
    await rename(part, path).catch(refused(path));
  } catch (error) {
    await file.close().catch(() => {});
    await rm(part, { force: true });
    throw error;
  }
}

/** Writes the chunks to standard output, and stops quietly where the reader has had enough. */
export async function writeToStdout(chunks: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(chunks), process.stdout, { end: false });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
  }
}

function refused(path: string): (error: unknown) => never {
  return (error) => {
    throw outFileError(path, error);
  };
}

function outFileError(path: string, error: unknown): OutFileError {
  const reason = error instanceof Error ? error.message.replace(/, \w+ '.*$/, '') : String(error);
  return new OutFileError(`${path} cannot be written: ${reason}`, { cause: error });
}
