import type { FastifyInstance } from 'fastify';
import type { Principal } from './principal';
import type { Authenticator } from './tokens';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it. */
    principal: Principal;
  }
}

/** Tells of every request who sends it, or refuses it. */
export function knowSenders(app: FastifyInstance, authenticator: Authenticator): void {
  app.decorateRequest('principal');
  // With callbacks, as most senders are known at once.
  app.addHook('onRequest', (request, _reply, done) => {
    const know = (principal: Principal): void => {
      request.principal = principal;
      done();
    };
    try {
      const principal = authenticator.principalOf(request);
      if (principal instanceof Promise) principal.then(know, done);
      else know(principal);
    } catch (error) {
      done(error as Error);
    }
  });
}
