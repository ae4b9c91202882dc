import type { ApproachCommand, ReissueAssessment } from '../../src/domain/approach-commands';
import { type DomainEvent, type RecordedEvent } from '../../src/domain/events';
import { asksForThese } from '../../src/domain/repeated-command';
import {
  assessment,
  assessmentCorrected,
  attention,
  attentionWithdrawn,
  concluded,
  corrected,
  DIGEST,
  found,
  historyOf,
  id,
  identified,
  imported,
  metadata,
  opened,
  pointCorrected,
  promised,
  promiseWithdrawn,
  record,
  registered,
  settled,
  text,
  withdrawn,
} from '../support/events';
import { given, recordAssessment, step } from '../support/given';
import { NOW, on, reading, readingOf, verdicts } from '../support/reading';

const POINT = 'point 2.2.1';
const first = imported({ digest: 'cd'.repeat(32) });
const history = [
  registered(),
  first,
  opened('2013', { reference: '2013' }),
  found('met', '2013', { indicators: ['1.1.1'] }),
  attention('warning', 'met'),
  found('failed', '2013', { indicators: ['2.2.1'], verdict: 'IMPROVEMENT_NEEDED' }),
  identified(POINT, 'failed'),
  concluded('2013', '2014-05'),
];
const document = imported({ digest: DIGEST, publishedOn: '2015-09', partial: true });
const reissued = (events: readonly DomainEvent[], of = document): ReissueAssessment => ({
  type: 'ReissueAssessment',
  assessmentId: id('2013'),
  document: of.data,
  steps: recordAssessment(of, events).steps,
});
const additions = [
  found('new', '2013', { indicators: ['2.1.1'], verdict: 'IMPROVEMENT_NEEDED' }),
  identified('new point', 'new'),
  attention('late', 'met'),
] as const;

describe('A new issue of an assessment', () => {
  it('is its document, and behind it what it corrects, withdraws and adds', () => {
    const better = corrected('better', 'failed', { indicators: ['2.2.1'] });
    given(...history)
      .when(reissued([better, attentionWithdrawn('warning'), ...additions]))
      .gives(document, better, attentionWithdrawn('warning'), ...additions);
  });

  it('may come again, over another issue or what was corrected since', () => {
    const again = reissued([attention('late', 'met')]);
    given(...history, document, withdrawn('met'), found('new', '2013'))
      .when(reissued([attention('late', 'new')]))
      .gives(document, attention('late', 'new'));
    given(...history, document, attention('late', 'met'))
      .when(again)
      .isRejected('ID_TAKEN');
  });

  it('is of an assessment that there is, and that is concluded', () => {
    given(registered()).when(reissued([])).isRejected('ASSESSMENT_UNKNOWN', { field: 'assessmentId' });
    given(...history.slice(0, -1))
      .when(reissued([]))
      .isRejected('ASSESSMENT_UNDER_WAY', { field: 'assessmentId' });
  });

  it('leaves the assessment as complete as it must be', () => {
    const whole = imported({ digest: DIGEST });
    given(...history)
      .when(reissued([], whole))
      .isRejected('INDICATOR_NOT_ASSESSED');
    given(...history)
      .when(reissued([withdrawn('met'), withdrawn('failed')]))
      .isRejected('ASSESSMENT_EMPTY');
    given(...history)
      .when(reissued([additions[0]]))
      .isRejected('IMPROVEMENT_POINT_MISSING');
  });

  it('is refused as a whole where one step is, with the line of that step', () => {
    given(...history)
      .when(reissued([attention('late', 'met'), withdrawn('nobody')]))
      .isRejected('FINDING_UNKNOWN', { line: 3 });
  });

  it('adds to no other assessment that is concluded', () => {
    const other = [...history, ...assessment('2015', '2015', null, { '1.1.1': '✓' })];
    given(...other)
      .when(reissued([found('new', '2015')]))
      .isRejected('ASSESSMENT_CONCLUDED');
  });

  it('opens the improvement point of a correction to ✗, which it must name', () => {
    const worse = corrected('worse', 'met', { verdict: 'IMPROVEMENT_NEEDED' });
    given(...history)
      .when({ type: 'CorrectFinding', data: worse.data, improvementPoint: null })
      .isRejected('IMPROVEMENT_POINT_MISSING', { field: 'improvementPoint' });
  });

  it('sent again is known by its document', () => {
    expect(asksForThese(reissued([...additions]), [document])).toBe(true);
    expect(asksForThese(reissued([...additions]), [first])).toBe(false);
  });
});

describe('What a new issue adds', () => {
  /** Read from the new issue, on a day after it was published. */
  const recorded = (of: typeof document, ...events: readonly DomainEvent[]): RecordedEvent[] =>
    record([...history, of, ...events]).map((event, index) => ({
      ...event,
      metadata: metadata({
        recordedAt: '2016-03-01T12:00:00.000Z',
        source: index > history.length ? { document: DIGEST, line: index } : null,
      }),
    }));
  const asked = (events: readonly RecordedEvent[], publishedBy: string) => {
    const read = readingOf(historyOf(events), { ...NOW, publishedBy });
    return {
      verdicts: read.standings.map(({ indicator }) => indicator.code),
      warnings: read.attentionPoints.map(({ fact }) => fact.id),
      points: read.improvementPoints.map(({ fact }) => fact.id),
    };
  };
  const before = { verdicts: ['1.1.1', '2.2.1'], warnings: [id('warning')], points: [id(POINT)] };
  const afterwards = {
    verdicts: ['1.1.1', '2.1.1', '2.2.1'],
    warnings: [id('warning'), id('late')],
    points: [id(POINT), id('new point')],
  };

  it('is public with it, and what it adds to is public as before', () => {
    const events = recorded(document, ...additions);
    expect(asked(events, '2014-05')).toEqual(before);
    expect(asked(events, '2015-08')).toEqual(before);
    expect(asked(events, '2015-09')).toEqual(afterwards);
  });

  it('is public from the day it was recorded, where no day is known', () => {
    const events = recorded(imported({ digest: DIGEST, publishedOn: null, partial: true }), ...additions);
    expect(asked(events, '2016-02')).toEqual(before);
    expect(asked(events, '2016-03-01')).toEqual(afterwards);
  });
});

