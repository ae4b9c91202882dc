import { PROJECTIONS } from '../../projections/all';
import { assessment, published, record, registered } from '../support/events';
import { KADER } from '../support/frameworks';
import { applyTo, dump, emptyReadModels } from '../support/read-models';

describe('Histories', () => {
  it('come out the same where more was found than is kept in memory, and in whatever pages', () => {
    const years = Array.from({ length: 2_100 }, (_, index) => String(1900 + index));
    const approach = [
      registered(),
      ...years.flatMap((year) => assessment(year, year, null, { '1.1.1': year.endsWith('7') ? '✗' : '✓' })),
    ];
    const log = [
      ...record([published(KADER)], { stream: 'framework-KADER' }),
      ...record(approach).map((event) => ({ ...event, position: event.position + 1 })),
    ];
    const together = emptyReadModels(PROJECTIONS);
    applyTo(together, PROJECTIONS, log);
    const inPages = emptyReadModels(PROJECTIONS);
    for (let begin = 0; begin < log.length; begin += 1_000) {
      applyTo(inPages, PROJECTIONS, log.slice(begin, begin + 1_000));
    }
    const rows = dump(together);
    expect(rows.history_parts).toHaveLength(years.length + 1);
    expect(rows.improvement_points).toHaveLength(years.filter((year) => year.endsWith('7')).length);
    expect(rows).toEqual(dump(inPages));
  });
});
