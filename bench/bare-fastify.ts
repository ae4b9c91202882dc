/**
 * The limit of a repeated query: Fastify that answers with bytes kept ready, and does nothing else.
 * Environment: PORT, HOST, ANSWERS (a JSON file of request body to answer).
 */
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

interface Asked {
  readonly query: string;
}

async function main(): Promise<void> {
  const recorded = JSON.parse(readFileSync(process.env.ANSWERS ?? '', 'utf8')) as Record<string, string>;
  const answers = new Map(
    Object.entries(recorded).map(([body, answer]) => [
      (JSON.parse(body) as Asked).query,
      Buffer.from(answer),
    ]),
  );
  const app = Fastify();
  app.post<{ Body: Asked }>('/graphql', (request, reply) => {
    reply.header('content-type', 'application/json; charset=utf-8').send(answers.get(request.body.query));
  });
  await app.listen({ host: process.env.HOST ?? '127.0.0.1', port: Number(process.env.PORT) });
}

void main();