describe('What stands beside a finding', () => {
  const followed = [...history, promised('c', [POINT])];

  it.each<[string, DomainEvent]>([
    ['an attention point is withdrawn', attentionWithdrawn('warning')],
    ['an improvement point is put otherwise', pointCorrected(POINT, 'Leg vast.')],
    ['a promise is withdrawn', promiseWithdrawn('c')],
    ['the assessment is corrected', assessmentCorrected('2013')],
  ])('can be corrected: %s, for a reason', (_, event) => {
    const wanted = step(event as Parameters<typeof step>[0]);
    given(...followed)
      .when(wanted)
      .gives(event);
    const { data } = wanted as { data: object };
    const silent = { ...wanted, data: { ...data, reason: text(' ') } } as ApproachCommand;
    given(...followed)
      .when(silent)
      .isRejected('REASON_MISSING', { field: 'reason' });
    expect(asksForThese(wanted, [event])).toBe(true);
  });

  it('is corrected where it is there, and withdrawn once', () => {
    const refused = (
      event: DomainEvent,
      code: Parameters<ReturnType<ReturnType<typeof given>['when']>['isRejected']>[0],
      ...more: DomainEvent[]
    ) =>
      given(...followed, ...more)
        .when(step(event as Parameters<typeof step>[0]))
        .isRejected(code);
    refused(attentionWithdrawn('nothing'), 'ATTENTION_POINT_UNKNOWN');
    refused(attentionWithdrawn('warning'), 'ATTENTION_POINT_WITHDRAWN', attentionWithdrawn('warning'));
    refused(pointCorrected('nothing', 'x'), 'IMPROVEMENT_POINT_UNKNOWN');
    refused(promiseWithdrawn('nothing'), 'COMMITMENT_UNKNOWN');
    refused(promiseWithdrawn('c'), 'COMMITMENT_WITHDRAWN', promiseWithdrawn('c'));
    refused(settled('c'), 'COMMITMENT_WITHDRAWN', promiseWithdrawn('c'));
    refused(assessmentCorrected('nothing'), 'ASSESSMENT_UNKNOWN');
  });

  it('is read as corrected from the publication and the place of the correction on', () => {
    const events = [
      ...followed,
      attentionWithdrawn('warning', '2015'),
      pointCorrected(POINT, 'Leg vast.', '2015'),
      promiseWithdrawn('c', '2015'),
    ];
    const read = (asOf: Parameters<typeof reading>[1]) => {
      const { attentionPoints, improvementPoints } = reading(events, asOf);
      const [point] = improvementPoints;
      return [attentionPoints.length, point?.wording.revision, point?.commitments.length];
    };
    const ofPoint = history.findIndex(({ type }) => type === 'ImprovementPointIdentified');
    expect(read({ upTo: followed.length })).toEqual([1, ofPoint, 1]);
    // A promise apart from an assessment is not there where publication is asked.
    expect(read({ publishedBy: '2014' })).toEqual([1, ofPoint, 0]);
    expect(read({ publishedBy: '2015' })).toEqual([0, followed.length + 1, 0]);
    expect(read({})).toEqual([0, followed.length + 1, 0]);
  });
});

describe('When an assessment became public', () => {
  const undated = [registered(), ...assessment('2013', '2013', null, { '1.1.1': '✓' })];
  const dated = assessmentCorrected('2013', { assessmentPublishedOn: '2014-05', publishedOn: '2016' });

  it('can be told afterwards: from there on it counts as public since then', () => {
    expect(verdicts(undated, { publishedBy: '2015' })).toEqual({});
    const told = [...undated, ...on('2016-03-01', dated)];
    expect(verdicts(told, { publishedBy: '2015' })).toEqual({ '1.1.1': '✓ 2013' });
    expect(verdicts(told, { publishedBy: '2014-04' })).toEqual({});
    expect(verdicts(told, { publishedBy: '2015', upTo: undated.length })).toEqual({});
  });

  it('decides which of two assessments of a year is the later', () => {
    const two = (publishedOn: string) => [
      registered(),
      ...assessment('a', '2013', '2014-05', { '1.1.1': '✓' }),
      ...assessment('b', '2013', '2014-06', { '1.1.1': '✗' }),
      assessmentCorrected('a', { assessmentPublishedOn: publishedOn }),
    ];
    expect(verdicts(two('2014-05'))).toEqual({ '1.1.1': '✗ 2013' });
    expect(verdicts(two('2014-07'))).toEqual({ '1.1.1': '✓ 2013' });
  });

  it('is what its conclusion says, whatever was corrected before that', () => {
    const early = [registered(), opened('2013'), found('f', '2013'), dated, concluded('2013', '2015')];
    expect(verdicts(early, { publishedBy: '2014' })).toEqual({});
    expect(verdicts(early, { publishedBy: '2015' })).toEqual({ '1.1.1': '✓ 2013' });
  });
});
