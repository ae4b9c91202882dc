import { decide } from '../../src/domain/approach';
import type { DomainEvent } from '../../src/domain/events';
import { assertNotBefore } from '../../src/domain/publication-rules';
import { Rejection } from '../../src/domain/rejection';
import {
  assessment,
  assessmentCorrected,
  attention,
  attentionWithdrawn,
  concluded,
  confidential,
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
  settled,
  withdrawn,
} from '../support/events';
import { frameworks } from '../support/frameworks';
import { step } from '../support/given';

const OPEN = 'accepted';
const told = { assessmentId: id('2014') };
const begun = [
  registered(),
  opened('2013'),
  found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED' }),
  attention('a', 'f'),
  identified('p', 'f'),
];
const history = historyOf(
  record([
    ...begun,
    found('k', '2013'),
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
    opened('2015', { reference: '2015' }),
    found('e', '2015'),
    concluded('2015', '2015-03'),
    assessmentCorrected('2015', { assessmentPublishedOn: '1950', publishedOn: '2015-02' }),
    opened('2017', { reference: '2017' }),
    found('u', '2017'),
    concluded('2017', '2017-03'),
    assessmentCorrected('2017', { assessmentPublishedOn: null }),
  ]),
);

/** What is said of the event: that it is accepted, or from when on it would be. */
function verdictOn(event: DomainEvent, field = 'publishedOn', known = history): string {
  try {
    assertNotBefore(event, known);
    return OPEN;
  } catch (error) {
    if (!(error instanceof Rejection) || error.field !== field) throw error;
    return error.accepted;
  }
}

describe('A correction or withdrawal is public', () => {
  const on = (publishedOn: string) => ({ publishedOn });
  it.each<readonly [what: string, event: (date: string) => DomainEvent, first: string]>([
    ['a finding', (date) => corrected('n', 'k', on(date)), '2014-05'],
    ['a finding, to withdraw it', (date) => withdrawn('k', date), '2014-05'],
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
      '2014-05',
    ],
    ['a finding of an assessment that has become public earlier', (date) => withdrawn('e', date), '2015-03'],
    ['a finding of one whose publication has become unknown', (date) => withdrawn('u', date), '2017-03'],
  ])('no earlier than %s', (_, event, first) => {
    expect(verdictOn(event('1900'))).toBe(`a date from ${first} on`);
    expect(verdictOn(event('2014-01~'))).toBe(`a date from ${first} on`);
    for (const date of [first, `${first}~`, first.slice(0, 4), '2018'])
      expect(verdictOn(event(date))).toBe(OPEN);
  });

  describe('of what was changed before, no earlier than that', () => {
    const changed = (...events: DomainEvent[]) =>
      historyOf(
        record([
          ...begun,
          promised('c', ['p'], { assessmentId: id('2013') }),
          concluded('2013', '2014-05'),
          opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }),
          reported('r', ['p'], told),
          concluded('2014', '2014-06'),
          ...events,
        ]),
      );
    const better = corrected('g', 'f', { publishedOn: '2015' });
    const bad = { verdict: 'IMPROVEMENT_NEEDED' } as const;
    const retold = reportCorrected('s', 'r', ['p'], { publishedOn: '2015' });
    const header = (publishedOn: string) =>
      assessmentCorrected('2013', { publishedOn, assessmentPublishedOn: '2014-05' });

    it.each<readonly [what: string, before: DomainEvent[], event: (date: string) => DomainEvent]>([
      ['a correction withdrawn', [better, withdrawn('g', '2019')], (date) => withdrawn('f', date)],
      [
        'a correction withdrawn, to correct again',
        [better, withdrawn('g', '2019')],
        (date) => corrected('n', 'f', { ...bad, publishedOn: date }),
      ],
      [
        'the last of many withdrawn',
        [
          corrected('g', 'f', { ...bad, publishedOn: '2015' }),
          ...[corrected('h', 'g', { publishedOn: '2015' }), withdrawn('h', '2019'), withdrawn('g', '2019')],
        ],
        (date) => withdrawn('f', date),
      ],
      [
        'a correction of a report withdrawn',
        [retold, reportWithdrawn('s', '2019')],
        (date) => reportWithdrawn('r', date),
      ],
      [
        'a correction of a report withdrawn, to correct again',
        [retold, reportWithdrawn('s', '2019')],
        (date) => reportCorrected('n', 'r', ['p'], { publishedOn: date }),
      ],
      ['an attention point withdrawn', [attentionWithdrawn('a', '2019')], (date) => withdrawn('f', date)],
      ['a point in other words', [pointCorrected('p', 'Anders.', '2019')], (date) => withdrawn('f', date)],
      [
        'a point in other words that would go',
        [pointCorrected('p', 'Anders.', '2019')],
        (date) => corrected('n', 'f', { publishedOn: date }),
      ],
      ['what it says of itself', [header('2019')], (date) => header(date)],
    ])('%s', (_, before, event) => {
      const known = changed(...before);
      for (const date of ['2014-06', '2016', '2018-12-31'])
        expect(verdictOn(event(date), 'publishedOn', known)).toBe('a date from 2019 on');
      for (const date of ['2019', '2019-01-01', '2020-03~'])
        expect(verdictOn(event(date), 'publishedOn', known)).toBe(OPEN);
    });

    it('a commitment that was settled, from the day on which that was recorded', () => {
      const known = changed(settled('c'));
      expect(verdictOn(promiseWithdrawn('c', '2015-12'), 'publishedOn', known)).toBe(
        'a date from 2016-01-01 on',
      );
      expect(verdictOn(promiseWithdrawn('c', '2016'), 'publishedOn', known)).toBe(OPEN);
    });

    it('and what stays beside it is no matter', () => {
      const beside = [attentionWithdrawn('a', '2019'), pointCorrected('p', 'Anders.', '2019')];
      const correction = corrected('n', 'f', { ...bad, publishedOn: '2016' });
      expect(verdictOn(correction, 'publishedOn', changed(...beside))).toBe(OPEN);
      const reworded = corrected('g', 'f', { ...bad, publishedOn: '2015' });
      expect(verdictOn(withdrawn('g', '2016'), 'publishedOn', changed(reworded, ...beside))).toBe(OPEN);
      expect(verdictOn(attentionWithdrawn('a', '2016'), 'publishedOn', changed(header('2019')))).toBe(OPEN);
    });

    it('is told with what is wrong and what is expected', () => {
      const known = changed(better, withdrawn('g', '2019'));
      expect(() => decide(step(withdrawn('f', '2016')), known, frameworks)).toThrow(
        expect.objectContaining({
          code: 'VALUE_NOT_ACCEPTED',
          field: 'publishedOn',
          message:
            'publishedOn is 2016, before what it is about, or the last change of that, was public; expected a date from 2019 on',
        }),
      );
    });
  });

  it('no earlier than the latest day ever told of the assessment', () => {
    const back = assessmentCorrected('2015', { assessmentPublishedOn: '2015-02', publishedOn: '2015-02' });
    expect(verdictOn(back)).toBe('a date from 2015-03 on');
  });

  it('on any day, of what has no known publication', () => {
    expect(verdictOn(withdrawn('d', '1950'))).toBe(OPEN);
    expect(verdictOn(reportWithdrawn('apart', '1950'))).toBe(OPEN);
  });

  it('by itself where no day is given', () => {
    expect(verdictOn(withdrawn('f', null))).toBe(OPEN);
  });
});

