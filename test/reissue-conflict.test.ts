import type { EventStore } from '../src/event-store/event-store';
import { handleApproachCommand, loadApproach } from '../src/handle-command';
import { ImportError, type ImportOptions, importFactsheets } from '../src/import-factsheets';
import { SAMPLE_2013 } from './factsheet/samples';
import { APPROACH, id, withdrawn } from './support/events';
import { step } from './support/given';
import { TemporaryFolder } from './support/temporary-log';

const OPTIONS: ImportOptions = {
  flags: { municipality: null, year: null, published: null, partial: false },
  reissue: false,
  reason: null,
  now: () => new Date('2016-03-01T12:00:00.000Z'),
  actor: 'tester',
  streamOfDocument: () => null,
};

describe('A new issue of a factsheet', () => {
  const folder = new TemporaryFolder();
  afterAll(() => folder.remove());

  it('is not appended where the approach was written to since it was compared', async () => {
    const store = folder.log();
    const document = (path: string, text: string) => ({ path, read: async () => Buffer.from(text) });
    await importFactsheets(store, [document('first.txt', SAMPLE_2013)], OPTIONS);
    const { history } = await loadApproach(store, APPROACH);
    const finding = history.assessments[0]?.found.findings[0];

    let compared = false;
    const meanwhile: EventStore = new Proxy(store, {
      get(target, name: keyof EventStore) {
        if (name !== 'readStream') return target[name]?.bind(target);
        return async function* (...args: Parameters<EventStore['readStream']>) {
          if (compared) {
            compared = false;
            const { data } = withdrawn('');
            await handleApproachCommand(
              target,
              APPROACH,
              step({ type: 'FindingWithdrawn', data: { ...data, findingId: finding?.id ?? '' } }),
              { actor: 'other', correlationId: id('other'), key: 'other', document: null },
            );
          }
          yield* target.readStream(...args);
        };
      },
    });
    const again = document('again.txt', SAMPLE_2013.replace('✗ Sinds', '✓ Sinds'));
    const before = (await loadApproach(store, APPROACH)).revision;
    const onPlanned = (): void => {
      compared = true;
    };
    const options = { ...OPTIONS, reissue: true, onPlanned };
    const importing = importFactsheets(meanwhile, [again], options);
    await expect(importing).rejects.toThrow(ImportError);
    await expect(importing).rejects.toThrow(
      /again\.txt: the approach was written to since .* import it again/,
    );
    expect((await loadApproach(store, APPROACH)).revision).toBe(before + 1);

    const [imported] = await importFactsheets(store, [again], { ...OPTIONS, reissue: true });
    expect(imported?.events).toEqual({ FactsheetImported: 1, FindingRecorded: 1, FindingCorrected: 1 });
  });
});
