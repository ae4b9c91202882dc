import { type Audit, serverAudits } from 'graphql-http';
import { SAMPLE_2013, startServer, type TestServer } from './support';

let server: TestServer;
const audits: readonly Audit[] = serverAudits({ url: () => `${server.url}/graphql` });

/** What we do otherwise, knowingly, than the draft says that servers should; nothing that they must. */
const ELSEWISE: Readonly<Record<string, string>> = {
  '572B': 'a document that cannot be read is a bad request (400), also to who accepts application/json',
  FDE2: 'a document that is not valid is a bad request (400), also to who accepts application/json',
  '7B9B': 'variables that do not fit are a bad request (400), also to who accepts application/json',
};

describe('GraphQL over HTTP', () => {
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013);
  });
  afterAll(() => server.close());

  it('is audited whole', () => expect(audits.length).toBeGreaterThan(50));

  it.each(audits.map((audit) => ({ ...audit })))('$id: $name', async ({ id, fn }) => {
    const { status, ...result } = await fn();
    if (id in ELSEWISE) expect(status).toBe('warn');
    else expect([status, 'reason' in result ? result.reason : '']).toEqual(['ok', '']);
  });
});
