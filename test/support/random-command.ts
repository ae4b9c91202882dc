import { createHash } from 'node:crypto';
import type { ApproachCommand } from '../../src/domain/approach-commands';
import type { DomainEvent, EventData } from '../../src/domain/events';
import { indicatorsOf } from '../../src/domain/framework';
import type { ApproachHistory } from '../../src/domain/history';
import {
  abandoned,
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
  registered,
  reportCorrected,
  reported,
  reportWithdrawn,
  settled,
  text,
  withdrawn,
} from './events';
import { frameworks } from './frameworks';
import { recordAssessment, step } from './given';

/** What a random command is about; a kind that stands more than once comes more often. */
export const KINDS = [
  'baseline',
  'baseline',
  'baseline',
  'followUp',
  'followUp',
  'followUp',
  'again',
  'correct',
  'correct',
  'withdraw',
  'correctFollowUp',
  'correctFollowUp',
  'withdrawFollowUp',
  'amend',
  'amend',
  'reissue',
  'report',
  'promise',
  'settle',
  'register',
  'open',
  'consult',
  'note',
  'find',
  'raise',
  'identify',
  'judge',
  'conclude',
  'abandon',
  'revise',
  'revise',
] as const;

/** The choices of which a command is made: `odd` makes it less sensible. */
export interface Intent {
  readonly approach: number;
  readonly kind: (typeof KINDS)[number];
  readonly pick: number;
  readonly other: number;
  readonly odd: boolean;
  readonly hoursLater: number;
}

const PUBLISHED = ['2014-05', '2015-03-02', null, '2014', '2016-06~', '2013-12-31'] as const;
const NOBODY = id('nobody');

/** The command that the choices make of what the approach knows; `name` gives its new things their ids. */
export function commandOf(
  intent: Intent,
  approach: { municipality: string; slug: string },
  history: ApproachHistory,
  earlier: readonly ApproachCommand[],
  name: string,
): ApproachCommand {
  const { pick, other, odd } = intent;
  const underWay = history.assessments.filter(({ concluded: end }) => end === null);
  const kind = odd ? intent.kind : sensible(intent.kind, history, underWay.length > 0);
  const assessment = chosen(odd ? history.assessments : underWay, pick)?.id ?? NOBODY;
  const isBesideUnderWay = (kind === 'raise' || kind === 'identify') && !odd;
  const beside = isBesideUnderWay ? underWay : history.assessments;
  const findings = beside.flatMap(({ found }) => found.findings);
  const finding = chosen(findings, pick);
  const points = pointsOf(history)
    .filter((_, index) => (other >> index) % 2 === 0)
    .map((point) => point.id);
  const improvementPointIds = points.length > 0 ? points : [NOBODY];
  const publishedOn = PUBLISHED[other % PUBLISHED.length] ?? null;
  const indicators = someIndicators(pick);
  const verdict = verdictOf(other);
  const assessmentId = assessment;
  const findingId = finding?.id ?? NOBODY;

  switch (kind) {
    case 'baseline':
    case 'followUp':
      return document({ ...intent, kind }, approach, history, name, publishedOn);
    case 'again':
      return chosen(earlier, pick) ?? step(registered(approach));
    case 'register':
    case 'revise':
      return step(registered(odd ? { ...approach, slug: 'elders' } : approach));
    case 'open':
      return step(opened(name, openingOf({ ...intent, kind })));
    case 'consult':
      return step(consulted('', { assessmentId }));
    case 'note':
      return step({ type: 'DevelopmentNoted', data: { ...noted('').data, assessmentId } });
    case 'find':
      return step(found(name, '', { assessmentId, indicators, verdict }));
    case 'raise':
      return step({ type: 'AttentionPointRaised', data: { ...attention(name, '').data, findingId } });
    case 'identify':
      return step({ type: 'ImprovementPointIdentified', data: { ...identified(name, '').data, findingId } });
    case 'judge':
      return step(judged(name, '', { assessmentId, indicators, verdict, improvementPointIds: points }));
    case 'conclude':
      return step(
        { type: 'AssessmentConcluded', data: { ...concluded('', publishedOn).data, assessmentId } },
        { partial: !odd },
      );
    case 'abandon':
      return step({ type: 'AssessmentAbandoned', data: { ...abandoned('').data, assessmentId } });
    case 'report':
      return step(reported(odd ? name : `${name} report`, [], { improvementPointIds }));
    case 'promise':
      return step(promised(name, [], { improvementPointIds }));
    case 'settle':
      return step(
        settled('', {
          commitmentId: chosen(history.followed.commitments, pick)?.id ?? NOBODY,
          outcome: odd ? 'KEPT' : 'BROKEN',
        }),
      );
    case 'correct':
      return step(
        corrected(name, '', {
          corrects: findingId,
          indicators,
          verdict,
          publishedOn,
          basis: odd ? 'ASSESSED' : 'REPORTED',
        }),
      );
    case 'correctFollowUp':
      return followUpCorrection(intent, history, name, improvementPointIds);
    case 'withdrawFollowUp':
      return step({
        type: 'FollowUpWithdrawn',
        data: {
          ...reportWithdrawn('', publishedOn).data,
          followUpId: chosen(history.followed.followUps, pick)?.id ?? NOBODY,
        },
      });
    case 'amend':
      return amendment(intent, history);
    case 'reissue':
      return reissue(intent, history, name);
    case 'withdraw':
      return step({ type: 'FindingWithdrawn', data: { ...withdrawn('', publishedOn).data, findingId } });
  }
}

