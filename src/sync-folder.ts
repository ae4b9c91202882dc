import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes the names in a folder as durable as its files: of one that was made a moment ago only the file may be on disk. */
export function syncFolder(folder: string): void {
  // Windows has no such call, and writes its folder entries through.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
