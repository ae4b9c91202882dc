import type { HeaderChange } from '../assessment-header';
import type { Edtf } from '../edtf';
import type { AssessmentKind, EventData, SourceKind, Verdict, VerdictBasis } from '../events';
import { indicatorsOf } from '../framework';
import { type FreeText, newIssueIn, TEXT_LEFT_OUT, textOf } from '../free-text';
import { dateInWords, sinceInWords, whenInWords } from './dates';
import type { Named, NamedAssessment, NamedIndicator, Sentences } from './named';

const VERDICTS: Readonly<Record<Verdict, string>> = { MET: 'met', IMPROVEMENT_NEEDED: 'improvement needed' };
const BASES: Readonly<Record<VerdictBasis, string>> = {
  ASSESSED: 'based on its own research',
  REPORTED: 'based on what the municipality reported',
};
const KINDS: Readonly<Record<AssessmentKind, string>> = {
  BASELINE: 'assessment',
  FOLLOW_UP: 'follow-up assessment',
};
const A_KIND: Readonly<Record<AssessmentKind, string>> = {
  BASELINE: 'an assessment',
  FOLLOW_UP: 'a follow-up assessment',
};

const SOURCES: Readonly<Record<SourceKind, string>> = {
  QUESTIONNAIRE: 'questionnaire',
  DOCUMENT: 'document',
  STATEMENT: 'statement',
};
type Source = EventData<'AssessmentCorrected'>['sources'][number];

