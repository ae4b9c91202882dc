import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DeliveryStates } from '../../src/webhooks/delivery-state';
import { SAMPLE_2013, startServerWith, type TestServer } from '../api/support';
import { freePort } from '../support/free-port';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ALL =
  '{ webhooks { id url types position pending lastTakenAt attempts nextAttemptAt lastError deadSince } }';

interface Status {
  readonly id: string;
  readonly url: string;
  readonly types: string[] | null;
  readonly position: string | null;
  readonly pending: number;
  readonly lastTakenAt: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly lastError: string | null;
  readonly deadSince: string | null;
}

describe('The webhooks of a server', () => {
  let folder: string;
  let receiver: Server;
  let server: TestServer;
  let metricsPort: number;
  const statuses = async () =>
    (await server.as({ roles: ['admin'] }).ask<{ webhooks: Status[] }>(ALL)).webhooks;
  const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'toetsspoor-statuses-'));
    // Who takes everything, who takes nothing any more, and who is not there.
    receiver = createServer((request, response) => {
      request.resume();
      // By itself it would be tried again after seconds, in which all that is looked at here need not have been done.
      if (request.url?.startsWith('/busy')) response.writeHead(503, { 'retry-after': '86400' }).end();
      else response.writeHead(request.url?.startsWith('/gone') ? 410 : 204).end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    metricsPort = await freePort();
    const webhooksFile = join(folder, 'webhooks.json');
    writeFileSync(
      webhooksFile,
      JSON.stringify([
        {
          id: 'level',
          url: `${url}/in?key=geheim`,
          secret: SECRET,
          types: ['nl.toetsspoor.finding-recorded'],
        },
        { id: 'gone', url: `${url}/gone`, secret: SECRET },
        { id: 'busy', url: `${url}/busy`, secret: SECRET },
        { id: 'new', url: `${url}/in`, secret: SECRET, from: 'now' },
      ]),
    );
    server = await startServerWith(
      { webhooksFile, metrics: { host: '127.0.0.1', port: metricsPort } },
      SAMPLE_2013,
    );
    for (;;) {
      const [level, gone, busy, fresh] = await statuses();
      if (level?.pending === 0 && gone?.deadSince && busy?.attempts === 1 && fresh?.position) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });
  afterAll(async () => {
    await server.close();
    receiver.closeAllConnections();
    receiver.close();
    rmSync(folder, { recursive: true });
  });

  it('are told to an admin: how far each is, and what went wrong', async () => {
    const instant = expect.stringMatching(/Z$/);
    const fine = { attempts: 0, nextAttemptAt: null, lastError: null, deadSince: null };
    expect(await statuses()).toEqual([
      {
        ...{ id: 'level', types: ['FindingRecorded'], pending: 0, lastTakenAt: instant, ...fine },
        ...{ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/in$/), position: expect.any(String) },
      },
      {
        ...{ id: 'gone', types: null, position: null, pending: 44, lastTakenAt: null, attempts: 1 },
        ...{ url: expect.any(String), nextAttemptAt: null, deadSince: instant },
        lastError: 'the receiver answered 410',
      },
      {
        ...{ id: 'busy', types: null, position: null, pending: 44, lastTakenAt: null, attempts: 1 },
        ...{ url: expect.any(String), nextAttemptAt: instant, deadSince: null },
        lastError: 'the receiver answered 503',
      },
      {
        ...{ id: 'new', types: null, pending: 0, lastTakenAt: null, ...fine },
        ...{ url: expect.any(String), position: expect.any(String) },
      },
    ]);
  });

  it('are told to nobody else, and never with a secret', async () => {
    for (const role of ['reader', 'inspector', 'auditor', 'integration'] as const)
      expect(await server.as({ roles: [role] }).refusal(ALL)).toMatch(/^FORBIDDEN/);
    expect(await server.refusal(ALL)).toMatch(/^UNAUTHENTICATED/);
    expect(JSON.stringify(await statuses()) + (await metrics())).not.toMatch(/whsec|geheim|BwcHBwcH/);
  });

  it('are told as they are now: such an answer is not kept, names no snapshot and is in none', async () => {
    const admin = server.as({ roles: ['admin'] });
    const answer = await admin.post<{ snapshot: { token: string } }>(`{ snapshot { token } ${ALL.slice(1)}`);
    expect(answer).not.toHaveProperty('extensions.snapshot');
    const response = await fetch(`${server.url}/graphql?snapshot=${answer.data.snapshot.token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await admin.headers()) },
      body: JSON.stringify({ query: ALL }),
    });
    expect(await response.json()).toMatchObject({
      errors: [
        { message: expect.stringContaining('in no snapshot'), extensions: { code: 'BAD_USER_INPUT' } },
      ],
    });
    const states = new DeliveryStates(join(server.config.dataDir, 'webhooks.db'));
    states.save('gone', { ...states.of('gone'), lastError: 'something else' });
    states.close();
    expect((await statuses())[1]?.lastError).toBe('something else');
  });

  it('stand in the metrics, each by its id', async () => {
    const lines = (await metrics()).split('\n').filter((line) => line.startsWith('toetsspoor_webhook_'));
    expect(lines).toEqual([
      'toetsspoor_webhook_pending_events{webhook="level"} 0',
      'toetsspoor_webhook_pending_events{webhook="gone"} 44',
      'toetsspoor_webhook_pending_events{webhook="busy"} 44',
      'toetsspoor_webhook_pending_events{webhook="new"} 0',
      'toetsspoor_webhook_failed_attempts{webhook="level"} 0',
      'toetsspoor_webhook_failed_attempts{webhook="gone"} 1',
      'toetsspoor_webhook_failed_attempts{webhook="busy"} 1',
      'toetsspoor_webhook_failed_attempts{webhook="new"} 0',
      'toetsspoor_webhook_dead{webhook="level"} 0',
      'toetsspoor_webhook_dead{webhook="gone"} 1',
      'toetsspoor_webhook_dead{webhook="busy"} 0',
      'toetsspoor_webhook_dead{webhook="new"} 0',
      expect.stringMatching(
        /^toetsspoor_webhook_last_success_timestamp_seconds\{webhook="level"\} 1\d{9}(\.\d+)?$/,
      ),
    ]);
  });
});

describe('The file of how far webhooks are', () => {
  it('of an earlier version is taken over', () => {
    const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-states-'));
    const path = join(folder, 'webhooks.db');
    const earlier = new DatabaseSync(path);
    earlier.exec(`
      CREATE TABLE deliveries (webhook TEXT PRIMARY KEY, position TEXT, attempts INTEGER NOT NULL,
        next_attempt_at TEXT, last_error TEXT, dead_since TEXT) STRICT;
      INSERT INTO deliveries VALUES ('ministerie', 'WzQ0XQ', 0, NULL, NULL, NULL)`);
    earlier.close();
    for (const lastTakenAt of [null, '2026-01-31T12:00:00.000Z']) {
      const states = new DeliveryStates(path);
      expect(states.of('ministerie')).toMatchObject({ position: 'WzQ0XQ', lastTakenAt });
      states.save('ministerie', { ...states.of('ministerie'), lastTakenAt: '2026-01-31T12:00:00.000Z' });
      states.close();
    }
    rmSync(folder, { recursive: true });
  });
});
