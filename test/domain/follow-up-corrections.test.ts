import type { ApproachCommand, CorrectFollowUp } from '../../src/domain/approach-commands';
import type { DomainEvent } from '../../src/domain/events';
import { asksForThese } from '../../src/domain/repeated-command';
import {
  abandoned,
  assessment,
  concluded,
  corrected,
  id,
  identified,
  judged,
  opened,
  registered,
  reportCorrected,
  reported,
  reportWithdrawn,
  text,
  withdrawn,
} from '../support/events';
import { given, step } from '../support/given';
import { on, reading, statuses } from '../support/reading';

const POINT = 'point 2.2.1';
const OTHER = 'point 1.1.1';
const baseline = [
  registered(),
  ...assessment('2013', '2013', '2014-05', { '1.1.1': '✗', '2.2.1': '✗', '1.1.2': '✓' }),
];
const reportOf2014 = reported('r', [POINT], { assessmentId: id('2014') });
const judgement = judged('j', '2014', {
  followUpId: id('r'),
  improvementPointIds: [id(POINT)],
  indicators: ['2.2.1'],
});
const history = [
  ...baseline,
  opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }),
  reportOf2014,
  judgement,
  concluded('2014', '2015-06'),
];

const report = reportCorrected('r2', 'r', [OTHER, POINT], { reportedOn: '2015-04', publishedOn: '2015-09' });
const persistent = corrected('j2', 'j', {
  indicators: ['2.2.1'],
  verdict: 'IMPROVEMENT_NEEDED',
  basis: 'REPORTED',
  publishedOn: '2015-09',
});
const command = (corrects: DomainEvent | null, ...judgements: (typeof persistent)[]): CorrectFollowUp => ({
  type: 'CorrectFollowUp',
  report: corrects?.type === 'FollowUpCorrected' ? corrects.data : null,
  judgements: judgements.map(({ data }) => ({
    data,
    improvementPoint: { improvementPointId: id(`point of ${data.findingId}`), text: text('Te verbeteren') },
  })),
});
const withoutReason = (given: ApproachCommand): ApproachCommand =>
  JSON.parse(JSON.stringify(given).replace(/"reason":\{"text":"[^"]*"/g, '"reason":{"text":" \\n"'));

describe('A correction of a follow-up', () => {
  it('corrects what was reported, how it was judged, or both, in that order', () => {
    given(...history)
      .when(command(report))
      .gives(report);
    given(...history)
      .when(command(null, persistent))
      .gives(persistent);
    given(...history)
      .when(command(report, persistent))
      .gives(report, persistent);
  });

  it('corrects something', () => {
    given(...history)
      .when(command(null))
      .isRejected('NOTHING_TO_CORRECT');
  });

  it('corrects the reading of the report that stands, and no other', () => {
    const again = reportCorrected('r3', 'r', [POINT]);
    given(...history, report)
      .when(command(again))
      .isRejected('FOLLOW_UP_CORRECTED', { field: 'followUpId', message: new RegExp(id('r2')) });
    const further = reportCorrected('r3', 'r2', [POINT]);
    given(...history, report)
      .when(command(further))
      .gives(further);
    given(...history, report, reportWithdrawn('r2'))
      .when(command(again))
      .gives(again);
  });

  it('is refused of a report that is withdrawn or not there, and of points and ids that cannot be', () => {
    given(...history, withdrawn('j'), reportWithdrawn('r'))
      .when(command(report))
      .isRejected('FOLLOW_UP_WITHDRAWN', { field: 'followUpId' });
    given(...baseline)
      .when(command(report))
      .isRejected('FOLLOW_UP_UNKNOWN', { field: 'followUpId' });
    given(...history)
      .when(command(reportCorrected('r2', 'r', ['nothing'])))
      .isRejected('IMPROVEMENT_POINT_UNKNOWN');
    given(...history)
      .when(command(reportCorrected('j', 'r', [POINT])))
      .isRejected('ID_TAKEN');
  });

  it('is refused of a finding that is no judgement, or one on another report', () => {
    const finding = corrected('f2', '2013 1.1.2', { indicators: ['1.1.2'] });
    given(...history)
      .when(command(null, finding))
      .isRejected('JUDGEMENT_UNKNOWN', { field: 'findingId', message: /correct it as a finding/ });
    given(...history, reported('other', [POINT]))
      .when(command(reportCorrected('other2', 'other', [POINT]), persistent))
      .isRejected('JUDGEMENT_UNKNOWN', { message: new RegExp(id('other')) });
  });

  it('corrects the judgement on a report that was corrected before', () => {
    given(...history, report)
      .when(command(reportCorrected('r3', 'r2', [POINT]), persistent))
      .gives(reportCorrected('r3', 'r2', [POINT]), persistent);
  });

  it('corrects a finding once in one command', () => {
    given(...history)
      .when(command(null, persistent, corrected('j3', 'j', { indicators: ['2.2.1'] })))
      .isRejected('FINDING_CORRECTED');
  });

  it('is never swallowed: its id is taken then, as it was or with another content', () => {
    const narrated = { ...report, data: { ...report.data, narrative: text('Anders gemeld.') } };
    for (const again of [report, narrated, { ...report, data: { ...report.data, reportedOn: null } }]) {
      for (const since of [[], [persistent], [reportWithdrawn('r2')]]) {
        given(...history, report, ...since)
          .when(command(again))
          .isRejected('ID_TAKEN');
      }
    }
  });
});

describe('A reason', () => {
  it.each<[string, ApproachCommand]>([
    ['a correction of a finding', step(corrected('c', '2013 1.1.2', { indicators: ['1.1.2'] }))],
    ['a withdrawal of a finding', step(withdrawn('2013 1.1.2'))],
    ['a correction of a report', command(report)],
    ['a correction of a judgement', command(null, persistent)],
    ['a withdrawal of a report', step(reportWithdrawn('r'))],
  ])('is asked of %s', (_, wanted) => {
    given(...history)
      .when(withoutReason(wanted))
      .isRejected('REASON_MISSING', { field: 'reason' });
  });
});

describe('A withdrawal of a follow-up', () => {
  it('takes the judgements on it along, in all their readings', () => {
    given(...history)
      .when(step(reportWithdrawn('r')))
      .gives(withdrawn('j'), reportWithdrawn('r'));
    given(...history, persistent)
      .when(step(reportWithdrawn('r')))
      .gives(withdrawn('j2'), withdrawn('j'), reportWithdrawn('r'));
    given(...history, withdrawn('j'))
      .when(step(reportWithdrawn('r')))
      .gives(reportWithdrawn('r'));
  });

  it('leaves the judgements on it in an assessment that was abandoned as they are', () => {
    const left = [opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }), judgement, abandoned('2014')];
    given(...baseline, reported('r', [POINT]), ...left)
      .when(step(reportWithdrawn('r')))
      .gives(reportWithdrawn('r'));
  });

  it('of a correction leaves the judgements, and the reading before it stands again', () => {
    given(...history, report)
      .when(step(reportWithdrawn('r2')))
      .gives(reportWithdrawn('r2'));
    given(...history, report)
      .when(step(reportWithdrawn('r')))
      .isRejected('FOLLOW_UP_CORRECTED', { message: new RegExp(id('r2')) });
  });

  it('comes once', () => {
    given(...history, withdrawn('j'), reportWithdrawn('r'))
      .when(step(reportWithdrawn('r')))
      .isRejected('FOLLOW_UP_WITHDRAWN');
  });

  it('leaves no report to be judged', () => {
    const underWay = [...history.slice(0, -2), reportWithdrawn('r')];
    given(...underWay)
      .when(step(judgement))
      .isRejected('FOLLOW_UP_WITHDRAWN');
    given(...history.slice(0, -2), report)
      .when(step(judgement))
      .isRejected('FOLLOW_UP_CORRECTED');
  });
});

