import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ReadDatabase } from '../../projections/database';
import { TemporaryFolder } from '../support/temporary-log';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder.remove());

describe('Rows that are gathered', () => {
  it.each([0, 1, 63, 64, 65, 127, 128, 200])('are inserted once each, in their order: %i', (count) => {
    const database = folder.closing(new ReadDatabase(':memory:'));
    database.exec('CREATE TABLE rows (place INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER, word TEXT)');
    const rows = database.inserter('rows', ['number', 'word']);
    const expected = Array.from({ length: count }, (_, number) => ({ number, word: `word ${number}` }));
    for (const { number, word } of expected) rows.add(number, word);
    rows.flush();
    rows.flush();
    expect(database.all('SELECT number, word FROM rows ORDER BY place')).toEqual(expected);
  });
});

describe('A read database that is built beside another', () => {
  const path = () => join(folder.path, 'read.db');

  it('is written once, without a log of its writes, and then takes the place of the other', () => {
    const database = folder.closing(new ReadDatabase(path()));
    database.exec("CREATE TABLE words (word TEXT); INSERT INTO words VALUES ('old')");
    const building = database.beside();
    building.exec('BEGIN; CREATE TABLE words (word TEXT)');
    building.run('INSERT INTO words SELECT * FROM before.words');
    building.run('INSERT INTO words VALUES (?)', 'new');
    expect(existsSync(`${path()}-building`)).toBe(true);
    expect(existsSync(`${path()}-building-wal`)).toBe(false);
    building.exec('COMMIT');
    expect(existsSync(`${path()}-building-wal`)).toBe(false);

    database.adopt(building);
    expect(existsSync(`${path()}-building`)).toBe(false);
    expect(database.all('SELECT word FROM words')).toEqual([{ word: 'old' }, { word: 'new' }]);
  });

  it('can be read by others while it is written to, once it is in its place', () => {
    const database = folder.closing(new ReadDatabase(path()));
    const building = database.beside();
    building.exec('BEGIN; CREATE TABLE words (word TEXT); COMMIT');
    database.adopt(building);
    const reader = folder.closing(new ReadDatabase(path(), 'read'));
    database.transaction(() => {
      database.run('INSERT INTO words VALUES (?)', 'new');
      expect(reader.all('SELECT word FROM words')).toEqual([]);
    });
    expect(reader.all('SELECT word FROM words')).toEqual([{ word: 'new' }]);
  });
});
