import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isScalarType, isSpecifiedScalarType, parse, validate } from 'graphql';
import { Webhook } from 'standardwebhooks';
import { buildApiSchema } from '../src/api/schema';
import { SAMPLE_2013, startServer, startServerWith } from './api/support';
import { freePort } from './support/free-port';
import { ROOT, readPage } from './support/page-examples';

const [CODEGEN = '', CLIENT = '', RECEIVER = ''] = readPage('docs/integrations.md').settings;

describe('The page for integrations', () => {
  it('tells a generator of types every scalar of ours, of a schema that is there', () => {
    const schema = buildApiSchema();
    const own = Object.values(schema.getTypeMap()).filter(
      (type) => isScalarType(type) && !isSpecifiedScalarType(type),
    );
    const [, scalars = ''] = /scalars: \{ (.*) \}/.exec(CODEGEN) ?? [];
    const told = scalars.split(', ').map((one) => one.split(': ')[0]);
    expect(told.toSorted()).toEqual(own.map(({ name }) => name).toSorted());
    const [, path = ''] = /schema: '(.*)'/.exec(CODEGEN) ?? [];
    expect(readFileSync(join(ROOT, path), 'utf8')).toContain('type Query');
  });

  it('has a typed client whose document is valid, and is answered', async () => {
    const [, document = ''] = /graphql\(`([^`]+)`\)/.exec(CLIENT) ?? [];
    const [, variables = ''] = /const variables = (\{.*\});/.exec(CLIENT) ?? [];
    expect(validate(buildApiSchema(), parse(document))).toEqual([]);
    const server = await startServer(SAMPLE_2013);
    // As JSON has it.
    const json = variables.replaceAll(/(\w+): /g, '"$1": ').replaceAll("'", '"');
    const { approach } = await server.ask<{ approach: { verdicts: object[] } }>(document, JSON.parse(json));
    expect(approach.verdicts).toHaveLength(30);
    await server.close();
  });

  it('has a receiver of webhooks that takes what the register sends, and nothing from others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-docs-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'receiver.mjs'), RECEIVER);
    const port = await freePort();
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const receiver = spawn(process.execPath, ['receiver.mjs'], {
      cwd: folder,
      env: { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) },
    });
    const url = `http://127.0.0.1:${port}/`;
    const lines: string[] = [];
    const all = Promise.withResolvers<void>();
    createInterface({ input: receiver.stdout }).on('line', (line) => {
      lines.push(line);
      if (lines.length === 44) all.resolve();
    });
    const webhooksFile = join(folder, 'webhooks.json');
    writeFileSync(webhooksFile, JSON.stringify([{ id: 'page', url, secret }]));
    const post = async (headers: Record<string, string>) =>
      (await fetch(url, { method: 'POST', body: '{"id":"x","type":"y"}', headers })).status;
    const until = async (): Promise<void> => {
      await post({}).catch(() => new Promise((resolve) => setTimeout(resolve, 50)).then(until));
    };
    await until();
    const server = await startServerWith({ webhooksFile }, SAMPLE_2013);
    try {
      await all.promise;
      const { events } = await server
        .asAuditor()
        .ask<{ events: { nodes: { id: string }[] } }>('{ events(first: 100) { nodes { id } } }');
      expect(lines.map((line) => line.split(' ')[0])).toEqual(events.nodes.map(({ id }) => id));
      const signedAt = (at: Date) => ({
        'webhook-id': 'x',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('x', at, '{"id":"x","type":"y"}'),
      });
      const now = signedAt(new Date());
      expect(await post({ ...now, 'webhook-id': 'z' })).toBe(400);
      expect(await post(signedAt(new Date(Date.now() - 600_000)))).toBe(400);
      expect(lines).toHaveLength(44);
      expect(await post(now)).toBe(204);
    } finally {
      receiver.kill();
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
