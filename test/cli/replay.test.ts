import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

describe('replay', () => {
  let place: Workplace;
  beforeEach(async () => {
    place = new Workplace();
    await place.run('import', SAMPLE_2013, SAMPLE_2014);
  });
  afterEach(() => place.dispose());

  const tamper = (sql: string) => {
    const database = new DatabaseSync(join(place.data, 'read-model.db'));
    database.exec(sql);
    database.close();
  };

  it('says that nothing differed, or which table did, and puts that right', async () => {
    const events = place.events();
    expect(await place.run('replay')).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^53 events replayed in [\d.]+ s; nothing differed\n$/),
    });
    tamper(`UPDATE history_parts SET facts = replace(facts, '"MET"', '"IMPROVEMENT_NEEDED"')`);
    tamper(`UPDATE texts SET text = 'Er is niets gevonden.' WHERE position = 12`);
    const { stdout, stderr } = await place.run('replay', '--json');
    expect({ ...JSON.parse(stdout), stderr }).toEqual({
      events: 53,
      seconds: expect.any(Number),
      differing: ['history_parts', 'texts'],
      stderr: '',
    });
    expect((await place.run('replay')).stdout).toContain('nothing differed');
    expect(place.events()).toEqual(events);
  });

  it('builds read models that are gone', async () => {
    for (const end of ['', '-wal', '-shm']) rmSync(join(place.data, `read-model.db${end}`), { force: true });
    expect((await place.run('replay')).stdout).toContain('there was nothing to compare with');
    expect((await place.run('replay')).stdout).toContain('nothing differed');
  });
});
