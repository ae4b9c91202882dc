import type { EventData, EventType } from './events';

/** What an event tells, for those who read events of others: what happened, and what each field means. */
export interface EventDescription<K extends EventType = EventType> {
  /** In a few words, in the past tense. */
  readonly what: string;
  readonly fields: { readonly [Field in keyof EventData<K>]: string };
}

const ASSESSMENT_ID = 'Id of the assessment.';
const POINT_IDS = 'Ids of the improvement points that it is about.';
const INDICATORS =
  'Codes of the indicators that it covers, in the version of the framework of the assessment.';
const VERDICT = '`MET` (✓) or `IMPROVEMENT_NEEDED` (✗).';
const BASIS = "What the verdict rests on: the inspectorate's own research, or the municipality's statement.";
const NARRATIVE = 'What was found.';
const REASON = 'Why.';
/** Of a correction or a withdrawal. */
const PUBLISHED_ON =
  'When this was made public; null: on the day on which it was recorded. What was changed before its assessment was concluded is public with that, whatever stands here.';
const FRAMEWORK = {
  framework: 'Code of the framework.',
  version: 'The version, from 1.',
  name: 'Name of the framework.',
  themes: 'All themes, with their criteria and indicators, in the order of the framework.',
} as const;
const ASSESSMENT = {
  assessor: 'The inspectorate, or what inspectorates together call themselves.',
  description: 'What the approach is; null where that is not told.',
  familiesReached: 'How many families the approach supported; null where that is not told.',
} as const;
const REPORT = {
  reportedBy: 'Who reported.',
  reportedOn: 'When it was reported; null where that is not known.',
  narrative: 'What was reported; null where that is not told.',
} as const;

