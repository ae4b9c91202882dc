import { maastricht, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

const ACCEPTED_DATE = 'expected a year (2013), a month (2015-06) or a day (2015-03-02), with "~" behind it';
const ACCEPTED_INSTANT = 'expected an instant as an RFC 3339 date-time, such as 2026-03-02T09:30:00.000Z';
/** What each list says of a cursor that is none of its own: of events one may hold other things too. */
const ACCEPTED_CURSOR = (list: string) =>
  `is not a cursor of this list; expected ${list === 'events' ? 'the position of an event, the position that an answer of this register had, or ' : ''}an endCursor or edge cursor of it`;

const cursor = (...key: unknown[]): string => encode(JSON.stringify(key));
const encode = (text: string): string => Buffer.from(text).toString('base64url');

/** What is asked wrongly is answered with a code, and with what would be accepted. */
describe('The API refuses', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = (await startServer(SAMPLE_2013, SAMPLE_2014)).asAuditor();
  });
  afterAll(async () => {
    expect(server.internalErrors).toEqual([]);
    await server.close();
  });

  it.each([
    ['2014-02-30', '2014-02 has no day 30, its days are 01 to 28'],
    ['2016-02-00', '2016-02 has no day 00, its days are 01 to 29'],
    ['2014-13', 'there is no month 13'],
    ['2014-00', 'there is no month 00'],
    ['2013/2014', 'it is an interval'],
    ['2013..', 'it is an interval'],
    ['20131', 'its year lies out of the range from 0000 to 9999'],
    ['Y20131', 'its year lies out of the range from 0000 to 9999'],
    ['-0044', 'its year lies out of the range from 0000 to 9999'],
    ['2013?', 'its form is another'],
    ['201X', 'its form is another'],
    ['30-06-2015', 'its form is another'],
    ['gisteren', 'its form is another'],
    ['', 'its form is another'],
  ])('the date %j, as a literal and as a variable: %s', async (date, why) => {
    const reason = `"${date}" is not an accepted date: ${why}; ${ACCEPTED_DATE}`;
    const literal = await server.refusal(maastricht('name', `publishedBy: "${date}"`));
    expect(literal).toContain(`GRAPHQL_VALIDATION_FAILED: ${reason}`);
    const variable = await server.refusal(
      'query ($asOf: AsOf) { approaches(asOf: $asOf) { nodes { id } } }',
      { asOf: { reference: date } },
    );
    expect(variable).toMatch(/^BAD_USER_INPUT: /);
    expect(variable).toContain(reason);
  });

  it.each(['2013', '2013-02-03', '2013-02-03T00:00:00', '2013-02-30T00:00:00Z', 'nu', ''])(
    'the instant %j, as a literal and as a variable',
    async (instant) => {
      const reason = `"${instant}" is not an accepted date-time: ${ACCEPTED_INSTANT}`;
      const literal = await server.refusal(maastricht('name', `recordedBy: "${instant}"`));
      expect(literal).toBe(`GRAPHQL_VALIDATION_FAILED: ${reason}`);
      const variable = await server.refusal(
        'query ($asOf: AsOf) { approaches(asOf: $asOf) { nodes { id } } }',
        { asOf: { recordedBy: instant } },
      );
      expect(variable).toMatch(/^BAD_USER_INPUT: /);
      expect(variable).toContain(reason);
    },
  );

  it.each([[true], [{}], [['2013']], [2013.5]])('%j for a date and for an instant', async (value) => {
    const query = 'query ($asOf: AsOf) { approaches(asOf: $asOf) { nodes { id } } }';
    expect(await server.refusal(query, { asOf: { reference: value } })).toContain(ACCEPTED_DATE);
    expect(await server.refusal(query, { asOf: { recordedBy: value } })).toContain('BAD_USER_INPUT');
  });

  it.each([
    ['reference: "2999"', /^\d{4}$/],
    ['publishedBy: "2999-01"', /^\d{4}-\d\d$/],
    ['publishedBy: "2999-01-01~"', /^\d{4}-\d\d-\d\d$/],
    ['recordedBy: "2999-01-01T00:00:00Z"', /^\d{4}-\d\d-\d\dT[\d:.]+Z$/],
  ])('the future, and names the latest that is accepted as precisely: %s', async (asOf, latest) => {
    const [clock] = asOf.split(':');
    const refusal = await server.refusal(maastricht('name', asOf));
    const [said, accepted] = refusal.split('; the latest accepted is ');
    expect(said).toMatch(new RegExp(`^AS_OF_IN_FUTURE: asOf\\.${clock} 2999\\S* lies in the future$`));
    expect(accepted).toMatch(latest);
  });

  it('not this year, this month or today', async () => {
    const now = new Date().toISOString();
    for (const date of [now.slice(0, 4), now.slice(0, 7), now.slice(0, 10)]) {
      expect(await server.ask(maastricht('slug', `reference: "${date}", publishedBy: "${date}"`))).toEqual({
        approach: { slug: 'integrale-aanpak' },
      });
    }
  });

  it.each([0, 101, -1, 2_147_483_647])('a page of %d', async (first) => {
    for (const list of ['approaches', 'improvementPoints', 'events']) {
      expect(await server.refusal(`{ ${list}(first: ${first}) { nodes { id } } }`)).toBe(
        `BAD_USER_INPUT: first is ${first}; expected a number from 1 to 100`,
      );
    }
    expect(await server.refusal(maastricht(`history(first: ${first}) { nodes { id } }`))).toBe(
      `BAD_USER_INPUT: first is ${first}; expected a number from 1 to 100`,
    );
  });

  it.each([
    'x',
    '',
    encode('[]'),
    encode('null'),
    encode('{"length":1}'),
    cursor(null),
    cursor('GM0935', 'integrale-aanpak', 0, 1),
    cursor(['GM0935', 'integrale-aanpak']),
  ])('the cursor %j', async (after) => {
    const refusal = (list: string) => `BAD_USER_INPUT: after "${after}" ${ACCEPTED_CURSOR(list)}`;
    for (const list of ['approaches', 'improvementPoints', 'events']) {
      expect(await server.refusal(`{ ${list}(after: "${after}") { nodes { id } } }`)).toBe(refusal(list));
    }
    expect(await server.refusal(maastricht(`history(after: "${after}") { nodes { id } }`))).toBe(
      refusal('events'),
    );
  });

  it('the cursor of another list', async () => {
    const cursors = await server.ask<Readonly<Record<string, { pageInfo: { endCursor: string } }>>>(
      `{ approaches { pageInfo { endCursor } } improvementPoints { pageInfo { endCursor } } events { pageInfo { endCursor } } }`,
    );
    for (const [own, { pageInfo }] of Object.entries(cursors)) {
      for (const other of Object.keys(cursors).filter((list) => list !== own)) {
        expect(await server.refusal(`{ ${other}(after: "${pageInfo.endCursor}") { nodes { id } } }`)).toBe(
          `BAD_USER_INPUT: after "${pageInfo.endCursor}" ${ACCEPTED_CURSOR(other)}`,
        );
      }
    }
  });

  it.each(['Maastricht', 'gm0935', 'GM935', 'GM09350', '0935', ' GM0935', ''])(
    'the municipality code %j',
    async (code) => {
      const refusal = `BAD_USER_INPUT: municipality "${code}" is not a CBS code; expected GM and four digits, such as GM0935`;
      for (const query of [
        `{ approach(municipality: "${code}", slug: "integrale-aanpak") { id } }`,
        `{ approaches(municipality: "${code}") { nodes { id } } }`,
        `{ improvementPoints(municipality: "${code}") { nodes { id } } }`,
        `{ municipality(code: "${code}") { name } }`,
      ]) {
        expect(await server.refusal(query)).toBe(refusal);
      }
    },
  );

  it.each([
    'x',
    '',
    'Approach:GM0935/integrale-aanpak',
    encode('Approach:GM0935'),
    encode('Approach:'),
    encode('Approach:GM0935/integrale-aanpak/more'),
    encode('ImprovementPoint:GM0935/integrale-aanpak'),
    encode('Municipality:GM0935'),
    `${encode('Approach:GM0935/integrale-aanpak')}%`,
  ])('the id %j', async (id) => {
    expect(await server.refusal(`{ node(id: "${id}") { id } }`)).toBe(
      `BAD_USER_INPUT: "${id}" is not an id of this register; expected the id of a node in one of its answers`,
    );
    expect(await server.refusal(`{ events(approach: "${id}") { nodes { id } } }`)).toBe(
      `BAD_USER_INPUT: "${id}" is not the id of a node of type Approach; expected one from an answer`,
    );
  });

  it('not an id of something that is not there: that is null', async () => {
    const ids = [
      encode('Approach:GM0935/other'),
      encode('Approach:x/y'),
      encode('ImprovementPoint:GM0935/integrale-aanpak/x'),
    ];
    for (const id of ids) expect(await server.ask(`{ node(id: "${id}") { id } }`)).toEqual({ node: null });
  });

  it.each([-1, 10_000, 2_147_483_647])('the year %d', async (year) => {
    const accepted = `is ${year}; expected a year from 0 to 9999`;
    for (const [query, argument] of [
      [maastricht(`development(from: ${year}, to: 2014) { from }`), 'from'],
      [maastricht(`development(from: 2013, to: ${year}) { from }`), 'to'],
      [`{ trend(framework: "GGSR", from: ${year}) { year } }`, 'from'],
      [`{ trend(framework: "GGSR", to: ${year}) { year } }`, 'to'],
    ] as const) {
      expect(await server.refusal(query)).toBe(`BAD_USER_INPUT: ${argument} ${accepted}`);
    }
  });

  it.each([
    [
      maastricht('development(from: 2014, to: 2013) { from }'),
      'from is 2014 and to is 2013; expected an earlier and a later year',
    ],
    [
      maastricht('development(from: 2014, to: 2014) { from }'),
      'from is 2014 and to is 2014; expected an earlier and a later year',
    ],
    [
      '{ trend(framework: "GGSR", from: 2014, to: 2013) { year } }',
      'from is 2014 and to is 2013; expected from ≤ to',
    ],
    [
      '{ events(types: ["Nope"]) { nodes { id } } }',
      /^"Nope" is not a type of event; expected one of FrameworkPublished, /,
    ],
  ])('%s', async (query, expected) => {
    const refusal = await server.refusal(query);
    expect(refusal).toMatch(/^BAD_USER_INPUT: /);
    expect(refusal.replace('BAD_USER_INPUT: ', '')).toMatch(expected);
  });

  it.each([
    '{ trend(framework: "GGSR", by: PROVINCE) { year } }',
    '{ improvementPoints(status: DONE) { nodes { id } } }',
    maastricht('verdicts(status: UNKNOWN) { status }'),
    '{ approaches(first: null) { nodes { id } } }',
    '{ approaches(first: "many") { nodes { id } } }',
    '{ nope }',
    '{ approach { id } }',
  ])('what the schema does not have: %s', async (query) => {
    const { status, errors } = await server.post(query);
    expect(status).toBe(400);
    expect(errors?.map(({ extensions }) => extensions.code)).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(JSON.stringify(errors)).not.toMatch(/stack|node_modules|\/src\/|SELECT/);
  });

  it.each([
    ['POST', 'application/json', '{'],
    ['POST', 'application/json', '{}'],
    ['POST', 'application/json', '{"query":"{"}'],
  ])('a %s of %s %s, as a bad request without internals', async (method, contentType, body) => {
    const response = await fetch(`${server.url}/graphql`, {
      method,
      headers: { 'content-type': contentType },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/stack|node_modules|\/src\/|at \w+ \(/);
  });
});