/** Of what stands beside findings. */
function amendment({ pick, other, odd }: Intent, history: ApproachHistory): ApproachCommand {
  const publishedOn = PUBLISHED[other % PUBLISHED.length] ?? null;
  const assessmentId = chosen(history.assessments, pick)?.id ?? NOBODY;
  const attentionPoints = history.assessments.flatMap(({ found: { attentionPoints: own } }) => own);
  const commitments = history.followed.commitments;
  const kinds = [
    assessmentCorrected('', {
      assessmentId,
      publishedOn,
      assessmentPublishedOn: PUBLISHED[pick % PUBLISHED.length] ?? null,
      description: odd ? text('Anders.') : null,
    }),
    {
      ...attentionWithdrawn('', publishedOn),
      data: {
        ...attentionWithdrawn('', publishedOn).data,
        attentionPointId: chosen(attentionPoints, pick)?.id ?? NOBODY,
      },
    },
    {
      ...pointCorrected('', 'Anders.', publishedOn),
      data: {
        ...pointCorrected('', 'Anders.', publishedOn).data,
        improvementPointId: chosen(pointsOf(history), pick)?.id ?? NOBODY,
      },
    },
    {
      ...promiseWithdrawn('', publishedOn),
      data: {
        ...promiseWithdrawn('', publishedOn).data,
        commitmentId: chosen(commitments, pick)?.id ?? NOBODY,
      },
    },
  ] as const;
  return step(kinds[other % kinds.length] ?? kinds[0]);
}

/** A new issue that adds a finding with a warning, and a warning beside an earlier one. */
function reissue({ pick, other, odd }: Intent, history: ApproachHistory, name: string): ApproachCommand {
  const concludedOnes = history.assessments.filter(({ concluded: end }) => end !== null);
  const assessment = chosen(odd ? history.assessments : concludedOnes, pick);
  const finding = assessment?.found.findings[0]?.id ?? NOBODY;
  const assessmentId = assessment?.id ?? NOBODY;
  const { kind = 'BASELINE', year = 2013 } = assessment ?? {};
  const indicators = someIndicators(other);
  const added =
    kind === 'BASELINE'
      ? found(name, '', { assessmentId, indicators })
      : judged(name, '', { assessmentId, indicators, verdict: verdictOf(pick) });
  const late = { ...attention(`${name} beside`, ''), data: { ...attention(`${name} beside`, '').data } };
  const events = [
    added,
    attention(`${name} LET OP`, name),
    { ...late, data: { ...late.data, findingId: finding } },
  ];
  const digest = createHash('sha256').update(name).digest('hex');
  const publishedOn = PUBLISHED[other % PUBLISHED.length] ?? null;
  const document = imported({ digest, kind, reference: String(year), publishedOn, partial: true });
  const { steps } = recordAssessment(document, events);
  return { type: 'ReissueAssessment', assessmentId, document: document.data, steps };
}