describe('A follow-up that was corrected', () => {
  const followUps = (events: Parameters<typeof reading>[0], asOf: Parameters<typeof reading>[1] = {}) => {
    const points = reading(events, asOf).improvementPoints;
    return Object.fromEntries(
      [OTHER, POINT].map((name) => [
        name,
        points
          .find(({ fact }) => fact.id === id(name))
          ?.followUps.map(({ report: read, judgements }) => [
            read?.reportedOn ?? null,
            ...judgements.map((test) => test.reading.verdict),
          ]),
      ]),
    );
  };

  it('is read as corrected, about the points that the correction names', () => {
    expect(followUps(history)).toEqual({ [OTHER]: [], [POINT]: [['2015-03-02', 'MET']] });
    expect(followUps([...history, report, persistent])).toEqual({
      [OTHER]: [['2015-04']],
      [POINT]: [['2015-04', 'IMPROVEMENT_NEEDED']],
    });
  });

  it('is read as before until the correction is public, and at every earlier place in the log', () => {
    const both = [...history, report, persistent];
    expect(followUps(both, { publishedBy: '2015-08' })).toEqual(followUps(history));
    expect(followUps(both, { publishedBy: '2015-09' })).toEqual(followUps(both));
    expect(followUps(both, { upTo: history.length })).toEqual(followUps(history));
  });

  it('is public as corrected from the day it was recorded, where no day is given', () => {
    const unsaid = { ...report, data: { ...report.data, publishedOn: null } };
    const late = [...history, ...on('2016-03-01', unsaid)];
    expect(followUps(late, { publishedBy: '2016-02' })).toEqual(followUps(history));
    expect(followUps(late, { publishedBy: '2016-03-01' })[OTHER]).toEqual([['2015-04']]);
  });

  it('is read as before once the correction is withdrawn', () => {
    expect(followUps([...history, report, reportWithdrawn('r2')])).toEqual(followUps(history));
    expect(
      followUps([...history, report, reportWithdrawn('r2', '2015-12')], { publishedBy: '2015-11' }),
    ).toEqual(followUps([...history, report]));
  });

  it('changes the status of the points that it speaks of', () => {
    const status = (...events: DomainEvent[]) =>
      statuses(reading([...history, ...events]).improvementPoints, OTHER, POINT);
    expect(status()).toEqual(['OPEN', 'RESOLVED']);
    expect(status(report, persistent)).toEqual(['REPORTED', 'PERSISTENT']);
    expect(status(withdrawn('j'), reportWithdrawn('r'))).toEqual(['OPEN', 'OPEN']);
  });

  it('is no newer than what it corrects: what came after it stays after it', () => {
    const unjudged = [...baseline, reported('r', [POINT]), ...history.slice(baseline.length).slice(0, 1)];
    const own = judged('own', '2014', {
      indicators: ['2.2.1'],
      basis: 'ASSESSED',
      verdict: 'IMPROVEMENT_NEEDED',
    });
    const late = [...unjudged, own, concluded('2014'), reportCorrected('r2', 'r', [POINT])];
    expect(statuses(reading(late).improvementPoints, POINT)).toEqual(['PERSISTENT']);
    const reportedAgain = [...history, reported('again', [POINT]), persistent];
    expect(statuses(reading(reportedAgain).improvementPoints, POINT)).toEqual(['REPORTED']);
  });

  it('withdrawn beneath a judgement that still counts leaves that without a report', () => {
    const events = [...history, withdrawn('j', '2016'), reportWithdrawn('r', '2015-12')];
    expect(followUps(events, { publishedBy: '2015-12' })[POINT]).toEqual([[null, 'MET']]);
    expect(followUps(events, { publishedBy: '2016' })[POINT]).toEqual([]);
  });
});

