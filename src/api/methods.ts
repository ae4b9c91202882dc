import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isBelowV1, sendError } from './http-errors';

/** All that Node.js makes a request of. */
const ALL_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/**
 * Refuses at each address, in the form of the place, every method that it is not served by: 405, with what is in
 * `Allow` (RFC 9110, 15.5.6). Below `/v1`, OPTIONS tells the same; a page that asks whether it may ask is answered
 * before, in `cross-origin.ts`. Called before the routes are made.
 * @param root path of the register, as it is reached from outside
 */
export function refuseOtherMethods(app: FastifyInstance, root: string): void {
  for (const method of ALL_METHODS)
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true });
  const done = new Set<string>();
  app.addHook(
    'onRoute',
    function (this: FastifyInstance, { url, routePath, method, config = {}, exposeHeadRoute }) {
      // Of a route by GET another one by HEAD is made, and those below come by here too.
      if (done.has(url)) return;
      done.add(url);
      const isResource = isBelowV1(url);
      const served = [method].flat();
      const allowed = [
        ...served,
        ...(served.includes('GET') && exposeHeadRoute !== false ? ['HEAD'] : []),
        ...(isResource ? ['OPTIONS'] : []),
      ];
      const allow = allowed.join(', ');
      const expected = `expected ${served.join(' or ')}${isResource ? `. What is to be written goes to ${root}/graphql` : ''}`;
      const refuse = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
        const message = `${request.method} is not accepted here; ${expected}`;
        return sendError(reply.header('allow', allow), 405, message, 'METHOD_NOT_ALLOWED');
      };
      if (isResource)
        this.options(routePath, { config }, (_request, reply) =>
          reply.header('allow', allow).code(204).send(),
        );
      this.route({
        url: routePath,
        method: ALL_METHODS.filter((one) => !allowed.includes(one)),
        config,
        // Before its body is looked at.
        onRequest: (request, reply) => {
          refuse(request, reply);
        },
        handler: refuse,
      });
    },
  );
}