/** Every event as an English sentence. */
export const ENGLISH: Sentences = {
  FrameworkPublished: ({ framework, name, version, themes }) =>
    `Version ${version} of framework ${framework} was published, with ${count(indicatorsOf({ themes }).length)}: ${quote(name)}`,

  FrameworkRevised({ framework, name, version, themes, equivalents }) {
    const total = indicatorsOf({ themes }).length;
    const moved = equivalents
      .filter(({ from, to }) => from !== to)
      .map(({ from, to }) => `${from} became ${to}`);
    const same = equivalents.length === 0 ? 'none' : String(equivalents.length);
    const verb = equivalents.length > 1 ? 'ask' : 'asks';
    return `Version ${version} of framework ${framework} was published: ${quote(name)}; of its ${count(total)}, ${same} ${verb} the same as one of version ${version - 1}${moved.length > 0 ? ` (${list(moved)})` : ''}`;
  },

  ApproachRegistered: ({ name, municipality }, named) =>
    `The approach ${quote(name)} of the municipality of ${named.municipality(municipality)} (${municipality}) was entered in the register`,

  FactsheetImported: ({ name, kind, reference, publishedOn, partial }, named) =>
    `The document ${quote(name)} was read as ${named.isNewIssue(kind, reference) ? `a new issue of the ${KINDS[kind]}` : A_KIND[kind]} for ${reference}${partial ? ' that need not test all indicators' : ''}, ${
      publishedOn === null
        ? 'without a known publication date'
        : `published ${whenInWords(publishedOn, 'EN')}`
    }`,

  AssessmentOpened: ({ assessor, kind, reference, framework, frameworkVersion }) =>
    `${capital(assessor)} began ${A_KIND[kind]} for ${reference}, against framework ${framework}, version ${frameworkVersion}`,

  SourceConsulted({ kind, name, consultedOn }) {
    const when = consultedOn === null ? '' : ` ${whenInWords(consultedOn, 'EN')}`;
    switch (kind) {
      case 'QUESTIONNAIRE':
        return `${capital(name)} answered a questionnaire${when}`;
      case 'DOCUMENT':
        return `The document ${quote(name)} was read${when}`;
      case 'STATEMENT':
        return `${capital(name)} made a statement${when}`;
    }
  },

  FindingRecorded({ findingId, assessmentId, indicators, verdict }, named) {
    const assessment = named.assessment(assessmentId);
    return `${verdictOf(assessment, named.indicators(indicators, assessmentId))} is: ${VERDICTS[verdict]}, ${BASES.ASSESSED}${added(named.addedFrom(findingId))}`;
  },

  AttentionPointRaised: ({ attentionPointId, findingId, text }, named) =>
    `An attention point stands beside the verdict on ${names(named.finding(findingId).indicators)}: ${quoted(text)}${added(named.addedFrom(attentionPointId))}`,

  ImprovementPointIdentified: ({ findingId, text }, named) =>
    `The verdict on ${names(named.finding(findingId).indicators)} opened an improvement point: ${quoted(text)}`,

  DevelopmentNoted: ({ assessmentId, text }, named) =>
    `The ${nameOf(named.assessment(assessmentId))} notes a development in the approach: ${quoted(text)}`,

  AssessmentConcluded({ assessmentId, publishedOn, public: isPublic }, named) {
    const assessment = `The ${nameOf(named.assessment(assessmentId))} was concluded`;
    if (!isPublic) return `${assessment} and is confidential`;
    return publishedOn === null
      ? `${assessment}; when it was published is not known`
      : `${assessment}, and published ${whenInWords(publishedOn, 'EN')}`;
  },

  AssessmentAbandoned: ({ assessmentId, reason }, named) =>
    `The ${nameOf(named.assessment(assessmentId))} was abandoned and counts nowhere; reason: ${because(reason)}`,

  FollowUpReported: ({ followUpId, improvementPointIds, reportedBy, reportedOn }, named) =>
    `${capital(reportedBy)} ${reported(reportedOn)} ${points(improvementPointIds, named)}${added(named.addedFrom(followUpId))}`,

  FollowUpCorrected(data, named) {
    const { reportedBy, reportedOn, improvementPointIds, reason } = data;
    return `${reportOf(named.report(data.corrects), named)} was corrected: ${reportedBy} ${reported(reportedOn)} ${points(improvementPointIds, named)}; ${since(named.publicFrom(), reason)}`;
  },

  TextsLeftOut: ({ texts, grounds }) =>
    `This copy of the log leaves out ${texts.length === 1 ? '1 text' : `${texts.length} texts`}: ${grounds}`,

  FollowUpWithdrawn: ({ followUpId, reason }, named) =>
    `${reportOf(named.report(followUpId), named)} was withdrawn; ${since(named.publicFrom(), reason)}`,

  FollowUpAssessed({ findingId, assessmentId, indicators, verdict, basis }, named) {
    const assessment = named.assessment(assessmentId);
    return `${verdictOf(assessment, named.indicators(indicators, assessmentId))}, judged again, is: ${VERDICTS[verdict]}, ${BASES[basis]}${added(named.addedFrom(findingId))}`;
  },

  CommitmentMade({ commitmentId, improvementPointIds, madeBy, text, dueOn }, named) {
    const due = dueOn === null ? '' : `, due ${whenInWords(dueOn, 'EN')}`;
    return `${capital(madeBy)} made a commitment about ${points(improvementPointIds, named)}${due}: ${quoted(text)}${added(named.addedFrom(commitmentId))}`;
  },

  CommitmentSettled({ commitmentId, outcome, settledOn }, named) {
    const { madeBy, improvementPoints } = named.commitment(commitmentId);
    const commitment = `The commitment of ${madeBy} about ${points(improvementPoints, named)}`;
    const when = whenInWords(settledOn, 'EN');
    return outcome === 'KEPT'
      ? `${commitment} was kept ${when}`
      : `${commitment} was not kept, as was found ${when}`;
  },

  FindingCorrected({ corrects, indicators, verdict, basis, reason }, named) {
    const before = named.finding(corrects);
    const now = named.indicatorsOfFinding(indicators, corrects);
    const subject = names(now) === names(before.indicators) ? '' : `, is from now on about ${names(now)},`;
    const read =
      before.verdict === verdict
        ? `remains: ${VERDICTS[verdict]}`
        : `no longer reads: ${VERDICTS[before.verdict]}, but: ${VERDICTS[verdict]}`;
    return `${verdictOf(before.assessment, before.indicators)} was corrected${subject} and ${read}, ${BASES[basis]}; ${since(named.publicFrom(), reason)}`;
  },

  AssessmentCorrected(data, named) {
    const { assessmentId, reason } = data;
    const changes = named.changes(data).map(changed);
    const told = changes.length === 0 ? '' : `: ${changes.join('; ')}`;
    return `What the ${nameOf(named.assessment(assessmentId))} says beside its findings was corrected${told}; ${since(named.publicFrom(), reason)}`;
  },

  AttentionPointWithdrawn: ({ attentionPointId, reason }, named) =>
    `An attention point beside the verdict on ${names(named.indicatorsOfAttentionPoint(attentionPointId))} was withdrawn; ${since(named.publicFrom(), reason)}`,

  ImprovementPointCorrected: ({ improvementPointId, text, reason }, named) =>
    `${capital(points([improvementPointId], named))} was corrected and reads: ${quoted(text)}; ${since(named.publicFrom(), reason)}`,

  CommitmentWithdrawn({ commitmentId, reason }, named) {
    const { madeBy, improvementPoints } = named.commitment(commitmentId);
    return `The commitment of ${madeBy} about ${points(improvementPoints, named)} was withdrawn; ${since(named.publicFrom(), reason)}`;
  },

  FindingWithdrawn({ findingId, reason }, named) {
    const { indicators, verdict, assessment } = named.finding(findingId);
    return `${verdictOf(assessment, indicators)} (${VERDICTS[verdict]}) was withdrawn; ${since(named.publicFrom(), reason)}`;
  },
};

