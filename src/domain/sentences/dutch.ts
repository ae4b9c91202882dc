import type { HeaderChange } from '../assessment-header';
import type { Edtf } from '../edtf';
import type { AssessmentKind, EventData, SourceKind, Verdict, VerdictBasis } from '../events';
import { indicatorsOf } from '../framework';
import { type FreeText, newIssueIn, TEXT_LEFT_OUT, textOf } from '../free-text';
import { dateInWords, sinceInWords, whenInWords } from './dates';
import type { Named, NamedAssessment, NamedIndicator, Sentences } from './named';

const VERDICTS: Readonly<Record<Verdict, string>> = {
  MET: 'voldoet',
  IMPROVEMENT_NEEDED: 'verbetering nodig',
};
const BASES: Readonly<Record<VerdictBasis, string>> = {
  ASSESSED: 'op grond van eigen onderzoek',
  REPORTED: 'op grond van wat de gemeente meldde',
};
const KINDS: Readonly<Record<AssessmentKind, string>> = {
  BASELINE: 'toezichtonderzoek',
  FOLLOW_UP: 'vervolgonderzoek',
};

const SOURCES: Readonly<Record<SourceKind, string>> = {
  QUESTIONNAIRE: 'vragenlijst',
  DOCUMENT: 'document',
  STATEMENT: 'verklaring',
};
type Source = EventData<'AssessmentCorrected'>['sources'][number];

