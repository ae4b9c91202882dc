import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook as Verifier } from 'standardwebhooks';
import { readWebhooks } from '../../src/webhooks/webhook';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const HOOK = { id: 'ministerie', url: 'https://ontvanger.example.nl/in', secret: SECRET };

describe('A file of webhooks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toetsspoor-webhooks-'));
  const path = join(folder, 'webhooks.json');
  const read = (content: unknown) => {
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return readWebhooks(path);
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  it('names who is told, of what, and where', () => {
    const [hook] = read([
      {
        ...HOOK,
        types: ['FindingRecorded', 'nl.toetsspoor.finding-corrected'],
        sees: { municipalities: ['GM0935'] },
      },
    ]);
    expect(hook).toMatchObject({
      id: 'ministerie',
      types: ['FindingRecorded', 'FindingCorrected'],
      audience: [{ inspectorates: null, municipalities: ['GM0935'], frameworks: null }],
    });
  });

  it('lets see nothing but what is published unless it says so', () => {
    expect(read([HOOK])[0]).toMatchObject({ audience: [], types: null });
  });

  it('gives signatures that the library of the standard takes', () => {
    const headers = read([HOOK])[0]?.sign('id-1', new Date(), '{"a":1}') ?? {};
    expect(new Verifier(SECRET).verify('{"a":1}', { ...headers })).toEqual({ a: 1 });
    expect(() => new Verifier(SECRET).verify('{"a":2}', { ...headers })).toThrow();
  });

  it('may hold several secrets, of which each is enough to verify by', () => {
    const other = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
    const headers =
      read([{ ...HOOK, secret: [SECRET, other] }])[0]?.sign('id-1', new Date(), '{"a":1}') ?? {};
    for (const secret of [SECRET, other])
      expect(new Verifier(secret).verify('{"a":1}', { ...headers })).toEqual({ a: 1 });
    const third = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
    expect(() => new Verifier(third).verify('{"a":1}', { ...headers })).toThrow();
  });

  const cursor = (text: string) => Buffer.from(text).toString('base64url');
  it.each([
    'start',
    'now',
    cursor('[44]'),
    cursor('[44,"public"]'),
    cursor('[10,44,"all"]'),
    cursor('[10,44]'),
  ])('says where to begin: %s', (from) => {
    expect(read([{ ...HOOK, from }])[0]?.from).toBe(from);
  });

  it.each(['[05]', '[99999999999999999999999999]', '[-1]', '[1.5]', '["44"]', '[]', '44'])(
    'cannot begin at what no event is at: %s',
    (text) => {
      expect(() => read([{ ...HOOK, from: cursor(text) }])).toThrow('at /0/from: expected "start", "now" or');
    },
  );

  it('begins at the first event where it does not say', () => {
    expect(read([HOOK])[0]?.from).toBe('start');
  });

  it.each([
    ['no JSON', '[{"secret": "whsec_geheim"', 'is not JSON'],
    ['a webhook without a secret', [{ id: 'a', url: HOOK.url }], '/0/secret'],
    ['a secret that is too short', [{ ...HOOK, secret: 'whsec_Z2VoZWlt' }], '/0/secret'],
    [
      'a type that is none',
      [{ ...HOOK, types: ['Nothing'] }],
      'at /0/types/0: "Nothing" is not a type of event; expected one of FrameworkPublished,',
    ],
    ['a word that is not known', [{ ...HOOK, see: {} }], '/0/see'],
    ['no secret in a list', [{ ...HOOK, secret: [] }], '/0/secret: expected whsec_ and 24 to 64 bytes'],
    [
      'a secret in a list that is none',
      [{ ...HOOK, secret: [SECRET, 'whsec_geheim'] }],
      '/0/secret: expected',
    ],
    ['a beginning that is none', [{ ...HOOK, from: '2015-01-01' }], '/0/from: expected "start", "now" or'],
    ['limits that limit nothing', [{ ...HOOK, sees: {} }], '/0/sees'],
    ['two with one id', [HOOK, HOOK], 'at /1/id: "ministerie" is there already'],
    ['an address without https', [{ ...HOOK, url: 'http://ontvanger.example.nl/' }], '/0/url'],
    [
      'an address that begins like this machine',
      [{ ...HOOK, url: 'http://127.0.0.1.example.nl/' }],
      '/0/url',
    ],
    [
      'an address that names this machine as a user',
      [{ ...HOOK, url: 'http://localhost@example.nl/' }],
      '/0/url',
    ],
    ['an address of a machine inside', [{ ...HOOK, url: 'http://169.254.169.254/latest/' }], '/0/url'],
    ['an address that is a file', [{ ...HOOK, url: 'file:///etc/hosts' }], '/0/url'],
    ['an address with a password', [{ ...HOOK, url: 'https://a:geheim@example.nl/' }], '/0/url'],
  ])('with %s is refused, says where, and tells no secret', (_what, content, where) => {
    expect(() => read(content)).toThrow(where);
    expect(() => read(content)).not.toThrow(/geheim|Z2VoZWlt/);
  });

  it('is told all that is wrong with it at once, of its form and of what it says', () => {
    const wrong = [
      { id: 'A', url: 'http://ontvanger.example.nl/', secret: SECRET, types: ['Nothing', 7] },
      { ...HOOK, from: '2015', see: {} },
      { ...HOOK, sees: {} },
      'ministerie',
    ];
    writeFileSync(path, JSON.stringify(wrong));
    let message = '';
    try {
      readWebhooks(path);
    } catch (error) {
      ({ message } = error as Error);
    }
    const places = message.split('\n').map((line) => / at (\S+):/.exec(line)?.[1]);
    expect(new Set(places)).toEqual(
      new Set([
        ...['/0/id', '/0/url', '/0/types/0', '/0/types/1'],
        ...['/1/from', '/1/see', '/2/id', '/2/sees', '/3'],
      ]),
    );
  });

  it('that is not there is said to be missing', () => {
    expect(() => readWebhooks(join(folder, 'none.json'))).toThrow('cannot be read (ENOENT)');
  });
});
