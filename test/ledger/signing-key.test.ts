import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatSigningKey, generateSigningKey } from '../../src/ledger/note';
import { readOrCreateSigningKey, readSigningKey } from '../../src/ledger/signing-key';
import { SecretFileError } from '../../src/secret-file';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signing-key-'));
  file = join(folder, 'ledger.key');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the key is made on first need, readable by its owner alone, and nothing else is left in the folder', () => {
  expect(readSigningKey(file)).toBeUndefined();
  const key = readOrCreateSigningKey(file, 'example.org/log');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['ledger.key']);
  expect(readFileSync(file, 'utf8')).toBe(`${formatSigningKey(key)}\n`);
});

test('the key stays the same from then on, and keeps its name', () => {
  const made = readOrCreateSigningKey(file, 'example.org/log');
  const again = readOrCreateSigningKey(file, 'example.org/other');
  expect(formatSigningKey(again)).toBe(formatSigningKey(made));
});

test('a key that others may read is not used', () => {
  readOrCreateSigningKey(file, 'example.org/log');
  chmodSync(file, 0o640);
  expect(() => readSigningKey(file)).toThrow(SecretFileError);
  expect(() => readSigningKey(file)).toThrow(
    `${file} holds the signing key and others may read it (mode 640)`,
  );
});

test('a file that holds no key is left alone, and the error does not repeat what it holds', () => {
  const cut = formatSigningKey(generateSigningKey('example.org/log')).slice(0, -8);
  writeFileSync(file, cut, { mode: 0o600 });
  expect(() => readOrCreateSigningKey(file, 'example.org/log')).toThrow(`${file} is not a signing key`);
  expect(readFileSync(file, 'utf8')).toBe(cut);
});