/** Every type of event; the documentation and the JSON Schemas that are published are drawn from here. */
export const EVENT_DESCRIPTIONS: { readonly [K in EventType]: EventDescription<K> } = {
  FrameworkPublished: { what: 'a framework entered the register', fields: FRAMEWORK },
  FrameworkRevised: {
    what: 'a framework got a new version, with the mapping from old to new indicators',
    fields: {
      ...FRAMEWORK,
      equivalents: 'Which indicators of the version before ask the same as one of this version.',
    },
  },
  ApproachRegistered: {
    what: "a municipality's approach became known",
    fields: {
      municipality: 'CBS code of the municipality.',
      slug: 'Slug of the approach.',
      name: 'Name of the approach.',
    },
  },
  FactsheetImported: {
    what: 'a document was read, whole',
    fields: {
      digest: 'SHA-256 of the bytes of the document.',
      name: 'Its file name.',
      text: 'The document itself.',
      kind: 'What it was read as: a first assessment, or a follow-up.',
      reference: 'The year that it speaks about.',
      publishedOn: 'When it was made public; null where that is not known.',
      partial: 'True where it need not cover every indicator of the framework.',
    },
  },
  AssessmentOpened: {
    what: 'an inspection began, for one reference year',
    fields: {
      assessmentId: ASSESSMENT_ID,
      framework: 'Code of the framework that is assessed against.',
      frameworkVersion: 'The version of the framework, from 1.',
      kind: 'A first assessment, or a follow-up.',
      reference: 'The year that it speaks about.',
      ...ASSESSMENT,
    },
  },
  SourceConsulted: {
    what: 'somebody was asked, or something read',
    fields: {
      assessmentId: ASSESSMENT_ID,
      kind: 'In which way.',
      name: 'Who was asked, or what was read.',
      consultedOn: 'When; null where that is not known.',
    },
  },
  FindingRecorded: {
    what: 'something was found, with its verdict',
    fields: {
      findingId: 'Id of the finding, in its first reading.',
      assessmentId: ASSESSMENT_ID,
      indicators: INDICATORS,
      verdict: VERDICT,
      narrative: NARRATIVE,
    },
  },
  AttentionPointRaised: {
    what: 'a warning was put beside a finding',
    fields: {
      attentionPointId: 'Id of the warning.',
      findingId: 'Id of the finding.',
      text: 'The warning.',
    },
  },
  ImprovementPointIdentified: {
    what: 'a ✗ opened an improvement point',
    fields: {
      improvementPointId: 'Id of the improvement point.',
      findingId: 'Id of the finding that opened it.',
      text: 'What is to be improved.',
    },
  },
  DevelopmentNoted: {
    what: 'a follow-up told what else changed',
    fields: { assessmentId: ASSESSMENT_ID, text: 'What changed.' },
  },
  AssessmentConcluded: {
    what: 'an assessment is complete: from here on its findings count',
    fields: {
      assessmentId: ASSESSMENT_ID,
      publishedOn: 'When it was made public; null where that is not known.',
      public: 'False where it is confidential.',
    },
  },
  AssessmentAbandoned: {
    what: 'an assessment will not be concluded: it counts nowhere, and another may be opened in its place',
    fields: { assessmentId: ASSESSMENT_ID, reason: 'Why.' },
  },
  FollowUpReported: {
    what: 'the municipality said what it did about improvement points',
    fields: {
      followUpId: 'Id of the report, in its first reading.',
      assessmentId: 'Id of the assessment that tells of it; null where it stands apart from one.',
      improvementPointIds: POINT_IDS,
      ...REPORT,
    },
  },
  FollowUpAssessed: {
    what: 'the inspectorate judged that; it is a finding too',
    fields: {
      findingId: 'Id of the finding, in its first reading.',
      assessmentId: ASSESSMENT_ID,
      followUpId: 'Id of the report that is judged; null where there is none.',
      improvementPointIds: 'Ids of the improvement points that it judges.',
      indicators: INDICATORS,
      verdict: VERDICT,
      basis: BASIS,
      narrative: NARRATIVE,
    },
  },
  CommitmentMade: {
    what: 'something was promised',
    fields: {
      commitmentId: 'Id of the promise.',
      assessmentId: 'Id of the assessment that tells of it; null where it stands apart from one.',
      improvementPointIds: POINT_IDS,
      madeBy: 'Who promised it.',
      text: 'What was promised.',
      dueOn: 'By when; null where no day was named.',
    },
  },
  CommitmentSettled: {
    what: 'a promise was kept or broken',
    fields: {
      commitmentId: 'Id of the promise.',
      outcome: 'Kept or broken.',
      settledOn: 'When it was kept, or known to be broken.',
      narrative: 'What happened; null where that is not told.',
    },
  },
  FindingCorrected: {
    what: 'a finding should have read otherwise',
    fields: {
      findingId: 'Id of the finding in this reading, which stands from here on.',
      corrects: 'Id of the finding in the reading that it replaces.',
      indicators: INDICATORS,
      verdict: VERDICT,
      basis: BASIS,
      narrative: NARRATIVE,
      reason: REASON,
      publishedOn: PUBLISHED_ON,
    },
  },
  FindingWithdrawn: {
    what: 'a reading of a finding was taken back: after a correction the reading before it stands again; without one the finding is gone, and the earlier verdict stands again',
    fields: {
      findingId: 'Id of the finding in the reading that no longer stands.',
      reason: REASON,
      publishedOn: PUBLISHED_ON,
    },
  },
  FollowUpCorrected: {
    what: 'a report should have read otherwise',
    fields: {
      followUpId: 'Id of the report in this reading, which stands from here on.',
      corrects: 'Id of the report in the reading that it replaces.',
      improvementPointIds: POINT_IDS,
      ...REPORT,
      reason: REASON,
      publishedOn: PUBLISHED_ON,
    },
  },
  FollowUpWithdrawn: {
    what: 'a reading of a report was taken back: after a correction the reading before it stands again; without one the report is gone',
    fields: {
      followUpId: 'Id of the report in the reading that no longer stands.',
      reason: REASON,
      publishedOn: PUBLISHED_ON,
    },
  },
  AssessmentCorrected: {
    what: 'what an assessment says beside its findings should have read otherwise, all of it',
    fields: {
      assessmentId: ASSESSMENT_ID,
      ...ASSESSMENT,
      sources: 'All who were asked, and all that was read.',
      developments: 'All that else changed, as a follow-up tells it.',
      assessmentPublishedOn: 'When the assessment itself was made public; null where that is not known.',
      reason: REASON,
      publishedOn: PUBLISHED_ON,
    },
  },
  AttentionPointWithdrawn: {
    what: 'a warning should not have been raised',
    fields: { attentionPointId: 'Id of the warning.', reason: REASON, publishedOn: PUBLISHED_ON },
  },
  ImprovementPointCorrected: {
    what: 'an improvement point should have read otherwise',
    fields: {
      improvementPointId: 'Id of the improvement point.',
      text: 'What is to be improved.',
      reason: REASON,
      publishedOn: PUBLISHED_ON,
    },
  },
  CommitmentWithdrawn: {
    what: 'something was not promised',
    fields: { commitmentId: 'Id of the promise.', reason: REASON, publishedOn: PUBLISHED_ON },
  },
  TextsLeftOut: {
    what: 'a copy of the log was made without some of its texts',
    fields: { texts: 'Each text that it leaves out.', grounds: 'Why.' },
  },
};

/** What fields mean that lie within fields of events. */
export const INNER_FIELDS: Readonly<Record<string, string>> = {
  code: 'Stable code.',
  name: 'Name.',
  criteria: 'The criteria of the theme.',
  indicators: 'The indicators of the criterion.',
  from: 'Code of the indicator in the version before.',
  to: 'Code of the indicator in this version.',
  kind: 'In which way.',
  consultedOn: 'When; null where that is not known.',
  eventId: 'Id of the event.',
  digest: 'The salted digest that stands in the place of the text.',
};
