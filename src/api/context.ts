import type { FastifyRequest } from 'fastify';
import type { Principal } from './principal';
import type { ReadScope } from './read-scope';

/** What resolvers are given; Apollo copies it, so it holds the scope rather than being it. */
export interface ApiContext {
  readonly scope: ReadScope;
  /** Who asks. */
  readonly principal: Principal;
  readonly request: FastifyRequest;
}
