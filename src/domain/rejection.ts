/** Why a command is refused; clients branch on it, so a code is never renamed. */
export type RejectionCode =
  | 'FRAMEWORK_EXISTS'
  | 'FRAMEWORK_UNKNOWN'
  | 'WRONG_VERSION'
  | 'CODE_NOT_UNIQUE'
  | 'INDICATOR_UNKNOWN'
  | 'INDICATOR_NOT_ASSESSED'
  | 'INDICATOR_TWICE'
  | 'APPROACH_UNKNOWN'
  | 'APPROACH_EXISTS'
  | 'ASSESSMENT_UNKNOWN'
  | 'ASSESSMENT_EXISTS'
  | 'ASSESSMENT_CONCLUDED'
  | 'ASSESSMENT_EMPTY'
  | 'BASELINE_MISSING'
  | 'FACTSHEET_REUSED'
  | 'FINDING_UNKNOWN'
  | 'FINDING_CORRECTED'
  | 'FINDING_WITHDRAWN'
  | 'FINDING_MET'
  | 'IMPROVEMENT_POINT_UNKNOWN'
  | 'IMPROVEMENT_POINT_EXISTS'
  | 'IMPROVEMENT_POINT_MISSING'
  | 'FOLLOW_UP_UNKNOWN'
  | 'COMMITMENT_UNKNOWN'
  | 'COMMITMENT_SETTLED'
  | 'ID_TAKEN';

/** The domain refuses a command: nothing has happened. The message says why and what would be accepted. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  constructor(
    readonly code: RejectionCode,
    message: string,
    /** The field of the command that it concerns. */
    readonly field: string | null = null,
    /** The line of the document that it concerns, where the command came from one. */
    readonly line: number | null = null,
  ) {
    super(message);
  }
}
