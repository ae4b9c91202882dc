import type { FastifyRequest } from 'fastify';
import type { Position } from '../domain/events';
import type { Deadline } from './deadline';
import type { Principal } from './principal';
import type { ReadScope } from './read-scope';
import type { LedgerScope } from './signed-log';
import type { WebhookStatus } from './webhook-status';
import type { WriteSources } from './write-sources';

/** What resolvers are given; Apollo copies it, so it holds the scope rather than being it. */
export interface ApiContext {
  /** What the answer is read from; a mutation puts what it has written in its place. */
  scope: ReadScope;
  /** The last position that mutations of this request have written to, or were refused at. */
  written?: Position;
  readonly writes: WriteSources;
  /** Who is told of what happens, and how that goes. */
  readonly webhooks: () => Promise<readonly WebhookStatus[]>;
  /** Set where the answer tells of something beside the log: it can be neither kept nor had again. */
  isOfNow?: boolean;
  ledger: LedgerScope;
  /** Who asks. */
  readonly principal: Principal;
  readonly request: FastifyRequest;
  readonly deadline: Deadline;
}