describe('An assessment becomes public', () => {
  const draft = [
    registered(),
    opened('2015', { reference: '2015' }),
    found('f', '2015', { verdict: 'IMPROVEMENT_NEEDED' }),
    attention('a', 'f'),
    identified('p', 'f'),
    reported('r', ['p'], { assessmentId: id('2015') }),
    promised('c', ['p'], { assessmentId: id('2015') }),
  ];
  const published = [...draft, concluded('2015', '2016')];
  const moved = (assessmentPublishedOn: string | null, events: readonly DomainEvent[]) =>
    verdictOn(
      assessmentCorrected('2015', { assessmentPublishedOn }),
      'assessmentPublishedOn',
      historyOf(record([...events])),
    );

  it.each<readonly [what: string, change: DomainEvent]>([
    ['a correction of a finding', corrected('g', 'f', { publishedOn: '2017' })],
    ['a withdrawal of a finding', withdrawn('f', '2017')],
    ['a withdrawal of a warning', attentionWithdrawn('a', '2017')],
    ['a correction of a point', pointCorrected('p', 'Anders.', '2017')],
    ['a correction of a report', reportCorrected('s', 'r', ['p'], { publishedOn: '2017' })],
    ['a withdrawal of a report', reportWithdrawn('r', '2017')],
    ['a withdrawal of a commitment', promiseWithdrawn('c', '2017')],
    [
      'a correction of what it says of itself',
      assessmentCorrected('2015', { publishedOn: '2017', assessmentPublishedOn: '2016' }),
    ],
  ])('no later than %s', (_, change) => {
    const later = corrected('h', 'f', { publishedOn: '2019' });
    for (const events of [
      [...published, change],
      [...published, change, later],
      [...draft, concluded('2015', null), change],
    ]) {
      expect(moved('2020', events)).toBe('a date up to 2017');
      expect(moved('2018-01', events)).toBe('a date up to 2017');
      for (const date of ['1950', '2016-12', '2017', '2017-08', null]) expect(moved(date, events)).toBe(OPEN);
    }
  });

  it('on any day, where nothing was corrected in it since it was concluded', () => {
    expect(moved('2020', published)).toBe(OPEN);
    const inDraft = [...draft, corrected('g', 'f', { publishedOn: '2014' }), concluded('2015', '2016')];
    expect(moved('2020', inDraft)).toBe(OPEN);
    expect(moved('2020', draft)).toBe(OPEN);
  });

  it('on the day that is known, whatever was corrected', () => {
    const before = [...published, corrected('g', 'f', { publishedOn: '2015' })];
    expect(moved('2016', before)).toBe(OPEN);
  });
});