/** Every event as a Dutch sentence. */
export const DUTCH: Sentences = {
  FrameworkPublished: ({ framework, name, version, themes }) =>
    `Versie ${version} van toetsingskader ${framework} is gepubliceerd, met ${count(indicatorsOf({ themes }).length)}: ${quote(name)}`,

  FrameworkRevised({ framework, name, version, themes, equivalents }) {
    const total = indicatorsOf({ themes }).length;
    const moved = equivalents
      .filter(({ from, to }) => from !== to)
      .map(({ from, to }) => `${from} werd ${to}`);
    const same = equivalents.length === 0 ? 'geen' : String(equivalents.length);
    const verb = equivalents.length > 1 ? 'vragen' : 'vraagt';
    return `Versie ${version} van toetsingskader ${framework} is gepubliceerd: ${quote(name)}; van de ${count(total)} ${verb} er ${same} hetzelfde als een van versie ${version - 1}${moved.length > 0 ? ` (${list(moved)})` : ''}`;
  },

  ApproachRegistered: ({ name, municipality }, named) =>
    `De aanpak ${quote(name)} van de gemeente ${named.municipality(municipality)} (${municipality}) is in het register opgenomen`,

  FactsheetImported: ({ name, kind, reference, publishedOn, partial }, named) =>
    `Het document ${quote(name)} is ingelezen als ${named.isNewIssue(kind, reference) ? 'heruitgave van het ' : ''}${KINDS[kind]} over ${reference}${partial ? ' dat niet alle indicatoren hoeft te beoordelen' : ''}, ${
      publishedOn === null
        ? 'zonder bekende datum van openbaarmaking'
        : `${whenInWords(publishedOn, 'NL')} openbaar gemaakt`
    }`,

  AssessmentOpened: ({ assessor, kind, reference, framework, frameworkVersion }) =>
    `${capital(assessor)} begon een ${KINDS[kind]} over ${reference}, aan de hand van toetsingskader ${framework}, versie ${frameworkVersion}`,

  SourceConsulted({ kind, name, consultedOn }) {
    const when = consultedOn === null ? '' : ` ${whenInWords(consultedOn, 'NL')}`;
    switch (kind) {
      case 'QUESTIONNAIRE':
        return `${capital(name)} beantwoordde${when} een vragenlijst`;
      case 'DOCUMENT':
        return `Het document ${quote(name)} is${when} geraadpleegd`;
      case 'STATEMENT':
        return `${capital(name)} legde${when} een verklaring af`;
    }
  },

  FindingRecorded({ findingId, assessmentId, indicators, verdict }, named) {
    const assessment = named.assessment(assessmentId);
    return `${verdictOf(assessment, named.indicators(indicators, assessmentId))} luidt: ${VERDICTS[verdict]}, ${BASES.ASSESSED}${added(named.addedFrom(findingId))}`;
  },

  AttentionPointRaised: ({ attentionPointId, findingId, text }, named) =>
    `Bij het oordeel over ${names(named.finding(findingId).indicators)} staat een aandachtspunt: ${quoted(text)}${added(named.addedFrom(attentionPointId))}`,

  ImprovementPointIdentified: ({ findingId, text }, named) =>
    `Het oordeel over ${names(named.finding(findingId).indicators)} leidde tot een verbeterpunt: ${quoted(text)}`,

  DevelopmentNoted: ({ assessmentId, text }, named) =>
    `${capital(the(named.assessment(assessmentId)))} vermeldt een ontwikkeling in de aanpak: ${quoted(text)}`,

  AssessmentConcluded({ assessmentId, publishedOn, public: isPublic }, named) {
    const assessment = capital(the(named.assessment(assessmentId)));
    if (!isPublic) return `${assessment} is afgerond en vertrouwelijk`;
    return publishedOn === null
      ? `${assessment} is afgerond; wanneer het openbaar werd, is niet bekend`
      : `${assessment} is afgerond en ${whenInWords(publishedOn, 'NL')} openbaar gemaakt`;
  },

  AssessmentAbandoned: ({ assessmentId, reason }, named) =>
    `${capital(the(named.assessment(assessmentId)))} is gestaakt en telt nergens mee; reden: ${because(reason)}`,

  FollowUpReported: ({ followUpId, improvementPointIds, reportedBy, reportedOn }, named) =>
    `${capital(reportedBy)} ${reported(reportedOn)} ${points(improvementPointIds, named)}${added(named.addedFrom(followUpId))}`,

  FollowUpCorrected(data, named) {
    const { reportedBy, reportedOn, improvementPointIds, reason } = data;
    return `${reportOf(named.report(data.corrects), named)} is gecorrigeerd: ${reportedBy} ${reported(reportedOn)} ${points(improvementPointIds, named)}; ${since(named.publicFrom(), reason)}`;
  },

  TextsLeftOut: ({ texts, grounds }) =>
    `Deze kopie van het logboek laat ${texts.length === 1 ? '1 tekst' : `${texts.length} teksten`} weg: ${grounds}`,

  FollowUpWithdrawn: ({ followUpId, reason }, named) =>
    `${reportOf(named.report(followUpId), named)} is ingetrokken; ${since(named.publicFrom(), reason)}`,

  FollowUpAssessed({ findingId, assessmentId, indicators, verdict, basis }, named) {
    const assessment = named.assessment(assessmentId);
    return `${verdictOf(assessment, named.indicators(indicators, assessmentId))} luidt, opnieuw beoordeeld: ${VERDICTS[verdict]}, ${BASES[basis]}${added(named.addedFrom(findingId))}`;
  },

  CommitmentMade({ commitmentId, improvementPointIds, madeBy, text, dueOn }, named) {
    const due = dueOn === null ? '' : `, na te komen ${whenInWords(dueOn, 'NL')}`;
    return `${capital(madeBy)} deed een toezegging over ${points(improvementPointIds, named)}${due}: ${quoted(text)}${added(named.addedFrom(commitmentId))}`;
  },

  CommitmentSettled({ commitmentId, outcome, settledOn }, named) {
    const { madeBy, improvementPoints } = named.commitment(commitmentId);
    const commitment = `De toezegging van ${madeBy} over ${points(improvementPoints, named)}`;
    const when = whenInWords(settledOn, 'NL');
    return outcome === 'KEPT'
      ? `${commitment} is ${when} nagekomen`
      : `${commitment} is niet nagekomen, zo bleek ${when}`;
  },

  FindingCorrected({ corrects, indicators, verdict, basis, reason }, named) {
    const before = named.finding(corrects);
    const now = named.indicatorsOfFinding(indicators, corrects);
    const subject = names(now) === names(before.indicators) ? '' : `, gaat voortaan over ${names(now)}`;
    const read =
      before.verdict === verdict
        ? `blijft: ${VERDICTS[verdict]}`
        : `luidt niet meer: ${VERDICTS[before.verdict]}, maar: ${VERDICTS[verdict]}`;
    return `${verdictOf(before.assessment, before.indicators)} is gecorrigeerd${subject} en ${read}, ${BASES[basis]}; ${since(named.publicFrom(), reason)}`;
  },

  AssessmentCorrected(data, named) {
    const { assessmentId, reason } = data;
    const changes = named.changes(data).map(changed);
    const told = changes.length === 0 ? '' : `: ${changes.join('; ')}`;
    return `Wat ${the(named.assessment(assessmentId))} naast zijn bevindingen zegt, is gecorrigeerd${told}; ${since(named.publicFrom(), reason)}`;
  },

  AttentionPointWithdrawn: ({ attentionPointId, reason }, named) =>
    `Een aandachtspunt bij het oordeel over ${names(named.indicatorsOfAttentionPoint(attentionPointId))} is ingetrokken; ${since(named.publicFrom(), reason)}`,

  ImprovementPointCorrected: ({ improvementPointId, text, reason }, named) =>
    `${capital(points([improvementPointId], named))} is gecorrigeerd en luidt: ${quoted(text)}; ${since(named.publicFrom(), reason)}`,

  CommitmentWithdrawn({ commitmentId, reason }, named) {
    const { madeBy, improvementPoints } = named.commitment(commitmentId);
    return `De toezegging van ${madeBy} over ${points(improvementPoints, named)} is ingetrokken; ${since(named.publicFrom(), reason)}`;
  },

  FindingWithdrawn({ findingId, reason }, named) {
    const { indicators, verdict, assessment } = named.finding(findingId);
    return `${verdictOf(assessment, indicators)} (${VERDICTS[verdict]}) is ingetrokken; ${since(named.publicFrom(), reason)}`;
  },
};

