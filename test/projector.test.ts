import * as fc from 'fast-check';
import { PROJECTIONS } from '../projections/all';
import type { Projection } from '../projections/projection';
import { Projector } from '../src/projector';
import { collect } from './event-store/sample-events';
import { assessment, id, opened, published, record, registered, STREAM } from './support/events';
import { ANDER, KADER } from './support/frameworks';
import { LENGTH, more, ProjectedLog, seen } from './support/projected-log';
import { randomHistory } from './support/random-history';
import { dump } from './support/read-models';
import { appendAll } from './support/temporary-log';

const log = new ProjectedLog();

describe('Rows and position', () => {
  it.each(['apply', 'finish'] as const)(
    'stay as they were where a projection throws in %s',
    async (moment) => {
      let armed = false;
      const explode = () => {
        if (armed) throw new Error('no room');
      };
      const flaky: Projection = {
        name: 'flaky',
        version: 1,
        tables: {},
        writer: () => ({
          apply: moment === 'apply' ? explode : () => {},
          finish: moment === 'finish' ? explode : () => {},
        }),
      };
      const { database, projector } = await log.built([seen, ...PROJECTIONS, flaky]);
      const before = dump(database);
      await log.append(more());

      armed = true;
      await expect(projector.catchUp()).rejects.toThrow('no room');
      expect(dump(database)).toEqual(before);
      expect(projector.position).toBe(await log.positionOf(LENGTH));

      armed = false;
      await projector.catchUp();
      expect(projector.position).toBe(await log.positionOf(LENGTH + 1));
      expect(dump(database).seen).toHaveLength(LENGTH + 1);
    },
  );

  it('go on where another run stopped, each event applied once', async () => {
    const { database } = await log.built([seen, ...PROJECTIONS]);
    for (const ordinal of [0, 1, 2]) {
      await log.append(more(ordinal));
      const next = new Projector(log.store, log.open(), [seen, ...PROJECTIONS]);
      expect(await next.prepare()).toBeNull();
      expect(next.position).toBe(await log.positionOf(LENGTH + ordinal));
      await next.catchUp();
    }
    expect(dump(database).seen?.map(({ position }) => position)).toEqual(await log.positions());
    expect(dump(database).projector).toEqual([
      expect.objectContaining({
        position: await log.positionOf(LENGTH + 3),
        event_id: more(2)[0]?.id,
        stream: STREAM,
      }),
    ]);
  });

  it('are those of the last page where a run stops in between', async () => {
    const { database, projector } = await log.built([seen]);
    const [second] = more(1);
    const broken = log.withPages(async function* (page) {
      for (const event of page) {
        if (event.id === second?.id) throw new Error('the wire broke');
        yield [event];
      }
    });
    await log.append([...more(0), ...more(1)]);
    const other = new Projector(broken, database, [seen]);
    await other.prepare();
    await expect(other.catchUp()).rejects.toThrow('the wire broke');
    expect(other.position).toBe(await log.positionOf(LENGTH + 1));
    expect(dump(database).seen).toHaveLength(LENGTH + 1);
    await projector.catchUp();
    expect(dump(database).seen).toHaveLength(LENGTH + 2);
  });
});

