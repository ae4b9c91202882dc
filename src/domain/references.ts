import type { EventSource } from './event-metadata';
import type { DomainEvent, RecordedEvent } from './events';
import { approachOfStream, approachStream, frameworkStream } from './streams';

/** What an event may refer to by an id, and is brought into being by another. */
type Kind =
  | 'assessment'
  | 'finding'
  | 'improvement point'
  | 'follow-up'
  | 'commitment'
  | 'attention point'
  | 'document';

/** Where a version of a framework was published, and what it asks. */
export interface PublishedVersion {
  readonly position: number;
  readonly indicators: ReadonlySet<string>;
}

/** The versions of all frameworks, as the log holds them. */
export class PublishedFrameworks {
  readonly #versions = new Map<string, PublishedVersion>();

  /** Takes in an event of the log; those that publish no framework are let pass. */
  add({ type, data, position }: RecordedEvent): void {
    if (type !== 'FrameworkPublished' && type !== 'FrameworkRevised') return;
    const indicators = data.themes.flatMap(({ criteria }) =>
      criteria.flatMap((criterion) => criterion.indicators),
    );
    this.#versions.set(`${data.framework}/${data.version}`, {
      position,
      indicators: new Set(indicators.map(({ code }) => code)),
    });
  }

  version(framework: string, version: number): PublishedVersion | undefined {
    return this.#versions.get(`${framework}/${version}`);
  }
}

/** Whether the events of one stream, in their order, belong there and refer to what is there before them. */
export class StreamReferences {
  readonly #stream: string;
  readonly #frameworks: PublishedFrameworks;
  readonly #there = new Map<string, Kind>();
  /** What the framework version of each assessment asks. */
  readonly #asked = new Map<string, ReadonlySet<string>>();
  /** The assessment of each finding. */
  readonly #findings = new Map<string, string>();
  /** How many references were looked at. */
  count = 0;

  constructor(stream: string, frameworks: PublishedFrameworks) {
    this.#stream = stream;
    this.#frameworks = frameworks;
  }

  /** Takes in the next event; says what is wrong with it, or null. */
  check(event: RecordedEvent): string | null {
    const made = makes(event);
    // A document is the source of its own event.
    if (made?.[0] === 'document') this.#there.set(made[1], made[0]);
    const problems = [
      this.#belongs(event),
      this.#source(event.metadata.source),
      ...referencesOf(event).map(([kind, id]) => this.#refersTo(kind, id)),
      this.#framework(event),
      this.#indicators(event),
    ];
    if (made !== null && made[0] !== 'document') {
      if (this.#there.has(made[1])) problems.push(`${made[0]} ${made[1]} is there already`);
      this.#there.set(made[1], made[0]);
    }
    return problems.find((problem) => problem !== null) ?? null;
  }

  #belongs(event: RecordedEvent): string | null {
    if (event.type === 'FrameworkPublished' || event.type === 'FrameworkRevised') {
      return this.#stream === frameworkStream(event.data.framework) ? null : `it belongs to another stream`;
    }
    if (approachOfStream(this.#stream) === null) return 'it belongs to the stream of an approach';
    if (event.type !== 'ApproachRegistered') return null;
    const { municipality, slug } = event.data;
    return this.#stream === approachStream(municipality, slug)
      ? null
      : 'it registers the approach of another stream';
  }

  #source(source: EventSource | null): string | null {
    return source === null ? null : this.#refersTo('document', source.document);
  }

  #refersTo(kind: Kind, id: string): string | null {
    this.count += 1;
    const found = this.#there.get(id);
    if (found === kind) return null;
    return found === undefined
      ? `it refers to ${kind} ${id}, which its stream does not hold before it`
      : `it refers to ${kind} ${id}, which is another kind: ${found}`;
  }

  #framework(event: RecordedEvent): string | null {
    if (event.type !== 'AssessmentOpened') return null;
    const { assessmentId, framework, frameworkVersion } = event.data;
    this.count += 1;
    const version = this.#frameworks.version(framework, frameworkVersion);
    if (version === undefined || version.position > event.position) {
      return `it refers to version ${frameworkVersion} of framework ${framework}, which the log does not hold before it`;
    }
    this.#asked.set(assessmentId, version.indicators);
    return null;
  }

