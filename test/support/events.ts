import { v5 as uuidv5 } from 'uuid';
import type { EventMetadata } from '../../src/domain/event-metadata';
import {
  type DomainEvent,
  type EventData,
  type EventType,
  type RecordedEvent,
  SCHEMA_VERSION,
} from '../../src/domain/events';
import type { Framework } from '../../src/domain/framework';
import type { FreeText } from '../../src/domain/free-text';
import { type ApproachHistory, emptyHistory, evolve } from '../../src/domain/history';

const NAMESPACE = '2f5c8a4e-6f41-5a53-9d1e-0c6c0c7f3a11';
const ids = new Map<string, string>();

/** The UUID that goes by that name in the tests. */
export function id(name: string): string {
  const known = ids.get(name) ?? uuidv5(name, NAMESPACE);
  ids.set(name, known);
  return known;
}

export function text(words: string): FreeText {
  return { text: words, salt: '00'.repeat(16) };
}

export const DIGEST = 'ab'.repeat(32);
/** The approach that tests are about where they do not say. */
export const APPROACH = { municipality: 'GM0935', slug: 'integrale-aanpak' };
export const STREAM = 'approach-GM0935-integrale-aanpak';

type Changes<K extends EventType> = Partial<EventData<K>>;
type Event<K extends EventType> = { readonly type: K; readonly data: EventData<K> };

// One maker an event: the names in it stand for ids, and `changes` for all that is not the usual.

export function published({ code, version, name, themes }: Framework): Event<'FrameworkPublished'> {
  return { type: 'FrameworkPublished', data: { framework: code, version, name, themes } };
}

export function revised(
  { code, version, name, themes }: Framework,
  equivalents: EventData<'FrameworkRevised'>['equivalents'],
): Event<'FrameworkRevised'> {
  return { type: 'FrameworkRevised', data: { framework: code, version, name, themes, equivalents } };
}

export function registered(changes: Changes<'ApproachRegistered'> = {}): Event<'ApproachRegistered'> {
  return { type: 'ApproachRegistered', data: { ...APPROACH, name: 'Integrale Aanpak', ...changes } };
}

export function imported(changes: Changes<'FactsheetImported'> = {}): Event<'FactsheetImported'> {
  const usual = { digest: DIGEST, name: 'factsheet.txt', text: text('Factsheet'), kind: 'BASELINE' as const };
  return {
    type: 'FactsheetImported',
    data: { ...usual, reference: '2013', publishedOn: '2014-05', partial: false, ...changes },
  };
}

export function opened(
  assessment: string,
  changes: Changes<'AssessmentOpened'> = {},
): Event<'AssessmentOpened'> {
  return {
    type: 'AssessmentOpened',
    data: {
      assessmentId: id(assessment),
      framework: 'KADER',
      frameworkVersion: 1,
      kind: 'BASELINE',
      reference: '2013',
      assessor: 'Samenwerkend Toezicht Jeugd',
      description: null,
      familiesReached: null,
      ...changes,
    },
  };
}

export function consulted(
  assessment: string,
  changes: Changes<'SourceConsulted'> = {},
): Event<'SourceConsulted'> {
  const usual = { kind: 'QUESTIONNAIRE' as const, name: 'Netwerkpartner', consultedOn: null };
  return { type: 'SourceConsulted', data: { assessmentId: id(assessment), ...usual, ...changes } };
}

export function found(
  finding: string,
  assessment: string,
  changes: Changes<'FindingRecorded'> = {},
): Event<'FindingRecorded'> {
  const usual = { indicators: ['1.1.1'], verdict: 'MET' as const, narrative: text(finding) };
  return {
    type: 'FindingRecorded',
    data: { findingId: id(finding), assessmentId: id(assessment), ...usual, ...changes },
  };
}

export function attention(point: string, finding: string): Event<'AttentionPointRaised'> {
  return {
    type: 'AttentionPointRaised',
    data: { attentionPointId: id(point), findingId: id(finding), text: text(`LET OP: ${point}`) },
  };
}

export function identified(point: string, finding: string): Event<'ImprovementPointIdentified'> {
  return {
    type: 'ImprovementPointIdentified',
    data: { improvementPointId: id(point), findingId: id(finding), text: text(point) },
  };
}

