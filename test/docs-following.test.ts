import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { cloudEventType } from '../src/api/event-types';
import { MAX_CLOUD_EVENT_BYTES } from '../src/api/following/cloud-events';
import { LIMITS } from '../src/api/limits';
import { buildApiSchema } from '../src/api/schema';
import { EVENT_DESCRIPTIONS } from '../src/domain/event-descriptions';
import { EVENT_TYPES } from '../src/domain/events';
import { readWebhooks } from '../src/webhooks/webhook';
import { facts, SAMPLE_2013, startServer } from './api/support';
import { assessment } from './factsheet/builder';

const page = readFileSync(join(__dirname, '..', 'docs', 'following.md'), 'utf8');

describe('The page on following the log', () => {
  it('tells every type of event in both spellings, in the words that are served, and none that is not', () => {
    const told = [...page.matchAll(/^\| `([A-Za-z]+)` \| `(nl\.toetsspoor\.[a-z-]+)` \| (.+) \|$/gm)];
    expect(told.map(([, ...cells]) => cells)).toEqual(
      EVENT_TYPES.map((type) => [type, cloudEventType(type), EVENT_DESCRIPTIONS[type].what]),
    );
  });

  it('has an example of a file of webhooks that is read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-docs-'));
    const path = join(folder, 'webhooks.json');
    writeFileSync(path, /```json\n([^`]+)```/.exec(page)?.[1] ?? '');
    expect(readWebhooks(path).map(({ id }) => id)).toEqual(['ministerie']);
    rmSync(folder, { recursive: true });
  });

  it('has an example of the feed that is answered', async () => {
    const server = await startServer(SAMPLE_2013);
    const address = /curl -s -i "http:\/\/127\.0\.0\.1:4000(\S+)"/.exec(page)?.[1] ?? '';
    const authorization = `Bearer ${await server.token({ roles: ['reader'] })}`;
    const response = await fetch(`${server.url}${address}`, { headers: { authorization } });
    expect(response.headers.get('link')).toContain('rel="next"');
    expect((await response.json()) as object[]).toHaveLength(44);
    await server.close();
  });

  it('has an example of a schema that is answered, and says how texts stand in events', async () => {
    const server = await startServer(SAMPLE_2013);
    const address = /curl -s http:\/\/127\.0\.0\.1:4000(\S+)/.exec(page)?.[1] ?? '';
    const schema = (await (await fetch(`${server.url}${address}`)).json()) as {
      $defs: { Text: { anyOf: { required: string[] }[] } };
    };
    const [whole, leftOut] = schema.$defs.Text.anyOf.map(({ required }) =>
      required.map((field) => `"${field}": "…"`).join(', '),
    );
    expect(page).toContain(`{ ${whole} }\`, and \`{ ${leftOut} }`);
    await server.close();
  });

  it('has a way to begin at now that gives what comes from then on, as a feed, a subscription and a webhook', async () => {
    const server = await startServer(SAMPLE_2013);
    const [, command = ''] = /^(NOW=\$\(curl .*\)$)/m.exec(page) ?? [];
    const script = `${command.replace('http://127.0.0.1:4000', server.url)}; printf %s "$NOW"`;
    const { stdout: now } = await promisify(execFile)('bash', ['-c', script]);
    const headers = { authorization: `Bearer ${await server.token({ roles: ['auditor'] })}` };
    const feed = async () =>
      (await (await fetch(`${server.url}/v1/events?after=${now}`, { headers })).json()) as { id: string }[];
    expect(await feed()).toEqual([]);
    await server.import(assessment(facts({ approach: 'Nieuw' })));
    const ids = (await feed()).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(30);
    const query = 'query ($now: String!) { events(after: $now, first: 100) { nodes { id } } }';
    const { events } = await server.asAuditor().ask<{ events: { nodes: { id: string }[] } }>(query, { now });
    expect(events.nodes.map(({ id }) => id)).toEqual(ids);
    const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-docs-'));
    const path = join(folder, 'webhooks.json');
    writeFileSync(path, (/```json\n([^`]+)```/.exec(page)?.[1] ?? '').replace('"now"', `"${now}"`));
    expect(readWebhooks(path)).toMatchObject([{ from: now }]);
    rmSync(folder, { recursive: true });
    await server.close();
  });

  it('has a client that goes on where it was cut off, and gives each event once', async () => {
    const server = await startServer(SAMPLE_2013);
    const cuttable = await cuttableWayTo(server.url);
    const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-docs-'));
    symlinkSync(join(__dirname, '..', 'node_modules'), join(folder, 'node_modules'));
    const code = /```js\n(import \{ createClient \}[\s\S]+?)```/.exec(page)?.[1] ?? '';
    writeFileSync(join(folder, 'client.mjs'), code.replace('127.0.0.1:4000', `127.0.0.1:${cuttable.port}`));
    const TOKEN = await server.token({ roles: ['auditor'] });
    const client = spawn(process.execPath, ['client.mjs'], { cwd: folder, env: { ...process.env, TOKEN } });
    const lines: string[] = [];
    const errors: string[] = [];
    client.stderr.on('data', (text) => errors.push(String(text)));
    const until = Promise.withResolvers<void>();
    createInterface({ input: client.stdout }).on('line', (line) => {
      lines.push(line);
      if (lines.length === 44) {
        cuttable.cut();
        void server.import(assessment(facts({ approach: 'Nieuw' })));
      }
      if (line.endsWith('AssessmentConcluded') && lines.length > 44) until.resolve();
    });
    client.once('exit', () => until.reject(new Error(errors.join(''))));
    try {
      await until.promise;
      const query = '{ events(first: 100) { nodes { id type } } }';
      const { events } = await server
        .asAuditor()
        .ask<{ events: { nodes: { id: string; type: string }[] } }>(query);
      expect(lines).toEqual(events.nodes.map(({ id, type }) => `${id} ${type}`));
    } finally {
      client.removeAllListeners('exit');
      client.kill();
      cuttable.close();
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('has an example of a subscription that may be asked', () => {
    const subscription = /```graphql\n(subscription[^`]+)```/.exec(page)?.[1] ?? '';
    expect(subscription).toContain('verdictChanges');
    expect(validate(buildApiSchema(), parse(subscription))).toEqual([]);
  });

  it('has a query of how webhooks do that is answered', async () => {
    const server = await startServer();
    const query = /```graphql\n(\{ webhooks[^`]+)```/.exec(page)?.[1] ?? '';
    expect(await server.as({ roles: ['admin'] }).ask(query)).toEqual({ webhooks: [] });
    await server.close();
  });

  it('says the size that events have at most', () => {
    expect(page).toContain(`more than ${MAX_CLOUD_EVENT_BYTES / 1024} KiB`);
    expect(LIMITS.bodyBytes).toBeGreaterThan(MAX_CLOUD_EVENT_BYTES);
  });
});

/** A way to a server on which all connections can be cut at once. */
async function cuttableWayTo(url: string) {
  const sockets = new Set<Socket>();
  const way = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (way.address() as AddressInfo).port,
    cut,
    close() {
      way.close();
      cut();
    },
  };
}