describe('A rebuild', () => {
  it('gives, for any history applied live in pages of any size, the same rows byte for byte', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(randomHistory, sizes, async ({ log: events }, chunks) => {
        run += 1;
        const own = log.folder.log(`random-${run}.db`);
        const database = log.openAnother();
        const live = new Projector(own, database, PROJECTIONS);
        await live.prepare();
        for (let at = 0, n = 0; at < events.length; n += 1) {
          const size = chunks[n % chunks.length] ?? 1;
          await appendAll(own, events.slice(at, at + size));
          await live.catchUp();
          at += size;
        }
        const rows = dump(database);
        const fresh = log.openAnother();
        await new Projector(own, fresh, PROJECTIONS).prepare();

        expect(JSON.stringify(dump(fresh))).toBe(JSON.stringify(rows));
        expect(await live.rebuild()).toEqual({
          events: events.length,
          position: (await own.lastPosition()) ?? 0,
          differing: [],
        });
        expect(dump(database)).toEqual(rows);
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same rows where a second framework is under way', async () => {
    const events = [
      ...record([published(KADER)], { stream: 'framework-KADER' }),
      ...record([published(ANDER)], { stream: 'framework-ANDER' }),
      ...record([registered(), ...assessment('2013', '2013', null, { '1.1.1': '✓' })]),
      ...record([opened('under way', { framework: 'ANDER' })], { after: 4 }),
    ];
    const own = log.folder.log('two.db');
    const database = log.openAnother();
    const live = new Projector(own, database, PROJECTIONS);
    await live.prepare();
    for (const event of events) {
      await appendAll(own, [event]);
      await live.catchUp();
    }
    expect(await live.rebuild()).toMatchObject({ differing: [] });
  });

  it('compares at the position that the rows had reached, though the log went on', async () => {
    const { projector } = await log.built();
    await log.append(more());
    const position = await log.positionOf(LENGTH + 1);
    expect(await projector.rebuild()).toEqual({ events: LENGTH + 1, position, differing: [] });
    expect(projector.position).toBe(position);
  });

  const tables = PROJECTIONS.flatMap((projection) => Object.keys(projection.tables));
  const filled = tables.filter((table) => table !== 'documents');
  it.each(filled)('says that %s differs where its rows were lost, and puts them back', async (table) => {
    const { database, projector } = await log.built();
    const rows = dump(database);
    expect(rows[table]).not.toEqual([]);
    database.exec(`DELETE FROM ${table}`);
    expect(await projector.rebuild()).toMatchObject({ differing: [table] });
    expect(dump(database)).toEqual(rows);
    expect(await projector.rebuild()).toMatchObject({ differing: [] });
  });

  it.each([
    ['texts', "UPDATE texts SET text = 'anders' WHERE position = (SELECT min(position) FROM texts)"],
    ['documents', "INSERT INTO documents VALUES ('ab', 'approach-GM0935-x')"],
    ['improvement_points', "UPDATE improvement_points SET status = 'OPEN'"],
  ])('says that %s differs where a row was tampered with', async (table, tamper) => {
    const { database, projector } = await log.built();
    database.exec(tamper);
    expect(await projector.rebuild()).toMatchObject({ differing: [table] });
  });

  it('that is interrupted leaves the old rows', async () => {
    const { database } = await log.built();
    database.exec("UPDATE texts SET text = 'anders'");
    const before = dump(database);
    const broken = log.withPages(async function* (page) {
      yield page.slice(0, 3);
      throw new Error('the wire broke');
    });
    const projector = new Projector(broken, database, PROJECTIONS);
    await projector.prepare();
    await expect(projector.rebuild()).rejects.toThrow('the wire broke');
    expect(dump(database)).toEqual(before);
    expect(projector.position).toBe(await log.positionOf(LENGTH));
  });

  it('leaves the old rows in their place until the new ones are complete', async () => {
    const { database } = await log.built();
    database.exec("UPDATE texts SET text = 'oud'");
    const [reader, other] = [log.open(), log.open()];
    const texts = () =>
      new Set(reader.all<{ text: string }>('SELECT text FROM texts').map(({ text }) => text));
    const halfway = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const gated = log.withPages(async function* (page) {
      yield page.slice(0, 5);
      halfway.resolve();
      await goOn.promise;
      yield page.slice(5);
    });
    const rebuilding = new Projector(gated, other, PROJECTIONS).rebuild();
    await halfway.promise;
    expect(texts()).toEqual(new Set(['oud']));
    goOn.resolve();
    expect(await rebuilding).toMatchObject({ differing: ['texts'] });
    const now = other.all<{ text: string }>('SELECT text FROM texts').map(({ text }) => text);
    expect(now).not.toContain('oud');
    expect(now.length).toBeGreaterThan(1);
  });
});

describe('The read models are built anew', () => {
  it('where there are none yet', async () => {
    expect((await log.built()).reason).toBe('there are no read models yet');
    expect((await log.built()).reason).toBeNull();
  });

  it('where a projection was raised, added or taken out', async () => {
    await log.built();
    const [first, ...rest] = PROJECTIONS;
    const raised = first === undefined ? [] : [{ ...first, version: first.version + 1 }, ...rest];
    for (const projections of [raised, [...PROJECTIONS, seen], rest]) {
      const { reason, database } = await log.built(projections);
      expect(reason).toBe('the read models are of another version');
      const tables = projections.flatMap((projection) => Object.keys(projection.tables));
      expect(Object.keys(dump(database)).sort()).toEqual([...tables, 'projector'].sort());
    }
  });

  it('where they are of another log, longer, shorter or empty', async () => {
    await log.built();
    const others = [log.folder.log('other.db'), log.folder.log('empty.db')];
    await appendAll(
      others[0] ?? log.store,
      record([registered(), opened('elders')]).map((event) => ({
        ...event,
        id: id(`elders ${event.revision}`),
      })),
    );
    for (const other of others) {
      const { reason, projector, database } = await log.built(PROJECTIONS, other);
      expect(reason).toBe('the read models are of another log');
      expect(projector.position).toBe((await other.lastPosition()) ?? 0);
      expect(dump(database).events).toHaveLength((await collect(other.readAll())).length);
      await log.built(PROJECTIONS, log.store);
    }
  });

  it('where they are of a copy of the log, which has the same events at other positions', async () => {
    const { database } = await log.built();
    database.exec('UPDATE projector SET position = position - 1');
    expect((await log.built()).reason).toBe('the read models are of another log');
  });

  it('and not where the same log has grown, or is still empty', async () => {
    await log.built();
    await log.append(more());
    expect((await log.built()).reason).toBeNull();
    const empty = log.folder.log('empty.db');
    const database = log.openAnother();
    await new Projector(empty, database, PROJECTIONS).prepare();
    expect(await new Projector(empty, database, PROJECTIONS).prepare()).toBeNull();
  });
});