export function noted(assessment: string, words = 'Er is een nieuwe regisseur.'): Event<'DevelopmentNoted'> {
  return { type: 'DevelopmentNoted', data: { assessmentId: id(assessment), text: text(words) } };
}

export function concluded(
  assessment: string,
  publishedOn: string | null = '2014-05',
): Event<'AssessmentConcluded'> {
  return { type: 'AssessmentConcluded', data: { assessmentId: id(assessment), publishedOn, public: true } };
}

export function abandoned(assessment: string): Event<'AssessmentAbandoned'> {
  return {
    type: 'AssessmentAbandoned',
    data: { assessmentId: id(assessment), reason: text('Niemand maakt het af.') },
  };
}

export function reported(
  report: string,
  points: readonly string[],
  changes: Changes<'FollowUpReported'> = {},
): Event<'FollowUpReported'> {
  return {
    type: 'FollowUpReported',
    data: {
      followUpId: id(report),
      assessmentId: null,
      improvementPointIds: points.map(id),
      reportedBy: 'gemeente Maastricht',
      reportedOn: '2015-03-02',
      narrative: null,
      ...changes,
    },
  };
}

export function judged(
  finding: string,
  assessment: string,
  changes: Changes<'FollowUpAssessed'> = {},
): Event<'FollowUpAssessed'> {
  return {
    type: 'FollowUpAssessed',
    data: {
      findingId: id(finding),
      assessmentId: id(assessment),
      followUpId: null,
      improvementPointIds: [],
      indicators: ['1.1.1'],
      verdict: 'MET',
      basis: 'REPORTED',
      narrative: text(finding),
      ...changes,
    },
  };
}

export function promised(
  commitment: string,
  points: readonly string[],
  changes: Changes<'CommitmentMade'> = {},
): Event<'CommitmentMade'> {
  return {
    type: 'CommitmentMade',
    data: {
      commitmentId: id(commitment),
      assessmentId: null,
      improvementPointIds: points.map(id),
      madeBy: 'gemeente Maastricht',
      text: text(commitment),
      dueOn: '2015-05-01~',
      ...changes,
    },
  };
}

export function settled(
  commitment: string,
  changes: Changes<'CommitmentSettled'> = {},
): Event<'CommitmentSettled'> {
  const usual = { outcome: 'KEPT' as const, settledOn: '2015-05', narrative: null };
  return { type: 'CommitmentSettled', data: { commitmentId: id(commitment), ...usual, ...changes } };
}

export function corrected(
  finding: string,
  corrects: string,
  changes: Changes<'FindingCorrected'> = {},
): Event<'FindingCorrected'> {
  return {
    type: 'FindingCorrected',
    data: {
      findingId: id(finding),
      corrects: id(corrects),
      indicators: ['1.1.1'],
      verdict: 'MET',
      basis: 'ASSESSED',
      narrative: text(finding),
      reason: text('Verkeerd overgenomen.'),
      publishedOn: null,
      ...changes,
    },
  };
}

export function withdrawn(finding: string, publishedOn: string | null = null): Event<'FindingWithdrawn'> {
  return {
    type: 'FindingWithdrawn',
    data: { findingId: id(finding), reason: text('Ten onrechte.'), publishedOn },
  };
}

export function reportCorrected(
  report: string,
  corrects: string,
  points: readonly string[],
  changes: Changes<'FollowUpCorrected'> = {},
): Event<'FollowUpCorrected'> {
  return {
    type: 'FollowUpCorrected',
    data: {
      followUpId: id(report),
      corrects: id(corrects),
      improvementPointIds: points.map(id),
      reportedBy: 'gemeente Maastricht',
      reportedOn: '2015-03-02',
      narrative: null,
      reason: text('Verkeerd overgenomen.'),
      publishedOn: null,
      ...changes,
    },
  };
}

export function reportWithdrawn(
  report: string,
  publishedOn: string | null = null,
): Event<'FollowUpWithdrawn'> {
  return {
    type: 'FollowUpWithdrawn',
    data: { followUpId: id(report), reason: text('Ten onrechte.'), publishedOn },
  };
}

