import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSecret, readSecret, SecretFileError } from '../src/secret-file';

const SECRET = { what: 'the password', fileName: 'password.txt' };

describe('A secret in a file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secret-'));
    file = join(folder, 'secret');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is none before it is made, and then what was given, for its owner alone', () => {
    expect(readSecret(file, SECRET)).toBeUndefined();
    expect(makeSecret(file, SECRET, 'sesam')).toBe('sesam');
    expect(readSecret(file, SECRET)).toBe('sesam');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['secret']);
  });

  it('is that of who made it first', () => {
    makeSecret(file, SECRET, 'first');
    expect(makeSecret(file, SECRET, 'second')).toBe('first');
    expect(readdirSync(folder)).toEqual(['secret']);
  });

  it.each([0o640, 0o604, 0o620])('is not used where others have the rights %o to it', (mode) => {
    makeSecret(file, SECRET, 'sesam');
    chmodSync(file, mode);
    for (const use of [() => readSecret(file, SECRET), () => makeSecret(file, SECRET, 'other')]) {
      expect(use).toThrow(SecretFileError);
      expect(use).toThrow(
        `${file} holds the password and others may read it (mode ${mode.toString(8)}): chmod 600 it`,
      );
    }
  });

  it('leaves nothing behind where it cannot be made', () => {
    mkdirSync(file);
    expect(() => makeSecret(file, SECRET, 'sesam')).toThrow(
      `${file} is a folder; expected the file of the password, such as ${join(file, 'password.txt')}`,
    );
    expect(readdirSync(folder)).toEqual(['secret']);
    const below = join(folder, 'file', 'secret');
    writeFileSync(join(folder, 'file'), '');
    expect(() => makeSecret(below, SECRET, 'sesam')).toThrow('ENOTDIR');
  });
});
