import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Readable } from 'node:stream';
import { InvalidEventError } from '../../src/domain/events';
import {
  type EventStore,
  LogInUseError,
  UnusableLogError,
  WrongExpectedRevisionError,
} from '../../src/event-store/event-store';
import { openSqliteEventStore } from '../../src/event-store/sqlite';
import { describeEventStoreContract } from './contract';
import { checkAgainstModel } from './model';
import { describeRestoreContract } from './restore-contract';
import { collect, ids, sampleEvent, sampleEvents, uniqueStream } from './sample-events';

async function openLog(options: { now?: () => Date }) {
  const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-log-'));
  const open = () => openSqliteEventStore({ path: join(folder, 'events.db'), ...options });
  let current = open();
  return {
    store: current,
    reopen: async () => {
      await current.close();
      current = open();
      return current;
    },
    appendUnknown: async (stream: string) => {
      const { position } = await current.append(stream, sampleEvents(1), 'STREAM_EXISTS');
      const db = new DatabaseSync(join(folder, 'events.db'));
      db.prepare(`UPDATE events SET type = 'Nonsense' WHERE position = ?`).run(position);
      db.close();
    },
    dispose: async () => {
      await current.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describeEventStoreContract('SQLite', openLog);
describeRestoreContract('SQLite', openLog);

describe('The SQLite log', () => {
  let folder: string;
  let path: string;
  let opened: EventStore[];
  let children: Child[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'toetsspoor-log-'));
    path = join(folder, 'events.db');
    opened = [];
    children = [];
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await Promise.all(opened.map((store) => store.close()));
    await Promise.all(children.map((child) => child.kill()));
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true });
  });

  function open(mode: 'write' | 'read' = 'write', at = path): EventStore {
    const store = openSqliteEventStore({ path: at, mode });
    opened.push(store);
    return store;
  }
  function start(what: 'hold' | 'append' | 'read', uid?: number): Child {
    const child = startChild(what, path, uid);
    children.push(child);
    return child;
  }
  function sql(statements: string): void {
    const db = new DatabaseSync(path);
    db.exec(statements);
    db.close();
  }
  async function filled(events = 3): Promise<{ stream: string; appended: ReturnType<typeof sampleEvents> }> {
    const stream = uniqueStream();
    const appended = sampleEvents(events);
    const store = openSqliteEventStore({ path });
    await store.append(stream, appended, 'NO_STREAM');
    await store.close();
    return { stream, appended };
  }

  it('stands in events.db as a table with position, type and data as JSON text', async () => {
    const { appended } = await filled(2);
    const db = new DatabaseSync(path, { readOnly: true });
    const rows = db.prepare('SELECT position, type, data FROM events ORDER BY position').all();
    db.close();
    expect(rows).toEqual(
      appended.map(({ type, data }, index) => ({ position: index + 1, type, data: JSON.stringify(data) })),
    );
  });

  it('makes the folder that it is to lie in', async () => {
    const store = open('write', join(folder, 'a', 'b', 'events.db'));
    await store.append('s', sampleEvents(1), 'NO_STREAM');
    expect(existsSync(join(folder, 'a', 'b', 'events.db'))).toBe(true);
  });

  describe('positions', () => {
    it('are gapless from 1, also behind refused and repeated appends', async () => {
      const store = open();
      const again = sampleEvents(2);
      await Promise.allSettled([
        store.append('a', again, 'NO_STREAM'),
        store.append('b', sampleEvents(2), 'STREAM_EXISTS'),
        store.append('a', again, 'NO_STREAM'),
        store.append('c', sampleEvents(1), 'NO_STREAM'),
        store.append('a', [sampleEvent(), again[0]], 1),
        store.append('a', sampleEvents(2), 1),
      ]);
      expect((await collect(store.readAll())).map((event) => event.position)).toEqual([1, 2, 3, 4, 5]);
    });

    it('are gapless behind a failed commit, which rejects all that shared it and leaves nothing', async () => {
      const store = open();
      await store.append('a', sampleEvents(2), 'NO_STREAM');
      const run = StatementSync.prototype.run;
      const spy = jest.spyOn(StatementSync.prototype, 'run').mockImplementation(function (
        this: StatementSync,
        ...parameters
      ) {
        if (this.sourceSQL === 'COMMIT') throw new Error('the disk is full');
        return run.apply(this, parameters);
      });
      const shared = [store.append('a', sampleEvents(1), 1), store.append('b', sampleEvents(1), 'NO_STREAM')];
      const stale = store.append('a', sampleEvents(1), 0);
      for (const append of [...shared, stale]) await expect(append).rejects.toThrow('the disk is full');
      spy.mockRestore();

      await store.append('b', sampleEvents(1), 'NO_STREAM');
      await store.append('a', sampleEvents(1), 1);
      const all = await collect(store.readAll());
      expect(all.map(({ position, stream }) => [position, stream])).toEqual([
        [1, 'a'],
        [2, 'a'],
        [3, 'b'],
        [4, 'a'],
      ]);
    });
  });

  describe('appends that arrive together', () => {
    it('share a commit on disk, where appends one after the other each have their own', async () => {
      const store = open();
      await store.append('first', sampleEvents(1), 'NO_STREAM');
      const start = commitsInWal(path);
      for (let i = 0; i < 20; i += 1) await store.append(`single-${i}`, sampleEvents(1), 'NO_STREAM');
      expect(commitsInWal(path) - start).toBe(20);

      const before = commitsInWal(path);
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => store.append(`together-${i}`, sampleEvents(1), 'NO_STREAM')),
      );
      expect(commitsInWal(path) - before).toBe(1);
    });

    it('are decided in the order of the calls, each on top of those before', async () => {
      const store = open();
      const [one, two, stale, three] = await Promise.allSettled([
        store.append('s', sampleEvents(2), 'NO_STREAM'),
        store.append('s', sampleEvents(1), 1),
        store.append('s', sampleEvents(1), 1),
        store.append('s', sampleEvents(1), 2),
      ]);
      expect(one).toMatchObject({ value: { revision: 1, position: 2 } });
      expect(two).toMatchObject({ value: { revision: 2, position: 3 } });
      expect(stale).toMatchObject({ reason: new WrongExpectedRevisionError('s', 1, 2) });
      expect(three).toMatchObject({ value: { revision: 3, position: 4 } });
    });

    it('are all stored where they are more than fit one commit', async () => {
      const store = open();
      const before = await store.lastPosition();
      await Promise.all(
        Array.from({ length: 30 }, () => store.append(uniqueStream(), sampleEvents(90), 'NO_STREAM')),
      );
      expect(before).toBeUndefined();
      expect(await store.lastPosition()).toBe(2_700);
    });

    it('answer as the model does, up to eight at a time', async () => {
      const store = open();
      await checkAgainstModel(() => store, 8);
    });
  });

  describe('its writer', () => {
    const inUse = (file: string) => `the log ${file} is already open for writing`;

    it('is one: a second in the same process is told which file and what to do', async () => {
      const store = open();
      expect(() => open()).toThrow(LogInUseError);
      expect(() => open()).toThrow(inUse(path));
      expect(() => open()).toThrow(/stop the process/);
      await store.close();
      await open().append('s', sampleEvents(1), 'NO_STREAM');
    });

    it('is one under any name of the file', () => {
      open();
      symlinkSync(path, join(folder, 'other.db'));
      expect(() => open('write', join(folder, 'other.db'))).toThrow(LogInUseError);
    });

    it('is one among processes, in both directions', async () => {
      const store = open();
      expect(await start('hold').line()).toContain(`LogInUseError: ${inUse(path)}`);
      await store.close();
      const holder = start('hold');
      expect(await holder.line()).toBe('open');
      expect(() => open()).toThrow(LogInUseError);
    });

    it('gives way to the next the moment it is killed', async () => {
      const holder = start('hold');
      expect(await holder.line()).toBe('open');
      expect(() => open()).toThrow(LogInUseError);
      await holder.kill();
      await open().append('s', sampleEvents(1), 'NO_STREAM');
    });

    it('appends nothing more when the lock or the log was removed underneath it', async () => {
      for (const file of [`${path}-writer`, path]) {
        const store = open();
        await store.append(uniqueStream(), sampleEvents(1), 'NO_STREAM');
        renameSync(file, `${file}.away`);
        await expect(store.append(uniqueStream(), sampleEvents(1), 'NO_STREAM')).rejects.toThrow(
          `${file} was removed or replaced`,
        );
        renameSync(`${file}.away`, file);
        await store.append(uniqueStream(), sampleEvents(1), 'NO_STREAM');
        await store.close();
      }
    });

    it('has on disk every event that it acknowledged before it was killed, and no half append', async () => {
      const writer = start('append');
      expect(await writer.line()).toBe('open');
      let acknowledged = 0;
      for (let i = 0; i < 150; i += 1) acknowledged = Number(await writer.line());
      acknowledged = Math.max(acknowledged, ...(await writer.kill()).map(Number));
      const events = await collect(open().readAll());
      expect(events.length).toBeGreaterThanOrEqual(acknowledged);
      expect(events.length % 3).toBe(0);
    });
  });

  describe('open for reading', () => {
    it('reads and follows beside a writer in another process', async () => {
      const writer = start('append');
      await writer.line();
      await writer.line();
      const reader = open('read');
      const stop = new AbortController();
      let seen = 0;
      let levels = 0;
      for await (const page of reader.subscribeAll(undefined, stop.signal)) {
        for (const event of page) expect(event.position).toBe(++seen);
        if (page.length === 0) levels += 1;
        if (levels > 0 && seen > 60) stop.abort();
      }
      expect((await collect(reader.readAll())).length).toBeGreaterThanOrEqual(seen);
    });

    it('leaves the writer in peace, and refuses to append', async () => {
      const store = open();
      await store.append('s', sampleEvents(2), 'NO_STREAM');
      const reader = open('read');
      expect(await collect(reader.readStream('s'))).toHaveLength(2);
      await store.append('s', sampleEvents(2), 1);
      expect(await reader.lastPosition()).toBe(4);
      await expect(reader.append('s', sampleEvents(1), 3)).rejects.toThrow(/open for reading only/);
    });

    it('says so where there is no log yet, and makes none', () => {
      expect(() => open('read')).toThrow(UnusableLogError);
      expect(() => open('read')).toThrow(`there is no log at ${path} yet`);
      expect(existsSync(path)).toBe(false);
      writeFileSync(path, '');
      expect(() => open('read')).toThrow(`there is no log at ${path} yet`);
    });

    // To the superuser every file is writable: a child then goes on as another user.
    const uid = process.getuid?.() === 0 ? 65_534 : undefined;

    it('reads a log in a folder that cannot be written, where writing is refused with the reason', async () => {
      await filled(3);
      chmodSync(folder, 0o555);
      expect(await start('read', uid).line()).toBe('read 3');
      expect(await start('hold', uid).line()).toMatch(
        /^UnusableLogError: .*allow this user to write the folder/,
      );
    });

    it('is all that is granted where the lock cannot be written, though the log could be', async () => {
      await filled(3);
      chmodSync(folder, 0o777);
      chmodSync(path, 0o666);
      chmodSync(`${path}-writer`, 0o444);
      expect(await start('hold', uid).line()).toMatch(/^UnusableLogError: .*cannot be opened for writing/);
      expect(await start('read', uid).line()).toBe('read 3');
    });
  });

  describe('with damage', () => {
    const damages: [string, string, RegExp][] = [
      ['data that is no JSON', `data = '{"a":'`, /event ID \(STREAM revision 1\) is corrupt/],
      [
        'data of another shape',
        `data = '{"a":1}'`,
        /event ID \(STREAM revision 1\) is corrupt: DevelopmentNoted/,
      ],
      ['metadata that is no JSON', `metadata = ''`, /event ID \(STREAM revision 1\) is corrupt/],
      [
        'an unknown type',
        `type = 'Nonsense'`,
        /event ID \(STREAM revision 1\) has the unknown type "Nonsense"/,
      ],
    ];
    it.each(damages)('in the form of %s names the event', async (_, damage, message) => {
      const { stream, appended } = await filled(3);
      sql(`UPDATE events SET ${damage} WHERE position = 2`);
      const expected = new RegExp(
        message.source.replace('ID', appended[1]?.id ?? '').replace('STREAM', stream),
      );
      const store = open();
      for (const read of [
        () => collect(store.readAll()),
        () => collect(store.readStream(stream)),
        () => collect(store.subscribeAll(undefined, new AbortController().signal)),
      ]) {
        await expect(read()).rejects.toThrow(InvalidEventError);
        await expect(read()).rejects.toThrow(expected);
      }
      expect(ids(await collect(store.readAll(2)))).toEqual([appended[2]?.id]);
    });

    it('in the form of a missing event is noticed, wherever it stood', async () => {
      const { stream } = await filled(3);
      sql('DELETE FROM events WHERE position = 2');
      const store = open();
      await expect(collect(store.readAll())).rejects.toThrow('the log has lost its event at position 2');
      await expect(collect(store.readAll(1))).rejects.toThrow('the log has lost its event at position 2');
      await expect(collect(store.readStream(stream))).rejects.toThrow('has lost its event of revision 1');
    });

    it('in the form of a missing stream is noticed', async () => {
      await filled(3);
      sql('PRAGMA foreign_keys = off; DELETE FROM streams');
      await expect(collect(open('read').readAll())).rejects.toThrow('has lost the name of its stream 1');
    });
  });

  describe('refuses, and leaves as it is,', () => {
    it.each([
      [
        'a file that is no database',
        () => writeFileSync(path, 'municipality;year\n'.repeat(100)),
        /is not a log/,
      ],
      ['the database of another program', () => sql('CREATE TABLE t (x)'), /is not a log of Toetsspoor/],
      ['another kind of file', () => sql('PRAGMA application_id = 7; CREATE TABLE t (x)'), /is not a log/],
    ])('%s', (_, make, message) => {
      make();
      const before = readFileSync(path);
      for (const mode of ['write', 'read'] as const) {
        expect(() => open(mode)).toThrow(UnusableLogError);
        expect(() => open(mode)).toThrow(message);
      }
      expect(readFileSync(path).equals(before)).toBe(true);
    });

    it('a log of a newer version', async () => {
      await filled(1);
      sql('PRAGMA user_version = 99');
      expect(() => open()).toThrow(/made by a newer Toetsspoor \(file version 99/);
      expect(() => open('read')).toThrow(UnusableLogError);
    });
  });
});

interface Child {
  /** The next line that the child says. */
  line(): Promise<string>;
  /** SIGKILL, for this one process; gives the lines said that nobody asked for yet. */
  kill(): Promise<string[]>;
}

function startChild(what: string, path: string, uid?: number): Child {
  const args = [
    '--require',
    join(__dirname, 'register-typescript.js'),
    join(__dirname, 'child.ts'),
    what,
    path,
  ];
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    process.execPath,
    uid === undefined ? args : [...args, String(uid)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error('the child process ended without a word');
      return value;
    },
    async kill() {
      child.kill('SIGKILL');
      const rest: string[] = [];
      for (let next = await lines.next(); !next.done; next = await lines.next()) rest.push(next.value);
      await ended;
      return rest;
    },
  };
}

/** Commits in the write-ahead log as it lies on disk: frames that carry the database's size after it. */
function commitsInWal(path: string): number {
  const wal = readFileSync(`${path}-wal`);
  const frame = 24 + wal.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frame <= wal.length; at += frame) if (wal.readUInt32BE(at + 4) > 0) commits += 1;
  return commits;
}