export function assessmentCorrected(
  assessment: string,
  changes: Changes<'AssessmentCorrected'> = {},
): Event<'AssessmentCorrected'> {
  return {
    type: 'AssessmentCorrected',
    data: {
      assessmentId: id(assessment),
      assessor: 'Samenwerkend Toezicht Jeugd',
      description: null,
      familiesReached: null,
      sources: [],
      developments: [],
      assessmentPublishedOn: '2014-05',
      reason: text('Verkeerd overgenomen.'),
      publishedOn: null,
      ...changes,
    },
  };
}

export function attentionWithdrawn(
  point: string,
  publishedOn: string | null = null,
): Event<'AttentionPointWithdrawn'> {
  return {
    type: 'AttentionPointWithdrawn',
    data: { attentionPointId: id(point), reason: text('Ten onrechte.'), publishedOn },
  };
}

export function pointCorrected(
  point: string,
  words: string,
  publishedOn: string | null = null,
): Event<'ImprovementPointCorrected'> {
  return {
    type: 'ImprovementPointCorrected',
    data: {
      improvementPointId: id(point),
      text: text(words),
      reason: text('Onjuist verwoord.'),
      publishedOn,
    },
  };
}

export function promiseWithdrawn(
  commitment: string,
  publishedOn: string | null = null,
): Event<'CommitmentWithdrawn'> {
  return {
    type: 'CommitmentWithdrawn',
    data: { commitmentId: id(commitment), reason: text('Ten onrechte.'), publishedOn },
  };
}

export type Verdicts = Readonly<Record<string, '✓' | '✗'>>;

/**
 * A whole assessment: a finding for each entry of `verdicts`, by the indicators that it covers, named
 * `<assessment> <indicators>`; in a baseline each ✗ opens the improvement point `point <indicators>`.
 */
export function assessment(
  name: string,
  reference: string,
  publishedOn: string | null,
  verdicts: Verdicts,
  changes: Changes<'AssessmentOpened'> = {},
): DomainEvent[] {
  const findings = Object.entries(verdicts).flatMap(([covered, mark]): DomainEvent[] => {
    const finding = `${name} ${covered}`;
    const verdict = mark === '✓' ? ('MET' as const) : ('IMPROVEMENT_NEEDED' as const);
    const indicators = covered.split(' ');
    if (changes.kind === 'FOLLOW_UP') return [judged(finding, name, { indicators, verdict })];
    const point = mark === '✗' ? [identified(`point ${covered}`, finding)] : [];
    return [found(finding, name, { indicators, verdict }), ...point];
  });
  return [opened(name, { reference, ...changes }), ...findings, concluded(name, publishedOn)];
}

export function followUp(
  name: string,
  reference: string,
  publishedOn: string | null,
  verdicts: Verdicts,
): DomainEvent[] {
  return assessment(name, reference, publishedOn, verdicts, { kind: 'FOLLOW_UP' });
}

/** The events of an assessment that is not made public. */
export function confidential(events: readonly DomainEvent[]): DomainEvent[] {
  return events.map((event) =>
    event.type === 'AssessmentConcluded' ? { ...event, data: { ...event.data, public: false } } : event,
  );
}

export function metadata(changes: Partial<EventMetadata> = {}): EventMetadata {
  return {
    schemaVersion: SCHEMA_VERSION,
    recordedAt: '2016-01-01T12:00:00.000Z',
    actor: 'test',
    correlationId: id('correlation'),
    causationId: null,
    source: null,
    ...changes,
  };
}

/** The events as they stand in the log behind `after`: alone in it, on the day given. */
export function record(
  events: readonly DomainEvent[],
  { after = 0, stream = STREAM, recordedAt = '2016-01-01T12:00:00.000Z' } = {},
): RecordedEvent[] {
  return events.map((event, index) => ({
    ...event,
    id: id(`${stream} ${after + index}`),
    stream,
    revision: after + index,
    position: after + index + 1,
    metadata: metadata({ recordedAt }),
  }));
}

export function historyOf(events: readonly RecordedEvent[]): ApproachHistory {
  const history = emptyHistory();
  for (const event of events) evolve(history, event, { ...event, ...event.metadata });
  return history;
}
