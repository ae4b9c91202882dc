// Decorators write their types with it, so it comes before all that has some.
import 'reflect-metadata';
import { type GraphQLSchema, getNullableType, lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { guardFields } from './access';
import { SubscriptionResolver } from './following/subscription-resolver';
import { LedgerResolver } from './ledger-resolver';
import { ApproachMutations } from './mutations/approach-mutations';
import { AssessmentMutations } from './mutations/assessment-mutations';
import { CommitmentMutations } from './mutations/commitment-mutations';
import { FindingMutations } from './mutations/finding-mutations';
import { FollowUpMutations } from './mutations/follow-up-mutations';
import { FrameworkMutations } from './mutations/framework-mutations';
import { ImportMutation } from './mutations/import-mutation';
import { QueryResolver } from './query-resolver';
import { ApproachType } from './types/approach-type';
import { ImprovementPointType } from './types/improvement-point-type';
import { WebhookResolver } from './webhook-resolver';

/** The schema that `schema.graphql` shows. */
export function buildApiSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      QueryResolver,
      LedgerResolver,
      SubscriptionResolver,
      FrameworkMutations,
      ApproachMutations,
      AssessmentMutations,
      FindingMutations,
      FollowUpMutations,
      CommitmentMutations,
      ImportMutation,
      WebhookResolver,
    ],
    // Reached through the interface Node only.
    orphanedTypes: [ApproachType, ImprovementPointType],
    // Arguments are checked where they are used, with errors that say what is accepted.
    validate: false,
    // It would run the introspection query at every start; a test does instead.
    skipCheck: true,
    // type-graphql wants one where there are subscriptions. Ours read from the log, so that none is missed.
    pubSub: {
      publish: () => {},
      subscribe: () => {
        throw new Error('subscriptions read from the log');
      },
    },
  });
  // type-graphql takes no description of the roots.
  const query = schema.getQueryType();
  if (query) query.description = 'All that can be asked of the register.';
  const subscription = schema.getSubscriptionType();
  if (subscription) subscription.description = 'All that can be followed, over a WebSocket.';
  const mutation = schema.getMutationType();
  if (mutation) {
    mutation.description =
      'All that can be recorded in the register, one command each. One that ends in an error is null, and leaves the answers beside it as they are.';
    for (const field of Object.values(mutation.getFields())) field.type = getNullableType(field.type);
  }
  guardFields(schema);
  return schema;
}

/** The schema as text, in an order that does not depend on which file was loaded first. */
export function printApiSchema(): string {
  return `${printSchema(lexicographicSortSchema(buildApiSchema()))}\n`;
}
