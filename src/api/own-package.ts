import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the package, above a folder of it or of what was built of it. */
export function ownFolder(folder: string = __dirname): string {
  return existsSync(join(folder, 'package.json')) ? folder : ownFolder(dirname(folder));
}

let known: string | undefined;

/** What this is and in which version, as HTTP names the software that asks (RFC 9110, 10.1.5): `Toetsspoor/0.1.0`. */
export function userAgent(): string {
  known ??= `Toetsspoor/${JSON.parse(readFileSync(join(ownFolder(), 'package.json'), 'utf8')).version}`;
  return known;
}
