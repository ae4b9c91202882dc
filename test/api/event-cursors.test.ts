import { audienceKey } from '../../src/api/audience-key';
import { type Audience, EVERYTHING } from '../../src/domain/audience';
import { Sender } from './mutations/support';
import { SAMPLE_2013, type Somebody, startServer, type TestServer } from './support';

const STJ = 'Samenwerkend Toezicht Jeugd';
const INSPECTOR: Somebody = { roles: ['inspector'], inspectorates: [STJ] };
const READER: Somebody = { roles: ['reader'] };

type Page = { events: { nodes: { position: string }[]; pageInfo: { endCursor: string } } };
const EVENTS = `query ($after: String) { events(after: $after, first: 100) {
  nodes { position } pageInfo { endCursor } } }`;

describe('A place in the order of events', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(async () => {
    expect(server.internalErrors).toEqual([]);
    await server.close();
  });

  it.each([
    ['lost a role', INSPECTOR, READER],
    ['got one', READER, INSPECTOR],
    ['has another inspectorate', INSPECTOR, { ...INSPECTOR, inspectorates: ['Een andere inspectie'] }],
    ['sees everything now', READER, { roles: ['auditor'] } as Somebody],
  ])('is refused to who %s since, rather than to miss events', async (_, before, since) => {
    const { events } = await server.as(before).ask<Page>(EVENTS);
    const places = [events.pageInfo.endCursor, events.nodes.at(-1)?.position ?? ''];
    for (const after of places) {
      expect(await server.as(since).refusal(EVENTS, { after })).toMatch(
        /^CURSOR_OF_OTHER_RIGHTS: after ".*" was given to somebody with other rights, or does not say to whom; .* leave it out to begin again/,
      );
      const feed = await fetch(`${server.url}/v1/events?after=${after}`, {
        headers: await server.as(since).headers(),
      });
      expect([feed.status, await feed.json()]).toEqual([
        400,
        expect.objectContaining({ code: 'CURSOR_OF_OTHER_RIGHTS' }),
      ]);
      expect(await server.as(before).ask<Page>(EVENTS, { after })).toMatchObject({ events: { nodes: [] } });
    }
  });

  it('that does not say to whom it was given is refused, as those of earlier versions', async () => {
    const after = Buffer.from('[10,44]').toString('base64url');
    expect(await server.as(READER).refusal(EVENTS, { after })).toMatch(/^CURSOR_OF_OTHER_RIGHTS: /);
  });

  it.each(['[99999999999999999999999999]', '[-1]', '[1.5,"public"]'])('cannot be %s', async (text) => {
    const after = Buffer.from(text).toString('base64url');
    expect(await server.as(READER).refusal(EVENTS, { after })).toMatch(
      /^BAD_USER_INPUT: .* is not a cursor of events/,
    );
  });

  it('is the same for who sees the same, and an event is found by it whatever one sees', async () => {
    const { events } = await server.as({ ...READER, subject: 'anna' }).ask<Page>(EVENTS);
    const after = events.nodes.at(4)?.position;
    const bert = server.as({ ...READER, subject: 'bert' });
    expect((await bert.ask<Page>(EVENTS, { after })).events.nodes).toEqual(events.nodes.slice(5));
    const auditor = await server.as({ roles: ['auditor'] }).headers();
    expect((await fetch(`${server.url}/v1/events/${after}`, { headers: auditor })).status).toBe(200);
  });

  it('may be the position of an answer: behind all that was there by then', async () => {
    const written = async () => {
      const admin = new Sender(server.as({ roles: ['admin'] }));
      const { data } = await admin.post('registerApproach', {
        municipality: 'GM0363',
        name: `Aanpak ${count++}`,
      });
      return String(data?.registerApproach?.position);
    };
    let count = 1;
    const after = await written();
    const admin = server.as({ roles: ['admin'] });
    expect((await admin.ask<Page>(EVENTS, { after })).events.nodes).toEqual([]);
    expect((await server.as(READER).ask<Page>(EVENTS, { after })).events.nodes).toEqual([]);
    await written();
    expect((await admin.ask<Page>(EVENTS, { after })).events.nodes).toHaveLength(1);
  });
});

describe('What tells audiences apart', () => {
  const key = (...limits: readonly Partial<Audience[number]>[]) =>
    audienceKey(limits.map((one) => ({ ...EVERYTHING, ...one })));
  it('is what they see, however it is said', () => {
    expect(key({ inspectorates: ['A', 'B'] })).toBe(key({ inspectorates: ['B', 'A', 'A'] }));
    expect(key({ frameworks: ['F'] }, { inspectorates: ['A'] })).toBe(
      key({ inspectorates: ['A'] }, { frameworks: ['F'] }),
    );
    expect(key({ inspectorates: ['A'] }, {})).toBe(key({}));
    expect(key({ inspectorates: [] })).toBe(key());
    expect(key({ inspectorates: ['A'] }, { municipalities: [] })).toBe(key({ inspectorates: ['A'] }));
  });

  it('differs wherever they see otherwise', () => {
    const keys = [
      key(),
      key({}),
      key({ inspectorates: ['A'] }),
      key({ municipalities: ['A'] }),
      key({ frameworks: ['A'] }),
      key({ inspectorates: ['A'], frameworks: ['A'] }),
      key({ inspectorates: ['A'] }, { frameworks: ['A'] }),
      key({ inspectorates: ['A', 'B'] }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});