  #indicators(event: RecordedEvent): string | null {
    if (
      event.type !== 'FindingRecorded' &&
      event.type !== 'FollowUpAssessed' &&
      event.type !== 'FindingCorrected'
    ) {
      return null;
    }
    const { data } = event;
    const assessment = 'corrects' in data ? this.#findings.get(data.corrects) : data.assessmentId;
    if (assessment === undefined) return null;
    this.#findings.set(data.findingId, assessment);
    this.count += data.indicators.length;
    const asked = this.#asked.get(assessment);
    const unknown = asked && data.indicators.find((code) => !asked.has(code));
    return unknown === undefined
      ? null
      : `it speaks of indicator ${unknown}, which its framework does not have`;
  }
}

/** What the event brings into being. */
function makes(event: DomainEvent): [Kind, string] | null {
  switch (event.type) {
    case 'FactsheetImported':
      return ['document', event.data.digest];
    case 'AssessmentOpened':
      return ['assessment', event.data.assessmentId];
    case 'FindingRecorded':
    case 'FollowUpAssessed':
    case 'FindingCorrected':
      return ['finding', event.data.findingId];
    case 'AttentionPointRaised':
      return ['attention point', event.data.attentionPointId];
    case 'ImprovementPointIdentified':
      return ['improvement point', event.data.improvementPointId];
    case 'FollowUpReported':
    case 'FollowUpCorrected':
      return ['follow-up', event.data.followUpId];
    case 'CommitmentMade':
      return ['commitment', event.data.commitmentId];
    default:
      return null;
  }
}

/** What the event refers to. Every type of the catalogue is named here, so that none is forgotten. */
function referencesOf(event: DomainEvent): [Kind, string][] {
  switch (event.type) {
    case 'FrameworkPublished':
    case 'FrameworkRevised':
    case 'ApproachRegistered':
    case 'FactsheetImported':
    case 'AssessmentOpened':
      return [];
    case 'SourceConsulted':
    case 'DevelopmentNoted':
    case 'AssessmentConcluded':
    case 'AssessmentAbandoned':
    case 'FindingRecorded':
      return [['assessment', event.data.assessmentId]];
    case 'AttentionPointRaised':
    case 'ImprovementPointIdentified':
    case 'FindingWithdrawn':
      return [['finding', event.data.findingId]];
    case 'FindingCorrected':
      return [['finding', event.data.corrects]];
    case 'FollowUpReported':
    case 'CommitmentMade':
      return [...assessmentOf(event.data.assessmentId), ...pointsOf(event.data.improvementPointIds)];
    case 'FollowUpAssessed': {
      const { assessmentId, followUpId, improvementPointIds } = event.data;
      return [
        ['assessment', assessmentId],
        ...(followUpId === null ? [] : [['follow-up', followUpId] as [Kind, string]]),
        ...pointsOf(improvementPointIds),
      ];
    }
    case 'FollowUpCorrected':
      return [['follow-up', event.data.corrects], ...pointsOf(event.data.improvementPointIds)];
    case 'FollowUpWithdrawn':
      return [['follow-up', event.data.followUpId]];
    case 'AssessmentCorrected':
      return [['assessment', event.data.assessmentId]];
    case 'AttentionPointWithdrawn':
      return [['attention point', event.data.attentionPointId]];
    case 'ImprovementPointCorrected':
      return [['improvement point', event.data.improvementPointId]];
    case 'CommitmentSettled':
    case 'CommitmentWithdrawn':
      return [['commitment', event.data.commitmentId]];
    case 'TextsLeftOut':
      return [];
    default:
      return event satisfies never;
  }
}

function assessmentOf(id: string | null): [Kind, string][] {
  return id === null ? [] : [['assessment', id]];
}

function pointsOf(ids: readonly string[]): [Kind, string][] {
  return ids.map((id) => ['improvement point', id]);
}
