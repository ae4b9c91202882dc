import { setTimeout as sleep } from 'node:timers/promises';
import { existedIn, MUNICIPALITIES } from '../../src/domain/municipalities';
import { facts } from '../api/support';
import { assessment } from '../factsheet/builder';
import { SAMPLE_2013, SAMPLE_2014, Workplace } from './support';

const DOCUMENTS = MUNICIPALITIES.filter((one) => existedIn(one, 2013) && !one.name.includes('('))
  .slice(0, 40)
  .map(({ name }) => assessment(facts({ municipality: name, improve: ['4.2.2'], notes: ['1.1.1'] })));

describe('An import that is killed and repeated', () => {
  let place: Workplace;
  beforeEach(() => {
    place = new Workplace();
  });
  afterEach(() => place.dispose());

  it('leaves exactly one copy of everything', async () => {
    const paths = DOCUMENTS.map((text, index) => place.document(`factsheet-${index}.txt`, text));
    const args = ['import', SAMPLE_2013, SAMPLE_2014, ...paths];
    let kills = 0;
    for (const events of [0, 1, 200, 700]) {
      const { child, ended } = place.start(args);
      while (child.exitCode === null && place.events().length < events) await sleep(1);
      if (events === 0) await sleep(150);
      child.kill('SIGKILL');
      const { signal } = await ended;
      if (signal === 'SIGKILL') kills += 1;
      // A document is in the log with all of its events, or not at all.
      const concluded = place.events().filter(({ type }) => type === 'AssessmentConcluded').length;
      expect(place.events().filter(({ type }) => type === 'FactsheetImported')).toHaveLength(concluded);
    }
    expect(kills).toBeGreaterThan(1);

    expect(await place.run(...args)).toMatchObject({ status: 0, stderr: '' });
    const uninterrupted = new Workplace();
    try {
      expect(await uninterrupted.run(...args)).toMatchObject({ status: 0 });
      const inShort = (at: Workplace) => at.events().map(({ id, type }) => `${id} ${type}`);
      expect(inShort(place)).toEqual(inShort(uninterrupted));
    } finally {
      await uninterrupted.dispose();
    }
    expect((await place.run('replay')).stdout).toContain('nothing differed');
  });
});
