import autocannon from 'autocannon';
import type { Server } from './processes';

const CONNECTIONS = 10;
const HEADERS = { 'content-type': 'application/json' };

/** A request body, or what makes the next one. */
export type Bodies = string | (() => string);

/** How much of a core the server had in each measurement so far: less than all of it was taken by others. */
export const coreShares: number[] = [];

/**
 * Asks over ten connections for so many seconds, each as soon as it has its answer.
 * @returns answers per second
 * @throws where an answer is not 200: a rate of failures would be a lie
 */
export async function requestsPerSecond(server: Server, bodies: Bodies, seconds: number): Promise<number> {
  const request: autocannon.Request = { method: 'POST', headers: HEADERS };
  if (typeof bodies === 'string') request.body = bodies;
  else request.setupRequest = (own) => ({ ...own, body: bodies() });
  const start = performance.now();
  const busyBefore = server.cpuSeconds();
  const result = await autocannon({
    url: server.url,
    connections: CONNECTIONS,
    duration: seconds,
    requests: [request],
    // It looks only so often whether the time is over.
    sampleInt: 100,
    // Ten slow answers stand in one queue.
    timeout: 120,
  });
  const elapsed = (performance.now() - start) / 1000;
  coreShares.push((server.cpuSeconds() - busyBefore) / elapsed);
  // What was asked last may still be worked on, and would take the core from the next one: whatever the
  // server says to this, it has then come to the end of its queue.
  await fetch(server.url).then((answer) => answer.text());
  const failed = result.errors + result.timeouts + result.non2xx;
  if (failed > 0) throw new Error(`${failed} of the requests to ${server.url} failed`);
  return result['2xx'] / elapsed;
}

/** Asks once. */
export async function ask<Data>(url: string, body: string): Promise<{ text: string; data: Data }> {
  const answer = await fetch(url, { method: 'POST', headers: HEADERS, body });
  const text = await answer.text();
  const { data, errors } = JSON.parse(text) as { data: Data; errors?: readonly unknown[] };
  if (answer.status !== 200 || errors !== undefined) throw new Error(`${url} answers ${text.slice(0, 500)}`);
  return { text, data };
}
