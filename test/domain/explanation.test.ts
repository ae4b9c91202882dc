import type { AsOf } from '../../src/domain/as-of';
import { compare } from '../../src/domain/comparison';
import type { DomainEvent } from '../../src/domain/events';
import {
  assessment,
  attention,
  concluded,
  corrected,
  followUp,
  historyOf,
  id,
  identified,
  judged,
  opened,
  promised,
  record,
  registered,
  reported,
  settled,
  withdrawn,
} from '../support/events';
import { frameworks } from '../support/frameworks';
import { NOW } from '../support/reading';
import { explanationOf, wholeReading } from '../support/whole-reading';

const read = (events: readonly DomainEvent[], asOf: Partial<AsOf> = {}) =>
  wholeReading(historyOf(record(events)), { ...NOW, ...asOf }, frameworks);

/** The events by which the verdict on an indicator is explained, in short: their type and what they are about. */
function explained(events: readonly DomainEvent[], code: string, asOf: Partial<AsOf> = {}): string[] {
  const reading = read(events, asOf);
  const standing = reading.standings.find(({ indicator }) => indicator.code === code);
  if (standing === undefined) throw new Error(`no verdict stands for ${code}`);
  const { facts, versions } = explanationOf(standing, reading);
  return [
    ...facts.map(({ revision }) => inShort(events[revision])),
    ...versions.map((one) => `version ${one}`),
  ];
}

function inShort(event: DomainEvent | undefined): string {
  const names = [
    '2013',
    '2014',
    '2015',
    '2013 1.1.1',
    '2013 2.2.1',
    '2014 2.2.1',
    '2015 1.1.1',
    'c',
    'm',
    'r',
  ];
  const { assessmentId, findingId } = (event?.data ?? {}) as { assessmentId?: string; findingId?: string };
  const name = names.find((one) => id(one) === (findingId ?? assessmentId)) ?? '';
  return `${event?.type} ${name}`.trim();
}

const BASELINE = assessment('2013', '2013', '2014-05', {
  '1.1.1': '✓',
  '1.1.2': '✓',
  '2.1.1': '✓',
  '2.2.1': '✗',
});
const TESTED = ['AssessmentOpened 2013', 'FindingRecorded 2013 1.1.1', 'AssessmentConcluded 2013'];

describe('A verdict is explained by', () => {
  it('the assessment that tested it and the finding, and no other finding or warning', () => {
    const events = [registered(), ...BASELINE, attention('LET OP', '2013 1.1.1')];
    expect(explained(events, '1.1.1')).toEqual(TESTED);
    expect(explained(events, '2.2.1')).toEqual([
      'AssessmentOpened 2013',
      'FindingRecorded 2013 2.2.1',
      'ImprovementPointIdentified 2013 2.2.1',
      'AssessmentConcluded 2013',
    ]);
  });

  it('corrections and their withdrawal, from when they are there', () => {
    const events = [
      registered(),
      ...BASELINE,
      corrected('c', '2013 1.1.1', { publishedOn: '2016' }),
      withdrawn('c', '2017'),
    ];
    expect(explained(events, '1.1.1')).toEqual([...TESTED, 'FindingCorrected c', 'FindingWithdrawn c']);
    expect(explained(events, '1.1.1', { publishedBy: '2016' })).toEqual([...TESTED, 'FindingCorrected c']);
    expect(explained(events, '1.1.1', { publishedBy: '2015' })).toEqual(TESTED);
    expect(explained(events, '1.1.1', { upTo: events.length - 1 })).toEqual([
      ...TESTED,
      'FindingCorrected c',
    ]);
  });

  it('what was found later and withdrawn, because of which the earlier verdict stands again', () => {
    const later = assessment('2015', '2015', '2016', { '1.1.1': '✗' });
    const events = [registered(), ...BASELINE, ...later, withdrawn('2015 1.1.1', '2017')];
    const found = [
      'AssessmentOpened 2015',
      'FindingRecorded 2015 1.1.1',
      'ImprovementPointIdentified 2015 1.1.1',
      'AssessmentConcluded 2015',
    ];
    expect(explained(events, '1.1.1')).toEqual([...TESTED, ...found, 'FindingWithdrawn 2015 1.1.1']);
    expect(explained(events, '1.1.1', { publishedBy: '2016' })).toEqual(found);
    expect(explained(events, '1.1.2', {})).not.toContain('AssessmentOpened 2015');
  });

  it('a correction by which a later finding is no longer about it', () => {
    const later = assessment('2015', '2015', '2016', { '1.1.1': '✗' });
    const moved = corrected('m', '2015 1.1.1', { indicators: ['2.1.1'], publishedOn: '2017' });
    expect(explained([registered(), ...BASELINE, ...later, moved], '1.1.1')).toEqual([
      ...TESTED,
      'AssessmentOpened 2015',
      'FindingRecorded 2015 1.1.1',
      'ImprovementPointIdentified 2015 1.1.1',
      'AssessmentConcluded 2015',
      'FindingCorrected m',
    ]);
  });

  it('for a follow-up also what it follows: the point and its finding, what was reported and promised', () => {
    const events = [
      registered(),
      ...BASELINE,
      opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }),
      reported('r', ['point 2.2.1'], { assessmentId: id('2014') }),
      judged('2014 2.2.1', '2014', {
        indicators: ['2.2.1'],
        followUpId: id('r'),
        improvementPointIds: [id('point 2.2.1')],
      }),
      promised('convenant', ['point 2.2.1'], { assessmentId: id('2014') }),
      concluded('2014', '2015-06'),
      promised('iets anders', ['elders']),
      settled('convenant'),
    ];
    expect(explained(events, '2.2.1')).toEqual([
      'AssessmentOpened 2013',
      'FindingRecorded 2013 2.2.1',
      'ImprovementPointIdentified 2013 2.2.1',
      'AssessmentConcluded 2013',
      'AssessmentOpened 2014',
      'FollowUpReported 2014',
      'FollowUpAssessed 2014 2.2.1',
      'CommitmentMade 2014',
      'AssessmentConcluded 2014',
      'CommitmentSettled',
    ]);
    expect(explained(events, '1.1.1')).toEqual(TESTED);
  });

  it('revisions of the framework since the test, and the assessment that they came into force with', () => {
    const later = assessment('2015', '2015', '2016', { '2.1.1': '✓' }, { frameworkVersion: 2 });
    const events = [registered(), ...BASELINE, ...later];
    // Version 2 asks under 1.1.2 what version 1 asked under 1.1.1.
    expect(explained(events, '1.1.2')).toEqual([
      ...TESTED,
      'AssessmentOpened 2015',
      'AssessmentConcluded 2015',
      'version 2',
    ]);
    expect(explained(events, '2.1.1')).toEqual([
      'AssessmentOpened 2015',
      'FindingRecorded',
      'AssessmentConcluded 2015',
    ]);
    expect(explained(events, '1.1.1', { publishedBy: '2015' })).toEqual(TESTED);
  });
});

