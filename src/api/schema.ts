import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { QueryResolver } from './query-resolver';
import { ApproachType } from './types/approach-type';
import { ImprovementPointType } from './types/improvement-point-type';

/** The schema that `schema.graphql` shows. */
export function buildApiSchema(): GraphQLSchema {
  return buildSchemaSync({
    resolvers: [QueryResolver],
    // Reached through the interface Node only.
    orphanedTypes: [ApproachType, ImprovementPointType],
    // Arguments are checked where they are used, with errors that say what is accepted.
    validate: false,
  });
}
