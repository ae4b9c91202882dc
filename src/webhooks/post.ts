import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { userAgent } from '../api/own-package';

/** What is read of an answer. */
export interface Answered {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** Of an answer beside its status and headers, in bytes. */
const MOST_PASSED_OVER = 64 * 1024;

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
  let answered: Answered | undefined;
  const end = (error: Error): void => {
    // Its time may be over before that of the rest of its answer: the status has been told.
    if (answered !== undefined) resolve(answered);
    else reject(signal.aborted ? signal.reason : error);
  };
  const request = (url.startsWith('https:') ? overHttps : overHttp)(
    url,
    {
      method: 'POST',
      headers: { 'user-agent': userAgent(), 'content-length': body.length, ...headers },
      signal,
    },
    (response) => {
      answered = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] };
      // What it says besides is passed over, so that the connection serves again; one that goes on and on is ended.
      let passedOver = 0;
      response.on('data', (part: Buffer) => {
        passedOver += part.length;
        if (passedOver > MOST_PASSED_OVER) response.destroy();
      });
      response.on('error', end).on('close', end);
    },
  );
  request.on('error', end);
  request.end(body);
  return promise;
}
