import type { DomainEvent, EventType } from '../../src/domain/events';
import {
  abandoned,
  assessment,
  assessmentCorrected,
  attention,
  attentionWithdrawn,
  concluded,
  consulted,
  corrected,
  found,
  id,
  identified,
  imported,
  judged,
  noted,
  opened,
  pointCorrected,
  promised,
  promiseWithdrawn,
  published,
  registered,
  reportCorrected,
  reported,
  reportWithdrawn,
  revised,
  settled,
  text,
  withdrawn,
} from './events';
import { EQUIVALENTS, KADER, KADER_2 } from './frameworks';

type Event<K extends EventType> = Extract<DomainEvent, { type: K }>;

const point = 'point 2.2.1';
const baseline = [registered(), ...assessment('2013', '2013', '2014-05', { '1.1.1': '✓', '2.2.1': '✗' })];
const underWay = [registered(), opened('2013')];
const inFollowUp = [...baseline, opened('2014', { kind: 'FOLLOW_UP', reference: '2014' })];

/**
 * An event of each type of the catalogue with every field filled, and events that make sense before it in
 * its stream. A type without one does not compile.
 */
export const SAMPLES: {
  readonly [K in EventType]: { readonly after: readonly DomainEvent[]; readonly event: Event<K> };
} = {
  FrameworkPublished: { after: [], event: published(KADER) },
  FrameworkRevised: { after: [published(KADER)], event: revised(KADER_2, EQUIVALENTS) },
  ApproachRegistered: { after: [], event: registered() },
  FactsheetImported: { after: [registered()], event: imported() },
  AssessmentOpened: {
    after: [registered()],
    event: opened('2013', { description: text('De aanpak.'), familiesReached: 316 }),
  },
  SourceConsulted: { after: underWay, event: consulted('2013', { consultedOn: '2013-11' }) },
  FindingRecorded: { after: underWay, event: found('f', '2013', { indicators: ['1.1.1', '1.1.2'] }) },
  AttentionPointRaised: { after: [...underWay, found('f', '2013')], event: attention('a', 'f') },
  ImprovementPointIdentified: {
    after: [...underWay, found('f', '2013', { verdict: 'IMPROVEMENT_NEEDED' })],
    event: identified('p', 'f'),
  },
  DevelopmentNoted: { after: underWay, event: noted('2013') },
  AssessmentConcluded: { after: [...underWay, found('f', '2013')], event: concluded('2013') },
  AssessmentAbandoned: { after: [...underWay, found('f', '2013')], event: abandoned('2013') },
  FollowUpReported: {
    after: inFollowUp,
    event: reported('r', [point], { assessmentId: id('2014'), narrative: text('Opgepakt.') }),
  },
  FollowUpAssessed: {
    after: [...inFollowUp, reported('r', [point])],
    event: judged('j', '2014', {
      followUpId: id('r'),
      improvementPointIds: [id(point)],
      indicators: ['2.2.1'],
    }),
  },
  CommitmentMade: { after: inFollowUp, event: promised('c', [point], { assessmentId: id('2014') }) },
  CommitmentSettled: {
    after: [...baseline, promised('c', [point])],
    event: settled('c', { narrative: text('Het convenant is getekend.') }),
  },
  FindingCorrected: {
    after: baseline,
    event: corrected('better', '2013 2.2.1', { indicators: ['2.2.1'], publishedOn: '2014-09' }),
  },
  FindingWithdrawn: { after: baseline, event: withdrawn('2013 2.2.1', '2014-09') },
  FollowUpCorrected: {
    after: [...baseline, reported('r', [point])],
    event: reportCorrected('r2', 'r', [point], { narrative: text('Afgerond.'), publishedOn: '2015-09' }),
  },
  AssessmentCorrected: {
    after: baseline,
    event: assessmentCorrected('2013', {
      description: text('De aanpak.'),
      familiesReached: 316,
      sources: [{ kind: 'QUESTIONNAIRE', name: 'Mondriaan', consultedOn: '2013-11' }],
      developments: [text('Er is een nieuwe regisseur.')],
      publishedOn: '2014-09',
    }),
  },
  AttentionPointWithdrawn: {
    after: [...underWay, found('f', '2013'), attention('a', 'f'), concluded('2013')],
    event: attentionWithdrawn('a', '2014-09'),
  },
  ImprovementPointCorrected: {
    after: baseline,
    event: pointCorrected(point, 'Leg de afspraken vast.', '2014-09'),
  },
  CommitmentWithdrawn: {
    after: [...baseline, promised('c', [point])],
    event: promiseWithdrawn('c', '2015-09'),
  },
  FollowUpWithdrawn: {
    after: [...baseline, reported('r', [point])],
    event: reportWithdrawn('r', '2015-09'),
  },
  TextsLeftOut: {
    after: [],
    event: {
      type: 'TextsLeftOut',
      data: { texts: [{ eventId: id('f'), digest: 'ab'.repeat(32) }], grounds: 'Op verzoek gewist.' },
    },
  },
};