describe('A command', () => {
  const drafts = historyOf(
    record([
      registered(),
      ...assessment('2013', '2013', '2014-05', { '2.2.1': '✗' }),
      ...assessment('2016', '2016', '2017-03', { '1.1.2': '✗' }),
      ...confidential(assessment('2015', '2015', null, { '1.1.2': '✓' })),
      promised('c', ['point 2.2.1']),
      promised('d', ['point 2.2.1', 'point 1.1.2']),
      reported('r', ['point 1.1.2'], { reportedOn: '2016-12' }),
      opened('draft', { reference: '2014' }),
      found('f', 'draft'),
      // As it was accepted once.
      ...assessment('early', '2012', '1999', { '1.1.2': '✓' }),
      ...confidential(assessment('dated', '2011', '2012', { '1.1.2': '✓' })),
    ]),
  );
  /** That the command is accepted, or which field is not and what is accepted there. */
  function answerTo(event: Parameters<typeof step>[0]): string {
    try {
      decide(step(event, { partial: true }), drafts, frameworks);
      return OPEN;
    } catch (error) {
      if (!(error instanceof Rejection) || error.code !== 'VALUE_NOT_ACCEPTED') throw error;
      return `${error.field}: ${error.accepted}`;
    }
  }
  const corrections = (of: string, assessmentPublishedOn: string | null) =>
    answerTo(assessmentCorrected(of, { assessmentPublishedOn }));

  it('tells no publication before the year that was assessed', () => {
    for (const date of ['2013', '2013-12-31', '1999~'])
      expect(answerTo(concluded('draft', date))).toBe('publishedOn: a date from 2014 on');
    for (const date of ['2014', '2014-01-01', '2015-06~', null])
      expect(answerTo(concluded('draft', date))).toBe(OPEN);
    expect(corrections('2013', '1999')).toBe('assessmentPublishedOn: a date from 2013 on');
    expect(corrections('2013', '2013-11')).toBe(OPEN);
  });

  it('may tell again what was accepted before', () => {
    expect(corrections('early', '1999')).toBe(OPEN);
    expect(corrections('early', '1998')).toBe('assessmentPublishedOn: a date from 2012 on');
    expect(corrections('dated', '2012')).toBe(OPEN);
  });

  it('tells of no report or settlement before the year in which its points were opened', () => {
    const point = ['point 1.1.2'];
    expect(answerTo(settled('c', { settledOn: '2012' }))).toBe('settledOn: a date from 2013 on');
    expect(answerTo(settled('c', { settledOn: '2013' }))).toBe(OPEN);
    expect(answerTo(settled('d', { settledOn: '2014' }))).toBe('settledOn: a date from 2016 on');
    expect(answerTo(settled('d', { settledOn: '2016-05' }))).toBe(OPEN);
    expect(answerTo(reported('s', point, { reportedOn: '1950' }))).toBe('reportedOn: a date from 2016 on');
    expect(answerTo(reported('s', point, { reportedOn: '2016' }))).toBe(OPEN);
    expect(answerTo(reported('s', point, { reportedOn: null }))).toBe(OPEN);
    expect(answerTo(reportCorrected('s', 'r', point, { reportedOn: '2015~' }))).toBe(
      'reportedOn: a date from 2016 on',
    );
  });

  it('tells no publication of what is not made public', () => {
    const none = 'no date, of an assessment that is not made public';
    const concludedAs = (publishedOn: string | null): Parameters<typeof step>[0] => ({
      type: 'AssessmentConcluded',
      data: { ...concluded('draft', publishedOn).data, public: false },
    });
    expect(answerTo(concludedAs('2015'))).toBe(`publishedOn: ${none}`);
    expect(answerTo(concludedAs(null))).toBe(OPEN);
    expect(corrections('2015', '2024-05')).toBe(`assessmentPublishedOn: ${none}`);
    expect(corrections('2015', null)).toBe(OPEN);
  });
});