function verdictOf({ assessor, year }: NamedAssessment, indicators: readonly NamedIndicator[]): string {
  return `The verdict of ${assessor} on ${names(indicators)} for ${year}`;
}

function reported(reportedOn: Edtf | null): string {
  return `reported${reportedOn === null ? '' : ` ${whenInWords(reportedOn, 'EN')}`} what was done about`;
}

function reportOf(
  { reportedBy, reportedOn, improvementPoints }: ReturnType<Named['report']>,
  named: Named,
): string {
  const of = reportedOn === null ? '' : ` of ${dateInWords(reportedOn, 'EN')}`;
  return `The report of ${reportedBy}${of} about ${points(improvementPoints, named)}`;
}

/** From when a correction or withdrawal is public, but with its assessment, and why it was made. */
function since(publishedOn: Edtf | null, reason: FreeText): string {
  const why = `reason: ${because(reason)}`;
  return publishedOn === null ? why : `public from ${sinceInWords(publishedOn, 'EN')}; ${why}`;
}

function because(reason: FreeText): string {
  const document = newIssueIn(textOf(reason));
  return document === null ? quoted(reason) : `taken over from the new issue ${quote(document)}`;
}

/** Of what was added to an assessment that was concluded, from when it is public. */
function added(publishedOn: Edtf | null): string {
  return publishedOn === null ? '' : `; public from ${sinceInWords(publishedOn, 'EN')}`;
}

function changed(change: HeaderChange): string {
  const none = (value: string | null): string => value ?? 'not known';
  switch (change.part) {
    case 'assessor':
      return `the assessor was ${none(change.from)} and is ${none(change.to)}`;
    case 'description':
      return `the description read ${quoteOr(change.from)} and reads ${quoteOr(change.to)}`;
    case 'familiesReached':
      return `the number of families reached was ${change.from ?? 'not known'} and is ${change.to ?? 'not known'}`;
    case 'publishedOn': {
      const [from, to] = [change.from, change.to].map((date) => none(date && dateInWords(date, 'EN')));
      return `the publication date was ${from} and is ${to}`;
    }
    case 'sources':
      return cameAndWent('sources', change.gone.map(sourceOf), change.added.map(sourceOf));
    case 'developments':
      return cameAndWent('developments', change.gone.map(quote), change.added.map(quote));
  }
}

function cameAndWent(what: string, gone: readonly string[], came: readonly string[]): string {
  return [
    ...(gone.length === 0 ? [] : [`${what} taken out: ${list(gone)}`]),
    ...(came.length === 0 ? [] : [`${what} added: ${list(came)}`]),
  ].join('; ');
}

function sourceOf({ kind, name, consultedOn }: Source): string {
  return `${name} (${SOURCES[kind]}${consultedOn === null ? '' : `, ${dateInWords(consultedOn, 'EN')}`})`;
}

function quoteOr(text: string | null): string {
  return text === null ? 'nothing' : quote(text);
}

function nameOf({ kind, year }: NamedAssessment): string {
  return `${KINDS[kind]} for ${year}`;
}

function names(indicators: readonly NamedIndicator[]): string {
  const noun = indicators.length === 1 ? 'indicator' : 'indicators';
  return `${noun} ${list(indicators.map(({ code, name }) => `${code} (${name})`))}`;
}

function points(ids: readonly string[], named: Named): string {
  return `${ids.length === 1 ? 'the improvement point' : 'the improvement points'} on ${names(named.indicatorsOfPoints(ids))}`;
}

function count(indicators: number): string {
  return indicators === 1 ? '1 indicator' : `${indicators} indicators`;
}

function quoted(text: FreeText): string {
  return quote(textOf(text));
}

function quote(text: string): string {
  return text === TEXT_LEFT_OUT ? '[text left out]' : `“${text}”`;
}

function list(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
