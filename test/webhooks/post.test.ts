import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { post } from '../../src/webhooks/post';

describe('A message that is sent to a receiver', () => {
  let server: Server;
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const sent = async (answer: RequestListener, signal = new AbortController().signal) => {
    server = createServer(answer);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return post(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, {}, '{}', signal);
  };

  it('has the status of its answer and when to come again', async () => {
    const answered = await sent((_request, response) => {
      response.writeHead(503, { 'retry-after': '7' }).end('later');
    });
    expect(answered).toEqual({ status: 503, retryAfter: '7' });
  });

  it('has ended when the answer is there: of one that goes on without end the connection is ended', async () => {
    let isOpen = true;
    const answered = await sent((_request, response) => {
      const goOn = (): void => {
        while (!response.destroyed && response.write('x'.repeat(8_192)));
      };
      response.writeHead(200).on('drain', goOn);
      response.on('close', () => {
        isOpen = false;
      });
      goOn();
    });
    expect(answered.status).toBe(200);
    while (isOpen) await sleep(5);
  });

  it('has its status also where its time is over before the rest of the answer', async () => {
    const stop = new AbortController();
    const answered = await sent((_request, response) => {
      response.writeHead(202, { 'content-length': '10' }).write('x');
      setTimeout(() => stop.abort(new Error('too late')), 50);
    }, stop.signal);
    expect(answered.status).toBe(202);
  });

  it('fails with the reason where no answer comes in time', async () => {
    const stop = new AbortController();
    await expect(sent(() => stop.abort(new Error('too late')), stop.signal)).rejects.toThrow('too late');
  });
});
