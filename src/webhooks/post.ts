import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { userAgent } from '../api/own-package';

/** What is read of an answer. */
export interface Answered {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/**
 * Sends a message, to that address and nowhere else: a redirect is an answer like any other. Not by `fetch`, which says
 * of itself what a browser says, and does not let that be left out.
 * @throws what the connection fails with, and the reason of `signal`
 */
export async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  message: string,
  signal: AbortSignal,
): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const body = Buffer.from(message);
  const request = (url.startsWith('https:') ? overHttps : overHttp)(
    url,
    {
      method: 'POST',
      headers: { 'user-agent': userAgent(), 'content-length': body.length, ...headers },
      signal,
    },
    (response) => {
      // What it says besides is passed over, as long as it lasts within the time; then the connection serves again.
      response.on('error', () => {}).resume();
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
    },
  );
  request.on('error', (error) => reject(signal.aborted ? signal.reason : error));
  request.end(body);
  return promise;
}
