import { ROLES, type Role, WRITERS } from './principal';

/** Who may ask for a field: everybody, or those with any of these roles. */
export type Policy = 'EVERYBODY' | readonly Role[];

const SIGNED_IN: Policy = ROLES;
/** Those for whom there is something beside what is published. */
const INSIDERS: Policy = ['inspector', 'auditor', 'integration', 'admin'];

/**
 * Who may ask for what. Every root field and every mutation stands here, and of other fields those that not
 * everybody may ask for. What comes with an answer is another question: of a list, an approach or an event,
 * everybody gets what is there for them (`src/domain/audience.ts`).
 */
export const POLICIES: Readonly<Record<string, Policy>> = {
  'Query.approach': 'EVERYBODY',
  'Query.approaches': 'EVERYBODY',
  'Query.checkpoint': 'EVERYBODY',
  'Query.compare': 'EVERYBODY',
  'Query.consistencyProof': 'EVERYBODY',
  'Query.framework': 'EVERYBODY',
  'Query.frameworks': 'EVERYBODY',
  'Query.improvementPoints': 'EVERYBODY',
  'Query.municipality': 'EVERYBODY',
  'Query.node': 'EVERYBODY',
  'Query.snapshot': 'EVERYBODY',
  'Query.trend': 'EVERYBODY',

  'Query.events': SIGNED_IN,
  'Subscription.events': SIGNED_IN,
  'Approach.history': SIGNED_IN,

  'Query.webhooks': ['admin'],

  'Approach.drafts': INSIDERS,
  'Approach.revision': INSIDERS,

  // Each within its limits: src/domain/write-limits.ts.
  'Mutation.abandonAssessment': WRITERS,
  'Mutation.assessFollowUp': WRITERS,
  'Mutation.concludeAssessment': WRITERS,
  'Mutation.consultSource': WRITERS,
  'Mutation.correctAssessment': WRITERS,
  'Mutation.correctFinding': WRITERS,
  'Mutation.correctFollowUp': WRITERS,
  'Mutation.correctImprovementPoint': WRITERS,
  'Mutation.identifyImprovementPoint': WRITERS,
  'Mutation.importFactsheet': WRITERS,
  'Mutation.makeCommitment': WRITERS,
  'Mutation.noteDevelopment': WRITERS,
  'Mutation.openAssessment': WRITERS,
  'Mutation.publishFramework': WRITERS,
  'Mutation.raiseAttentionPoint': WRITERS,
  'Mutation.recordFinding': WRITERS,
  'Mutation.registerApproach': WRITERS,
  'Mutation.reportFollowUp': WRITERS,
  'Mutation.reviseFramework': WRITERS,
  'Mutation.settleCommitment': WRITERS,
  'Mutation.withdrawAttentionPoint': WRITERS,
  'Mutation.withdrawCommitment': WRITERS,
  'Mutation.withdrawFinding': WRITERS,
  'Mutation.withdrawFollowUp': WRITERS,
};

/** Who may have which export below `/v1/exports`. In a table, too, everybody gets what is there for them. */
export const EXPORT_POLICIES = {
  verdicts: 'EVERYBODY',
  developments: 'EVERYBODY',
  'attention-points': 'EVERYBODY',
  checkpoint: 'EVERYBODY',
  // The whole log, with drafts and what is confidential: those for whom all of it is there.
  events: ['auditor', 'admin'],
} as const satisfies Readonly<Record<string, Policy>>;
export type ExportName = keyof typeof EXPORT_POLICIES;