describe('Two readings', () => {
  const differences = (events: readonly DomainEvent[], from: Partial<AsOf>, to: Partial<AsOf> = {}) => {
    const { verdicts, improvementPoints, attentionPoints } = compare(read(events, from), read(events, to));
    const causesOf = (causes: (typeof verdicts)[number]['causes']) =>
      causes.flatMap(({ facts }) => facts.map(({ revision }) => inShort(events[revision])));
    return {
      verdicts: verdicts.map(({ indicator, before, after, causes }) => [
        `${indicator.code} ${before?.status ?? null} → ${after?.status ?? null}`,
        ...causesOf(causes),
      ]),
      points: improvementPoints.map(({ before, after, causes }) => [
        `${before?.status ?? null} → ${after?.status ?? null}`,
        ...causesOf(causes),
      ]),
      warnings: attentionPoints.map(({ before, after, causes }) => [
        `${before !== null} → ${after !== null}`,
        ...causesOf(causes),
      ]),
    };
  };

  it('differ by what was found since, and not in what was only carried forward', () => {
    const events = [registered(), ...BASELINE, ...followUp('2014', '2014', '2015-06', { '2.2.1': '✓' })];
    const caused = ['AssessmentOpened 2014', 'FollowUpAssessed 2014 2.2.1', 'AssessmentConcluded 2014'];
    expect(differences(events, { publishedBy: '2014-12-31' })).toEqual({
      verdicts: [['2.2.1 IMPROVEMENT_NEEDED → MET', ...caused]],
      points: [['OPEN → RESOLVED', ...caused]],
      warnings: [],
    });
    expect(differences(events, {}, { reference: '2013' })).toEqual({
      verdicts: [['2.2.1 MET → IMPROVEMENT_NEEDED', ...caused]],
      points: [['RESOLVED → OPEN', ...caused]],
      warnings: [],
    });
    expect(differences(events, { reference: '2014' }, { reference: '2020' })).toEqual({
      verdicts: [],
      points: [],
      warnings: [],
    });
  });

  it('differ by a correction and a withdrawal alone, in order, with what goes with them', () => {
    const events = [
      registered(),
      ...BASELINE.slice(0, -1),
      attention('LET OP', '2013 2.2.1'),
      concluded('2013', '2014-05'),
      corrected('c', '2013 1.1.1', { verdict: 'IMPROVEMENT_NEEDED' }),
      identified('punt', 'c'),
      withdrawn('2013 2.2.1'),
    ];
    expect(differences(events, { upTo: 9 })).toEqual({
      verdicts: [
        ['1.1.1 MET → IMPROVEMENT_NEEDED', 'FindingCorrected c', 'ImprovementPointIdentified c'],
        ['2.2.1 IMPROVEMENT_NEEDED → null', 'FindingWithdrawn 2013 2.2.1'],
      ],
      points: [
        ['OPEN → null', 'FindingWithdrawn 2013 2.2.1'],
        ['null → OPEN', 'FindingCorrected c', 'ImprovementPointIdentified c'],
      ],
      warnings: [['true → false', 'FindingWithdrawn 2013 2.2.1']],
    });
  });

  it('differ in a reading that keeps its verdict, too', () => {
    const events = [registered(), ...BASELINE, corrected('c', '2013 1.1.1', { basis: 'REPORTED' })];
    expect(differences(events, { upTo: events.length - 1 }).verdicts).toEqual([
      ['1.1.1 MET → MET', 'FindingCorrected c'],
    ]);
  });

  it('follow an indicator through a revision, and show those that come and go with it', () => {
    const later = assessment('2015', '2015', '2016', { '1.1.1': '✓', '2.1.1': '✓' }, { frameworkVersion: 2 });
    const events = [registered(), ...BASELINE, ...later];
    expect(differences(events, { publishedBy: '2015' }).verdicts.map(([difference]) => difference)).toEqual([
      '1.1.1 null → MET',
      '2.1.1 MET → MET',
      '1.1.2 MET → null',
      '2.2.1 IMPROVEMENT_NEEDED → null',
    ]);
  });
});
