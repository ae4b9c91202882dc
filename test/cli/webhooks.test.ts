import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SAMPLE_2013, Workplace } from './support';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('webhooks', () => {
  let place: Workplace;
  let receiver: Server;
  let url: string;
  let answer = 204;
  let got = 0;
  beforeEach(async () => {
    place = new Workplace();
    got = 0;
    receiver = createServer((request, response) => {
      request.resume();
      got += 1;
      response.statusCode = answer;
      response.end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  });
  afterEach(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await place.dispose();
  });

  const environment = () => ({
    WEBHOOKS_FILE: place.document(
      'webhooks.json',
      JSON.stringify([{ id: 'ministerie', url, secret: SECRET }]),
    ),
  });
  const webhooks = async (...args: string[]) => {
    const { stdout } = await place.start(['webhooks', '--json', ...args], environment()).ended;
    return JSON.parse(stdout).webhooks[0];
  };
  const serving = async () => {
    const running = place.start(['serve'], environment());
    await running.says(/\/graphql/);
    return running;
  };
  const until = async (isSo: () => boolean | Promise<boolean>) => {
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it('are told of what the log holds by a server, and how far each is can be asked beside it', async () => {
    answer = 204;
    await place.run('import', SAMPLE_2013);
    await serving();
    await until(() => got === 44);
    const isLast = (position: string | null) =>
      /^\[44,"public@\w+"\]$/.test(Buffer.from(position ?? '', 'base64url').toString());
    await until(async () => isLast((await webhooks()).position));
    const { position, lastTakenAt } = await webhooks();
    const said = { stdout: `ministerie: behind ${position}, took an event last at ${lastTakenAt}\n` };
    expect(await place.start(['webhooks'], environment()).ended).toMatchObject({ ...said, stderr: '' });
    expect(await place.start(['webhooks', '--revive', 'ministerie'], environment()).ended).toMatchObject({
      ...said,
      stderr: 'ministerie is alive: there is nothing to try again\n',
    });
  });

  it('that died say so and why, and go on when they are revived', async () => {
    answer = 410;
    await place.run('import', SAMPLE_2013);
    const running = await serving();
    await running.says(/the webhook ministerie is dead: the receiver answered 410/);
    expect(await webhooks()).toMatchObject({
      deadSince: expect.any(String),
      lastError: 'the receiver answered 410',
    });
    answer = 204;
    expect(await webhooks('--revive', 'ministerie')).toMatchObject({ deadSince: null, attempts: 0 });
    await until(() => got === 45);
  });

  it.each([
    ['without a file', {}, [], 'WEBHOOKS_FILE is not set, so it is not known here'],
    ['with a file that is not there', { WEBHOOKS_FILE: 'none.json' }, [], 'cannot be read (ENOENT)'],
    [
      'with a webhook that is not there',
      null,
      ['--revive', 'x'],
      'there is no webhook "x"; expected one of ministerie',
    ],
  ])('%s are refused in one sentence', async (_what, set, args, message) => {
    const { status, stderr } = await place.start(['webhooks', ...args], set ?? environment()).ended;
    expect([status, stderr.trim().split('\n').length]).toEqual([1, 1]);
    expect(stderr).toContain(message);
  });

  it('in a file that cannot be used keep a server from starting', async () => {
    const { status, stderr } = await place.start(['serve'], {
      WEBHOOKS_FILE: place.document('a.json', '[{}]'),
    }).ended;
    expect(status).toBe(1);
    expect(stderr).toContain('/0/secret');
    expect(stderr).not.toContain('    at ');
  });
});