/** Of a report, and where `pick` is even of the judgements on it; less sensible of anything. */
function followUpCorrection(
  { pick, other, odd }: Intent,
  history: ApproachHistory,
  name: string,
  improvementPointIds: string[],
): ApproachCommand {
  const report = chosen(history.followed.followUps, pick);
  const publishedOn = PUBLISHED[other % PUBLISHED.length] ?? null;
  const corrects = report?.id ?? NOBODY;
  const data = { ...reportCorrected(name, '', []).data, corrects, improvementPointIds, publishedOn };
  const judgements = history.assessments
    .flatMap(({ found: { findings } }) => findings)
    .filter((finding) => odd || finding.followUp === report?.id)
    .slice(0, pick % 3)
    .map(({ id: judgement, indicators }, index) => ({
      data: {
        ...corrected(`${name} ${index}`, '').data,
        corrects: judgement,
        indicators: [...indicators],
        verdict: verdictOf(other + index),
        basis: 'REPORTED' as const,
        publishedOn,
      },
      improvementPoint: { improvementPointId: id(`${name} ${index} point`), text: text('Te verbeteren') },
    }));
  return { type: 'CorrectFollowUp', report: pick % 4 === 1 ? null : data, judgements };
}

/** The kind, or what has to come before it. */
function sensible(kind: Intent['kind'], history: ApproachHistory, isUnderWay: boolean): Intent['kind'] {
  if (history.registration === null) return 'baseline';
  const needsAssessment = [
    'consult',
    'note',
    'find',
    'raise',
    'identify',
    'judge',
    'conclude',
    'abandon',
  ].includes(kind);
  return needsAssessment && !isUnderWay ? 'open' : kind;
}

function chosen<T>(from: readonly T[], pick: number): T | undefined {
  return from[pick % Math.max(from.length, 1)];
}

function openingOf({ pick, other, kind, odd }: Intent): Partial<EventData<'AssessmentOpened'>> {
  return {
    framework: pick % 5 === 0 ? 'ANDER' : 'KADER',
    frameworkVersion: other % 7 < 2 ? 2 : 1,
    kind: kind === 'followUp' || (kind === 'open' && odd) ? 'FOLLOW_UP' : 'BASELINE',
    reference: String((kind === 'followUp' ? 2013 : 2011) + (other % 5)),
  };
}

/** A whole document: every finding that the choices make, with what hangs on it. */
function document(
  intent: Intent,
  approach: { municipality: string; slug: string },
  history: ApproachHistory,
  name: string,
  publishedOn: string | null,
): ApproachCommand {
  const { pick, other, odd } = intent;
  const opening = opened(name, openingOf(intent));
  const { framework, frameworkVersion, kind, reference } = opening.data;
  const line = frameworks(framework).version(frameworkVersion);
  const codes = line === undefined ? ['1.1.1'] : indicatorsOf(line).map(({ code }) => code);
  const isFollowUp = kind === 'FOLLOW_UP';
  const points = isFollowUp
    ? pointsOf(history)
        .slice(0, 1 + (pick % 2))
        .map((point) => point.id)
    : [];
  const followUpId = points.length === 0 || odd ? null : id(`${name} report`);
  const events: DomainEvent[] = [registered(approach), opening];
  if (followUpId !== null) {
    events.push(reported(`${name} report`, [], { assessmentId: id(name), improvementPointIds: points }));
  }
  codes.forEach((code, index) => {
    if (isFollowUp && (pick + index) % 3 !== 0) return;
    const finding = `${name} ${index}`;
    const next = codes[(index + 1) % codes.length] ?? code;
    const indicators = (other + index) % 3 === 0 && next !== code ? [code, next] : [code];
    const verdict = verdictOf(pick + index * 5 + other);
    if (isFollowUp) {
      events.push(judged(finding, name, { followUpId, improvementPointIds: points, indicators, verdict }));
    } else {
      events.push(found(finding, name, { indicators, verdict }));
      if (verdict === 'IMPROVEMENT_NEEDED') events.push(identified(`${finding} point`, finding));
    }
    if ((pick + index) % 2 === 0) events.push(attention(`${finding} LET OP`, finding));
  });
  events.push(concluded(name, publishedOn));
  const digest = createHash('sha256').update(name).digest('hex');
  const source = imported({ digest, kind, reference, publishedOn, partial: odd });
  return recordAssessment(pick % 4 === 0 ? null : source, events, { partial: odd });
}

function someIndicators(pick: number): string[] {
  const some = ['1.1.1', '1.1.2', '2.1.1', '2.2.1'].filter((_, index) => (pick >> index) % 2 === 0);
  return some.length > 0 ? some : ['1.1.1'];
}

function verdictOf(choice: number): 'MET' | 'IMPROVEMENT_NEEDED' {
  return choice % 3 === 0 ? 'IMPROVEMENT_NEEDED' : 'MET';
}

function pointsOf(history: ApproachHistory) {
  return history.assessments.flatMap(({ found }) => found.improvementPoints);
}
