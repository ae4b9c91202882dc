import type { DomainEvent } from '../../src/domain/events';
import { assertNotBefore } from '../../src/domain/publication-rules';
import { Rejection } from '../../src/domain/rejection';
import {
  assessmentCorrected,
  attention,
  attentionWithdrawn,
  concluded,
  corrected,
  found,
  historyOf,
  id,
  identified,
  judged,
  opened,
  pointCorrected,
  promised,
  promiseWithdrawn,
  record,
  registered,
  reportCorrected,
  reported,
  reportWithdrawn,
  withdrawn,
} from '../support/events';

const OPEN = 'accepted';
const told = { assessmentId: id('2014') };
const history = historyOf(
  record([
    registered(),
    opened('2013'),
    found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED' }),
    attention('a', 'f'),
    identified('p', 'f'),
    concluded('2013', '2014-05'),
    corrected('g', 'f', { publishedOn: '2014-09', verdict: 'IMPROVEMENT_NEEDED' }),
    pointCorrected('p', 'Anders.', '2014-10'),
    opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }),
    reported('r', ['p'], told),
    promised('c', ['p'], told),
    judged('j', '2014', { followUpId: id('r') }),
    concluded('2014', '2015-06-30'),
    reported('apart', ['p']),
    opened('2016', { reference: '2016' }),
    found('d', '2016'),
    concluded('2016', null),
  ]),
);

/** What is said of the event: that it is accepted, or from when on it would be. */
function verdictOn(event: DomainEvent): string {
  try {
    assertNotBefore(event, history);
    return OPEN;
  } catch (error) {
    if (!(error instanceof Rejection) || error.field !== 'publishedOn') throw error;
    return error.accepted;
  }
}

describe('A correction or withdrawal is public', () => {
  const on = (publishedOn: string) => ({ publishedOn });
  it.each<readonly [what: string, event: (date: string) => DomainEvent, first: string]>([
    ['a finding', (date) => corrected('n', 'f', on(date)), '2014-05'],
    ['a finding, to withdraw it', (date) => withdrawn('f', date), '2014-05'],
    ['a correction', (date) => withdrawn('g', date), '2014-09'],
    ['a warning', (date) => attentionWithdrawn('a', date), '2014-05'],
    ['a point in other words', (date) => pointCorrected('p', 'Nog anders.', date), '2014-10'],
    ['a report', (date) => reportCorrected('s', 'r', ['p'], on(date)), '2015-06-30'],
    ['a report, to withdraw it', (date) => reportWithdrawn('r', date), '2015-06-30'],
    ['a commitment', (date) => promiseWithdrawn('c', date), '2015-06-30'],
    ['a judgement', (date) => withdrawn('j', date), '2015-06-30'],
    [
      'an assessment',
      (date) => assessmentCorrected('2013', { publishedOn: date, assessmentPublishedOn: '2014-05' }),
      '2014-05',
    ],
    [
      'an assessment that was public earlier than was known',
      (date) => assessmentCorrected('2013', { publishedOn: date, assessmentPublishedOn: '2014-02' }),
      '2014-02',
    ],
  ])('no earlier than %s', (_, event, first) => {
    expect(verdictOn(event('1900'))).toBe(`a date from ${first} on`);
    expect(verdictOn(event('2014-01~'))).toBe(`a date from ${first} on`);
    for (const date of [first, `${first}~`, first.slice(0, 4), '2016'])
      expect(verdictOn(event(date))).toBe(OPEN);
  });

  it('on any day, of what has no known publication', () => {
    expect(verdictOn(withdrawn('d', '1950'))).toBe(OPEN);
    expect(verdictOn(reportWithdrawn('apart', '1950'))).toBe(OPEN);
  });

  it('by itself where no day is given', () => {
    expect(verdictOn(withdrawn('f', null))).toBe(OPEN);
  });
});
