import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A folder that is named from outside cannot be made. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

/**
 * Makes a folder, as {@link makeFolder} does, for what a variable names.
 * @throws FolderError that names it
 */
export function makeFolderFor(variable: string, path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    throw new FolderError(`${variable}: the folder ${path} cannot be made: ${(error as Error).message}`);
  }
}

/**
 * Makes a folder and those that lead to it, where they are not there yet. One by one: that of Node.js never ends where
 * the system says of a folder that it is not there, although the one that it lies in is, as below /proc.
 * @returns the first that was made; undefined where none had to be
 * @throws what the system refuses
 */
export function makeFolder(path: string): string | undefined {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  for (const folder of missing) make(folder);
  // A file in its place is refused by the system.
  if (missing.length === 0) make(resolve(path));
  return missing[0];
}

function make(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been first.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
