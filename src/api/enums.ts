import { registerEnumType } from 'type-graphql';

/** The enums of the API: objects for type-graphql, whose values are the words of the domain. */
export const VerdictEnum = { MET: 'MET', IMPROVEMENT_NEEDED: 'IMPROVEMENT_NEEDED' } as const;
registerEnumType(VerdictEnum, {
  name: 'Verdict',
  description: 'What the inspectorate thinks of an indicator (oordeel).',
  valuesConfig: {
    MET: { description: 'The approach meets the indicator (✓).' },
    IMPROVEMENT_NEEDED: { description: 'There is something to improve (✗).' },
  },
});

export const VerdictBasisEnum = { ASSESSED: 'ASSESSED', REPORTED: 'REPORTED' } as const;
registerEnumType(VerdictBasisEnum, {
  name: 'VerdictBasis',
  description: 'What a test rested on.',
  valuesConfig: {
    ASSESSED: { description: "The inspectorate's own research." },
    REPORTED: { description: "Judged on the municipality's statement." },
  },
});

export const AssessmentKindEnum = { BASELINE: 'BASELINE', FOLLOW_UP: 'FOLLOW_UP' } as const;
registerEnumType(AssessmentKindEnum, {
  name: 'AssessmentKind',
  description: 'The kind of an assessment.',
  valuesConfig: {
    BASELINE: { description: 'All indicators of the framework, or those named.' },
    FOLLOW_UP: { description: 'The improvement points of an earlier assessment, and nothing else.' },
  },
});

export const AssessmentStateEnum = {
  UNDER_WAY: 'UNDER_WAY',
  ABANDONED: 'ABANDONED',
  CONFIDENTIAL: 'CONFIDENTIAL',
  PUBLISHED: 'PUBLISHED',
} as const;
registerEnumType(AssessmentStateEnum, {
  name: 'AssessmentState',
  description: 'How far an assessment is, and whether everybody sees it.',
  valuesConfig: {
    UNDER_WAY: { description: 'Not concluded: its findings do not count yet.' },
    ABANDONED: { description: 'Given up while it was under way: its findings never count.' },
    CONFIDENTIAL: { description: 'Concluded and not made public.' },
    PUBLISHED: { description: 'Concluded and made public.' },
  },
});

export const SourceKindEnum = {
  QUESTIONNAIRE: 'QUESTIONNAIRE',
  DOCUMENT: 'DOCUMENT',
  STATEMENT: 'STATEMENT',
} as const;
registerEnumType(SourceKindEnum, {
  name: 'SourceKind',
  description: 'How a source was consulted.',
  valuesConfig: {
    QUESTIONNAIRE: { description: 'It answered a questionnaire.' },
    DOCUMENT: { description: 'It was read.' },
    STATEMENT: { description: 'It stated something to the inspectorate.' },
  },
});

export const ImprovementPointStatusEnum = {
  OPEN: 'OPEN',
  REPORTED: 'REPORTED',
  RESOLVED: 'RESOLVED',
  PERSISTENT: 'PERSISTENT',
} as const;
registerEnumType(ImprovementPointStatusEnum, {
  name: 'ImprovementPointStatus',
  description: 'What became of an improvement point.',
  valuesConfig: {
    OPEN: {
      description:
        'Since it was opened nothing was heard of it, or it was met where it was tested again, and not all of its indicators were.',
    },
    REPORTED: {
      description:
        'The municipality says what it did, since the last judgement where there is one; the inspectorate has not judged that yet.',
    },
    RESOLVED: {
      description:
        'Tested again, and met for each of its indicators. A later ✗ that opens a point of its own leaves it so; one that opens none makes it PERSISTENT.',
    },
    PERSISTENT: { description: 'Tested again, and still to be improved.' },
  },
});

export const CommitmentStatusEnum = { OPEN: 'OPEN', KEPT: 'KEPT', BROKEN: 'BROKEN' } as const;
registerEnumType(CommitmentStatusEnum, {
  name: 'CommitmentStatus',
  description: 'What became of a promise.',
  valuesConfig: {
    OPEN: { description: 'Not settled, whether or not its day has passed.' },
    KEPT: { description: 'It was kept.' },
    BROKEN: { description: 'It was not kept.' },
  },
});

export const CommitmentOutcomeEnum = { KEPT: 'KEPT', BROKEN: 'BROKEN' } as const;
registerEnumType(CommitmentOutcomeEnum, {
  name: 'CommitmentOutcome',
  description: 'How a promise ended.',
  valuesConfig: {
    KEPT: { description: 'It was kept.' },
    BROKEN: { description: 'It was not kept.' },
  },
});

export const ChangeEnum = {
  RESOLVED: 'RESOLVED',
  PERSISTENT: 'PERSISTENT',
  REGRESSED: 'REGRESSED',
  SUSTAINED: 'SUSTAINED',
  NOT_RETESTED: 'NOT_RETESTED',
  NEWLY_ASSESSED: 'NEWLY_ASSESSED',
  FRAMEWORK_CHANGED: 'FRAMEWORK_CHANGED',
} as const;
registerEnumType(ChangeEnum, {
  name: 'Change',
  description: 'What became of an indicator between two years.',
  valuesConfig: {
    RESOLVED: { description: 'From ✗ to ✓.' },
    PERSISTENT: { description: 'From ✗ to ✗, tested again.' },
    REGRESSED: { description: 'From ✓ to ✗.' },
    SUSTAINED: { description: 'From ✓ to ✓, tested again.' },
    NOT_RETESTED: { description: 'Not tested in between: the earlier verdict stands.' },
    NEWLY_ASSESSED: { description: 'Tested for the first time.' },
    FRAMEWORK_CHANGED: { description: 'The framework version of the later year asks nothing equivalent.' },
  },
});

export const TrendGroupingEnum = {
  THEME: 'THEME',
  CRITERION: 'CRITERION',
  INDICATOR: 'INDICATOR',
  MUNICIPALITY: 'MUNICIPALITY',
} as const;
export type TrendGrouping = keyof typeof TrendGroupingEnum;
registerEnumType(TrendGroupingEnum, {
  name: 'TrendGrouping',
  description: 'What the points of a trend are drawn for.',
  valuesConfig: {
    THEME: { description: 'Each theme.' },
    CRITERION: { description: 'Each criterion.' },
    INDICATOR: { description: 'Each indicator.' },
    MUNICIPALITY: { description: 'Each municipality.' },
  },
});

export const LanguageEnum = { NL: 'NL', EN: 'EN' } as const;
registerEnumType(LanguageEnum, {
  name: 'Language',
  description: 'A language that sentences are told in; what is quoted stays as it is.',
  valuesConfig: { NL: { description: 'Dutch.' }, EN: { description: 'English.' } },
});
