/**
 * The stock peer: Apollo Server stand-alone with type-graphql and DataLoader over plain tables, put together
 * as the documentation of these libraries does. Environment: PORT, HOST, STOCK_DB.
 */
import 'reflect-metadata';
import { DatabaseSync } from 'node:sqlite';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSchema } from 'type-graphql';
import { Loaders } from './loaders';
import {
  ApproachResolver,
  CriterionResolver,
  IndicatorResolver,
  IndicatorVerdictResolver,
  type StockContext,
} from './resolvers';

async function main(): Promise<void> {
  const db = new DatabaseSync(process.env.STOCK_DB ?? '', { readOnly: true });
  const schema = await buildSchema({
    resolvers: [ApproachResolver, IndicatorVerdictResolver, IndicatorResolver, CriterionResolver],
  });
  const server = new ApolloServer<StockContext>({ schema });
  await startStandaloneServer(server, {
    listen: { host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT) },
    context: async () => ({ db, loaders: new Loaders(db) }),
  });
}

void main();
