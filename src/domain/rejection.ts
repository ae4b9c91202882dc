/** Why a command is refused, and what would be accepted. Clients branch on the codes, so one is never renamed. */
export const REJECTIONS = {
  FRAMEWORK_EXISTS: {
    why: 'The framework was published before.',
    accepted: 'a code that no framework has; what was published is revised',
  },
  FRAMEWORK_UNKNOWN: {
    why: 'There is no such framework, or no such version of it.',
    accepted: 'the code and a version of a framework that was published',
  },
  WRONG_VERSION: {
    why: 'Versions of a framework begin with 1 and follow each other.',
    accepted: 'the version behind the latest one',
  },
  CODE_NOT_UNIQUE: {
    why: 'A code stands more than once where it may stand once.',
    accepted: 'codes that are all different',
  },
  INDICATOR_UNKNOWN: {
    why: 'The framework version has no such indicator.',
    accepted: 'codes of indicators of that framework version',
  },
  INDICATOR_NOT_ASSESSED: {
    why: 'The baseline leaves indicators without a finding.',
    accepted: 'a baseline with a finding for each indicator, or one that is said to be partial',
  },
  INDICATOR_TWICE: { why: 'An indicator is named twice.', accepted: 'codes that are all different' },
  MUNICIPALITY_UNKNOWN: {
    why: 'There is no municipality with that code, and there was none.',
    accepted: 'the CBS code of a municipality: GM and four digits, such as GM0935',
  },
  APPROACH_UNKNOWN: {
    why: 'The approach is not registered.',
    accepted: 'the municipality and slug of an approach that is registered',
  },
  APPROACH_EXISTS: {
    why: 'The municipality has an approach with that slug.',
    accepted: 'a name that gives another slug',
  },
  APPROACH_MISMATCH: {
    why: 'The command names another approach than the one that it is sent to.',
    accepted: 'the municipality and slug of the approach that it is sent to',
  },
  ASSESSMENT_UNKNOWN: {
    why: 'The approach has no such assessment, or it is of another kind.',
    accepted: 'the id of an assessment of the approach that fits',
  },
  ASSESSMENT_EXISTS: {
    why: 'There is an assessment of that kind for that year and framework, concluded or under way.',
    accepted: 'another year, kind or framework; one that is under way may be abandoned first',
  },
  ASSESSMENT_ABANDONED: {
    why: 'The assessment was abandoned.',
    accepted: 'an assessment that was not abandoned; another may be opened in its place',
  },
  ASSESSMENT_CONCLUDED: {
    why: 'The assessment is concluded.',
    accepted: 'an assessment under way; findings of one that is concluded are corrected or withdrawn',
  },
  ASSESSMENT_EMPTY: {
    why: 'The assessment has no finding that stands.',
    accepted: 'an assessment with at least one finding',
  },
  ASSESSMENT_UNDER_WAY: {
    why: 'The assessment is not concluded.',
    accepted: 'an assessment that is concluded; one under way is added to as it is',
  },
  ATTENTION_POINT_UNKNOWN: {
    why: 'The approach has no such attention point.',
    accepted: 'the id of an attention point of the approach',
  },
  ATTENTION_POINT_WITHDRAWN: {
    why: 'The attention point was withdrawn.',
    accepted: 'the id of an attention point that stands',
  },
  BASELINE_MISSING: {
    why: 'A follow-up follows a baseline of an earlier year.',
    accepted: 'a follow-up for a later year than that of a concluded baseline against the same framework',
  },
  FACTSHEET_REUSED: {
    why: 'The document was imported already, as something else.',
    accepted: 'what it was imported as, or another document',
  },
  FINDING_UNKNOWN: {
    why: 'The approach has no such finding.',
    accepted: 'the id of a finding of the approach',
  },
  FINDING_CORRECTED: {
    why: 'The finding was corrected.',
    accepted: 'the id of the reading that stands',
  },
  FINDING_WITHDRAWN: {
    why: 'The finding was withdrawn.',
    accepted: 'the id of a finding that stands',
  },
  FINDING_MET: {
    why: 'The finding is ✓: there is nothing to improve.',
    accepted: 'the id of a finding that is ✗',
  },
  IMPROVEMENT_POINT_UNKNOWN: {
    why: 'The approach has no such improvement point.',
    accepted: 'ids of improvement points of the approach',
  },
  IMPROVEMENT_POINT_EXISTS: {
    why: 'The finding has its improvement point.',
    accepted: 'a finding without an improvement point',
  },
  IMPROVEMENT_POINT_MISSING: {
    why: 'A finding that is ✗ has no improvement point.',
    accepted: 'a baseline in which each ✗ has its improvement point',
  },
  FOLLOW_UP_UNKNOWN: {
    why: 'The approach has no such report.',
    accepted: 'the id of a report about improvement points of the approach',
  },
  COMMITMENT_WITHDRAWN: {
    why: 'The commitment was withdrawn.',
    accepted: 'the id of a commitment that stands',
  },
  FOLLOW_UP_CORRECTED: {
    why: 'What was reported was corrected.',
    accepted: 'the id of the reading that stands',
  },
  FOLLOW_UP_WITHDRAWN: {
    why: 'What was reported was withdrawn.',
    accepted: 'the id of a report that stands',
  },
  JUDGEMENT_UNKNOWN: {
    why: 'The finding is not how that follow-up was judged.',
    accepted: 'the id of a finding that judges it; other findings are corrected as findings',
  },
  NOTHING_TO_CORRECT: {
    why: 'The correction corrects nothing.',
    accepted: 'what was reported, how it was judged, or both',
  },
  REASON_MISSING: {
    why: 'A correction or withdrawal says why.',
    accepted: 'a reason that is not empty',
  },
  COMMITMENT_UNKNOWN: {
    why: 'The approach has no such commitment.',
    accepted: 'the id of a commitment of the approach',
  },
  COMMITMENT_SETTLED: {
    why: 'The commitment is settled.',
    accepted: 'the id of a commitment that is open',
  },
  ID_TAKEN: { why: 'The id is in use in the approach.', accepted: 'an id that was never used' },
  VALUE_NOT_ACCEPTED: {
    why: 'A value is not of the form that it must have.',
    accepted: 'a value of that form',
  },
  COMMAND_ID_REUSED: {
    why: 'A command with that id and other content was accepted before.',
    accepted: 'a new UUID, or the same content again',
  },
} as const satisfies Readonly<Record<string, { readonly why: string; readonly accepted: string }>>;

export type RejectionCode = keyof typeof REJECTIONS;

/** The domain refuses a command: nothing has happened. The message says why, in full. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  /** What would be accepted in its place. */
  readonly accepted: string;
  /** The line of the document that it concerns, where the command came from one. */
  readonly line: number | null;

  constructor(
    readonly code: RejectionCode,
    message: string,
    /** The field of the command that it concerns. */
    readonly field: string | null = null,
    {
      accepted = REJECTIONS[code].accepted,
      line = null,
    }: { readonly accepted?: string | undefined; readonly line?: number | null } = {},
  ) {
    super(message);
    this.accepted = accepted;
    this.line = line;
  }
}

/** Does something for what stands at a line of a document: a Rejection then has that line. */
export function atLine<T>(line: number | null, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    const { code, message, field, accepted } = error;
    throw new Rejection(code, message, field, { accepted, line });
  }
}