function verdictOf({ assessor, year }: NamedAssessment, indicators: readonly NamedIndicator[]): string {
  return `Het oordeel van ${assessor} over ${names(indicators)} voor ${year}`;
}

function reported(reportedOn: Edtf | null): string {
  return `meldde${reportedOn === null ? '' : ` ${whenInWords(reportedOn, 'NL')}`} wat er is gedaan aan`;
}

function reportOf(
  { reportedBy, reportedOn, improvementPoints }: ReturnType<Named['report']>,
  named: Named,
): string {
  const of = reportedOn === null ? '' : ` van ${dateInWords(reportedOn, 'NL')}`;
  return `De melding van ${reportedBy}${of} over ${points(improvementPoints, named)}`;
}

/** From when a correction or withdrawal is public, but with its assessment, and why it was made. */
function since(publishedOn: Edtf | null, reason: FreeText): string {
  const why = `reden: ${because(reason)}`;
  return publishedOn === null ? why : `openbaar vanaf ${sinceInWords(publishedOn, 'NL')}; ${why}`;
}

function because(reason: FreeText): string {
  const document = newIssueIn(textOf(reason));
  return document === null ? quoted(reason) : `overgenomen uit de heruitgave ${quote(document)}`;
}

/** Of what was added to an assessment that was concluded, from when it is public. */
function added(publishedOn: Edtf | null): string {
  return publishedOn === null ? '' : `; openbaar vanaf ${sinceInWords(publishedOn, 'NL')}`;
}

function changed(change: HeaderChange): string {
  const none = (value: string | null): string => value ?? 'onbekend';
  switch (change.part) {
    case 'assessor':
      return `de toezichthouder was ${none(change.from)} en is ${none(change.to)}`;
    case 'description':
      return `de beschrijving luidde ${quoteOr(change.from)} en luidt ${quoteOr(change.to)}`;
    case 'familiesReached':
      return `het aantal bereikte gezinnen was ${change.from ?? 'onbekend'} en is ${change.to ?? 'onbekend'}`;
    case 'publishedOn': {
      const [from, to] = [change.from, change.to].map((date) => none(date && dateInWords(date, 'NL')));
      return `de datum van openbaarmaking was ${from} en is ${to}`;
    }
    case 'sources':
      return cameAndWent('bronnen', change.gone.map(sourceOf), change.added.map(sourceOf));
    case 'developments':
      return cameAndWent('ontwikkelingen', change.gone.map(quote), change.added.map(quote));
  }
}

function cameAndWent(what: string, gone: readonly string[], came: readonly string[]): string {
  return [
    ...(gone.length === 0 ? [] : [`${what} die vervallen: ${list(gone)}`]),
    ...(came.length === 0 ? [] : [`${what} die erbij komen: ${list(came)}`]),
  ].join('; ');
}

function sourceOf({ kind, name, consultedOn }: Source): string {
  return `${name} (${SOURCES[kind]}${consultedOn === null ? '' : `, ${dateInWords(consultedOn, 'NL')}`})`;
}

function quoteOr(text: string | null): string {
  return text === null ? 'niet' : quote(text);
}

function the({ kind, year }: NamedAssessment): string {
  return `het ${KINDS[kind]} over ${year}`;
}

function names(indicators: readonly NamedIndicator[]): string {
  const noun = indicators.length === 1 ? 'indicator' : 'de indicatoren';
  return `${noun} ${list(indicators.map(({ code, name }) => `${code} (${name})`))}`;
}

function points(ids: readonly string[], named: Named): string {
  return `${ids.length === 1 ? 'het verbeterpunt' : 'de verbeterpunten'} bij ${names(named.indicatorsOfPoints(ids))}`;
}

function count(indicators: number): string {
  return indicators === 1 ? '1 indicator' : `${indicators} indicatoren`;
}

function quoted(text: FreeText): string {
  return quote(textOf(text));
}

function quote(text: string): string {
  return text === TEXT_LEFT_OUT ? '[tekst weggelaten]' : `“${text}”`;
}

function list(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} en ${last}`;
}

/** With a capital as a sentence begins; the Dutch IJ is one letter. */
function capital(text: string): string {
  const first = /^ij/i.test(text) ? 2 : 1;
  return text.slice(0, first).toUpperCase() + text.slice(first);
}
