import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, validate } from 'graphql';
import { cloudEventType } from '../src/api/event-types';
import { MAX_CLOUD_EVENT_BYTES } from '../src/api/following/cloud-events';
import { LIMITS } from '../src/api/limits';
import { buildApiSchema } from '../src/api/schema';
import { EVENT_DESCRIPTIONS } from '../src/domain/event-descriptions';
import { EVENT_TYPES } from '../src/domain/events';
import { readWebhooks } from '../src/webhooks/webhook';
import { SAMPLE_2013, startServer } from './api/support';

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