describe('A correction with the id of one before it', () => {
  it('is never swallowed, as it was or with another content, also once that was withdrawn', () => {
    const worse = corrected('worse', '2013 1.1.2', { indicators: ['1.1.2'], verdict: 'IMPROVEMENT_NEEDED' });
    const opened = [...history, worse, identified('p', 'worse')];
    const others = [
      { narrative: text('Anders gezegd.') },
      { reason: text('Om een andere reden.') },
      { publishedOn: '2016' },
      { indicators: ['2.1.1'] },
      { corrects: id('2013 2.2.1') },
    ];
    for (const other of [{}, ...others]) {
      const again = { ...worse, data: { ...worse.data, ...other } };
      for (const before of [opened, [...opened, withdrawn('worse')]]) {
        given(...before)
          .when(step(again))
          .isRejected('ID_TAKEN');
      }
    }
  });
});

describe('A command that is sent again is known by its events', () => {
  const gone = step(reportWithdrawn('r'));
  it.each<[string, ApproachCommand, DomainEvent[]]>([
    ['a correction of both', command(report, persistent), [report, persistent]],
    ['a correction of the judgement alone', command(null, persistent), [persistent]],
    ['a withdrawal with the judgements', gone, [withdrawn('j'), reportWithdrawn('r')]],
    ['a withdrawal', gone, [reportWithdrawn('r')]],
  ])('%s', (_, again, events) => expect(asksForThese(again, events)).toBe(true));

  it.each<[string, ApproachCommand, DomainEvent[]]>([
    ['another report', command(report), [reportCorrected('r2', 'r', [POINT])]],
    ['another judgement', command(report, persistent), [report, corrected('j2', 'j')]],
    ['no judgement', command(report, persistent), [report]],
    ['a judgement more', command(report), [report, persistent]],
    ['a report more', command(null, persistent), [report, persistent]],
    ['another withdrawal', gone, [reportWithdrawn('r2')]],
  ])('but not by %s', (_, other, events) => expect(asksForThese(other, events)).toBe(false));
});
