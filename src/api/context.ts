import type { FastifyRequest } from 'fastify';
import type { Deadline } from './deadline';
import type { Principal } from './principal';
import type { ReadScope } from './read-scope';
import type { LedgerScope } from './signed-log';

/** What resolvers are given; Apollo copies it, so it holds the scope rather than being it. */
export interface ApiContext {
  readonly scope: ReadScope;
  readonly ledger: LedgerScope;
  /** Who asks. */
  readonly principal: Principal;
  readonly request: FastifyRequest;
  readonly deadline: Deadline;
}
