import { APPROACH } from '../../support/events';
import { KADER_2 } from '../../support/frameworks';
import { startServer, type TestServer } from '../support';
import { type CommandAnswer, type Input, opening, PUBLISH_KADER, Sender, STJ } from './support';

const LONG = 'x'.repeat(100_000);
const NOBODY = '00000000-0000-4000-8000-000000000000';

let server: TestServer;
let sender: Sender;
/** Ids of what is there: a concluded baseline with a ✓ and a ✗, and a follow-up under way. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  server = await startServer();
  sender = new Sender(server.as({ roles: ['admin'] }));
  const send = (mutation: string, input: Input, selection: string): Promise<CommandAnswer> =>
    sender.accepted(mutation, { ...(mutation.endsWith('Framework') ? {} : APPROACH), ...input }, selection);
  await send('publishFramework', PUBLISH_KADER, 'framework { code }');
  await sender.accepted('registerApproach', { municipality: 'GM0935', name: 'Integrale Aanpak' });
  const { assessment } = await send('openAssessment', opening(), 'assessment { id }');
  ids.concluded = assessment.id;
  const find = async (name: string, indicators: readonly string[], verdict: string, narrative: string) => {
    const input = { assessmentId: assessment.id, indicators, verdict, narrative };
    ids[name] = (await send('recordFinding', input, 'finding { id }')).finding.id;
  };
  await find('met', ['1.1.1', '1.1.2', '2.1.1'], 'MET', 'Goed.');
  await find('unmet', ['2.2.1'], 'IMPROVEMENT_NEEDED', 'Niet goed.');
  const input = { findingId: ids.unmet, text: 'Leg het vast.' };
  const { improvementPoint } = await send('identifyImprovementPoint', input, 'improvementPoint { id }');
  ids.point = improvementPoint.id;
  const warning = { findingId: ids.met, text: 'Let op.' };
  ids.attention = (await send('raiseAttentionPoint', warning, 'attentionPoint { id }')).attentionPoint.id;
  await send('concludeAssessment', { assessmentId: assessment.id, publishedOn: '2014-05' }, '');
  const promise = { improvementPointIds: [ids.point], madeBy: 'de gemeente', text: 'Een convenant.' };
  ids.settled = (await send('makeCommitment', promise, 'commitment { id }')).commitment.id;
  await send('settleCommitment', { commitmentId: ids.settled, outcome: 'KEPT', settledOn: '2015' }, '');
  const followUp = opening({ kind: 'FOLLOW_UP', year: 2014 });
  ids.underWay = (await send('openAssessment', followUp, 'assessment { id }')).assessment.id;
  const baseline = opening({ year: 2016 });
  ids.baseline = (await send('openAssessment', baseline, 'assessment { id }')).assessment.id;
  const again = { assessmentId: ids.baseline, indicators: ['1.1.1'], narrative: 'Er is iets.' };
  ids.open = (
    await send('recordFinding', { ...again, verdict: 'IMPROVEMENT_NEEDED' }, 'finding { id }')
  ).finding.id;
  ids.openMet = (await send('recordFinding', { ...again, verdict: 'MET' }, 'finding { id }')).finding.id;
  const withdrawn = { assessmentId: ids.baseline, indicators: ['1.1.2'], narrative: 'Weg.', verdict: 'MET' };
  ids.withdrawn = (await send('recordFinding', withdrawn, 'finding { id }')).finding.id;
  await send('withdrawFinding', { findingId: ids.withdrawn, reason: 'Ten onrechte.' }, '');
  const left = opening({ year: 2019 });
  ids.abandoned = (await send('openAssessment', left, 'assessment { id }')).assessment.id;
  await send('abandonAssessment', { assessmentId: ids.abandoned, reason: 'Niemand maakt het af.' }, '');
  const empty = opening({ year: 2018 });
  ids.empty = (await send('openAssessment', empty, 'assessment { id }')).assessment.id;
});
afterAll(() => server.close());

const finding = { indicators: ['1.1.1'], verdict: 'MET', narrative: 'Iets.' };
const correction = { ...finding, basis: 'ASSESSED', reason: 'Verkeerd.' };
const judgement = { ...finding, basis: 'REPORTED', improvementPointIds: [] };
const report = { reportedBy: 'de gemeente' };
const framework = { ...PUBLISH_KADER, code: 'ANDER' };

type Case = readonly [
  reason: string,
  field: string | null,
  accepted: RegExp,
  mutation: string,
  input: () => Input,
];
const REFUSALS: readonly Case[] = [
  ['FRAMEWORK_EXISTS', 'code', /a code that no framework has/, 'publishFramework', () => PUBLISH_KADER],
  [
    'FRAMEWORK_UNKNOWN',
    'code',
    /a framework that was published/,
    'reviseFramework',
    () => ({ ...framework, version: 2, equivalents: [] }),
  ],
  ['WRONG_VERSION', 'version', /^2$/, 'reviseFramework', () => ({ ...KADER_2, version: 3, equivalents: [] })],
  [
    'INDICATOR_UNKNOWN',
    'equivalents',
    /^1\.1\.1, 1\.1\.2, 2\.1\.1, 2\.2\.1$/,
    'reviseFramework',
    () => ({ ...KADER_2, equivalents: [{ from: '9.9.9', to: '1.1.1' }] }),
  ],
  [
    'CODE_NOT_UNIQUE',
    'themes',
    /all different/,
    'publishFramework',
    () => ({ ...framework, themes: [...framework.themes, ...framework.themes] }),
  ],
  [
    'MUNICIPALITY_UNKNOWN',
    'municipality',
    /GM and four digits/,
    'registerApproach',
    () => ({ municipality: 'GM9999', name: 'Aanpak' }),
  ],
  [
    'MUNICIPALITY_UNKNOWN',
    'municipality',
    /GM and four digits/,
    'registerApproach',
    () => ({ municipality: 'Maastricht', name: 'Aanpak' }),
  ],
  [
    // With the slug it makes the name of the stream that another approach has.
    'MUNICIPALITY_UNKNOWN',
    'municipality',
    /GM and four digits/,
    'openAssessment',
    () => opening({ municipality: 'GM0935-integrale', slug: 'aanpak', year: 2020 }),
  ],
  [
    'APPROACH_EXISTS',
    'name',
    /another slug/,
    'registerApproach',
    () => ({ municipality: 'GM0935', name: 'INTEGRALE aanpak!' }),
  ],
  ['APPROACH_UNKNOWN', 'slug', /registered/, 'openAssessment', () => opening({ slug: 'nergens' })],
  ['FRAMEWORK_UNKNOWN', 'framework', /published/, 'openAssessment', () => opening({ framework: 'NIEMAND' })],
  [
    'FRAMEWORK_UNKNOWN',
    'frameworkVersion',
    /^a version from 1 to 1$/,
    'openAssessment',
    () => opening({ frameworkVersion: 2 }),
  ],
  ['ASSESSMENT_EXISTS', 'year', /another year/, 'openAssessment', () => opening()],
  [
    'BASELINE_MISSING',
    'year',
    /later year/,
    'openAssessment',
    () => opening({ kind: 'FOLLOW_UP', year: 2012 }),
  ],
  [
    'ASSESSMENT_UNKNOWN',
    'assessmentId',
    /id of an assessment/,
    'recordFinding',
    () => ({ assessmentId: NOBODY, ...finding }),
  ],
  [
    'ASSESSMENT_UNKNOWN',
    'assessmentId',
    /id of an assessment/,
    'noteDevelopment',
    () => ({ assessmentId: 'x', text: 'y' }),
  ],
  [
    'ASSESSMENT_CONCLUDED',
    'assessmentId',
    /under way/,
    'recordFinding',
    () => ({ assessmentId: ids.concluded, ...finding }),
  ],
  [
    'ASSESSMENT_CONCLUDED',
    'assessmentId',
    /under way/,
    'abandonAssessment',
    () => ({ assessmentId: ids.concluded, reason: 'Iets.' }),
  ],
  [
    'ASSESSMENT_ABANDONED',
    'assessmentId',
    /not abandoned/,
    'recordFinding',
    () => ({ assessmentId: ids.abandoned, ...finding }),
  ],
  [
    'REASON_MISSING',
    'reason',
    /not empty/,
    'abandonAssessment',
    () => ({ assessmentId: ids.underWay, reason: ' ' }),
  ],
  [
    'ASSESSMENT_EMPTY',
    'assessmentId',
    /one finding/,
    'concludeAssessment',
    () => ({ assessmentId: ids.empty }),
  ],
  [
    'IMPROVEMENT_POINT_MISSING',
    'assessmentId',
    /each ✗ has its improvement point/,
    'concludeAssessment',
    () => ({ assessmentId: ids.baseline }),
  ],
  [
    'INDICATOR_UNKNOWN',
    'indicators',
    /^1\.1\.1, 1\.1\.2, 2\.1\.1, 2\.2\.1$/,
    'recordFinding',
    () => ({ assessmentId: ids.underWay, ...finding, indicators: ['9.9.9'] }),
  ],
  [
    'INDICATOR_TWICE',
    'indicators',
    /all different/,
    'recordFinding',
    () => ({ assessmentId: ids.underWay, ...finding, indicators: ['1.1.1', '1.1.1'] }),
  ],
  [
    'FINDING_UNKNOWN',
    'findingId',
    /id of a finding/,
    'raiseAttentionPoint',
    () => ({ findingId: NOBODY, text: 'x' }),
  ],
  [
    'FINDING_UNKNOWN',
    'findingId',
    /id of a finding/,
    'correctFinding',
    () => ({ findingId: NOBODY, ...correction }),
  ],
  [
    'FINDING_WITHDRAWN',
    'findingId',
    /that stands/,
    'withdrawFinding',
    () => ({ findingId: ids.withdrawn, reason: 'x' }),
  ],
  [
    'FINDING_MET',
    'findingId',
    /that is ✗/,
    'identifyImprovementPoint',
    () => ({ findingId: ids.openMet, text: 'x' }),
  ],
  [
    'IMPROVEMENT_POINT_UNKNOWN',
    'improvementPointIds',
    /improvement points of the approach/,
    'reportFollowUp',
    () => ({ ...report, improvementPointIds: ['x'] }),
  ],
  [
    'FOLLOW_UP_UNKNOWN',
    'followUpId',
    /id of a report/,
    'assessFollowUp',
    () => ({ assessmentId: ids.underWay, ...judgement, followUpId: NOBODY }),
  ],
  [
    'VALUE_NOT_ACCEPTED',
    'improvementPoint',
    /^none, unless .* corrected to ✗/,
    'correctFinding',
    () => ({ findingId: ids.met, ...correction, improvementPoint: 'Leg het vast.' }),
  ],
  [
    'VALUE_NOT_ACCEPTED',
    'name',
    /^text on one line/,
    'consultSource',
    () => ({ assessmentId: ids.underWay, kind: 'DOCUMENT', name: '=1+1\u0000' }),
  ],
  ['REASON_MISSING', 'reason', /not empty/, 'withdrawFinding', () => ({ findingId: ids.met, reason: ' ' })],
  [
    'REASON_MISSING',
    'reason',
    /not empty/,
    'correctFinding',
    () => ({ findingId: ids.met, ...correction, reason: '' }),
  ],
  [
    'NOTHING_TO_CORRECT',
    'report',
    /what was reported, how it was judged, or both/,
    'correctFollowUp',
    () => ({ reason: 'Verkeerd.' }),
  ],
  [
    'FOLLOW_UP_UNKNOWN',
    'followUpId',
    /id of a report/,
    'withdrawFollowUp',
    () => ({ followUpId: NOBODY, reason: 'Verkeerd.' }),
  ],
  [
    'FINDING_WITHDRAWN',
    'findingId',
    /that stands/,
    'raiseAttentionPoint',
    () => ({ findingId: ids.withdrawn, text: 'Let op.' }),
  ],
  [
    'COMMITMENT_UNKNOWN',
    'commitmentId',
    /id of a commitment/,
    'settleCommitment',
    () => ({ commitmentId: NOBODY, outcome: 'KEPT', settledOn: '2015' }),
  ],
  [
    'COMMITMENT_SETTLED',
    'commitmentId',
    /that is open/,
    'settleCommitment',
    () => ({ commitmentId: ids.settled, outcome: 'KEPT', settledOn: '2015' }),
  ],
];

const VALUES: readonly (readonly [field: string, accepted: RegExp, mutation: string, input: () => Input])[] =
  [
    [
      'name',
      /a slug of 1 to 200 characters/,
      'registerApproach',
      () => ({ municipality: 'GM0935', name: '!!!' }),
    ],
    [
      'name',
      /a slug of 1 to 200 characters/,
      'registerApproach',
      () => ({ municipality: 'GM0935', name: 'a'.repeat(201) }),
    ],
    ['code', /capitals and digits/, 'publishFramework', () => ({ ...framework, code: 'klein' })],
    ['name', /from 1 to 1000 characters/, 'publishFramework', () => ({ ...framework, name: '' })],
    [
      'themes.0.criteria.0.indicators.0.code',
      /numbers with dots/,
      'publishFramework',
      () => ({
        ...framework,
        themes: [
          {
            code: '1',
            name: 'x',
            criteria: [{ code: '1.1', name: 'x', indicators: [{ code: 'a', name: 'x' }] }],
          },
        ],
      }),
    ],
    ['themes', /^at least one theme$/, 'publishFramework', () => ({ ...framework, themes: [] })],
    ['year', /^a year from 1900 to 20\d\d$/, 'openAssessment', () => opening({ year: 1899 })],
    ['year', /^a year from 1900 to 20\d\d$/, 'openAssessment', () => opening({ year: 2999 })],
    ['assessor', /words/, 'openAssessment', () => opening({ assessor: ' ', year: 2017 })],
    [
      'familiesReached',
      /^a whole number from 0/,
      'openAssessment',
      () => opening({ familiesReached: -1, year: 2017 }),
    ],
    [
      'narrative',
      /words/,
      'recordFinding',
      () => ({ assessmentId: ids.underWay, ...finding, narrative: '\n' }),
    ],
    [
      'narrative',
      /Unicode/,
      'recordFinding',
      () => ({ assessmentId: ids.underWay, ...finding, narrative: '\uD800' }),
    ],
    [
      'indicators',
      /^at least one code$/,
      'recordFinding',
      () => ({ assessmentId: ids.underWay, ...finding, indicators: [] }),
    ],
    [
      'publishedOn',
      /^a date up to 20/,
      'withdrawFinding',
      () => ({ findingId: ids.met, reason: 'x', publishedOn: '2999' }),
    ],
    [
      'publishedOn',
      /^a date up to 20/,
      'concludeAssessment',
      () => ({ assessmentId: ids.underWay, publishedOn: '2999-01' }),
    ],
    [
      'publishedOn',
      /^a date from 1900 on$/,
      'concludeAssessment',
      () => ({ assessmentId: ids.underWay, public: false, publishedOn: '1001' }),
    ],
    ...(
      [
        ['correctFinding', () => ({ findingId: ids.met, ...correction })],
        ['withdrawFinding', () => ({ findingId: ids.met, reason: 'x' })],
        ['withdrawAttentionPoint', () => ({ attentionPointId: ids.attention, reason: 'x' })],
        ['correctImprovementPoint', () => ({ improvementPointId: ids.point, text: 'x', reason: 'x' })],
        [
          'correctAssessment',
          () => ({ assessmentId: ids.concluded, assessor: STJ, sources: [], notes: [], reason: 'x' }),
        ],
      ] as const
    ).map(
      ([mutation, input]) =>
        [
          'publishedOn',
          /^a date from 2014-05 on$/,
          mutation,
          () => ({ ...input(), publishedOn: '2014-04-30' }),
        ] as const,
    ),
    [
      'improvementPointIds',
      /each once/,
      'reportFollowUp',
      () => ({ ...report, improvementPointIds: [ids.point, ids.point] }),
    ],
    [
      'improvementPointIds',
      /^at least one id$/,
      'reportFollowUp',
      () => ({ ...report, improvementPointIds: [] }),
    ],
    [
      'reportedOn',
      /^a date up to 20/,
      'reportFollowUp',
      () => ({ ...report, improvementPointIds: [ids.point], reportedOn: '2999-01-01~' }),
    ],
  ];

describe('A mutation is refused, as data,', () => {
  const send = (mutation: string, input: Input) =>
    sender.send(mutation, { ...(mutation.match(/Framework|registerApproach/) ? {} : APPROACH), ...input });

  it.each(REFUSALS)(
    'as %s of %s, with what would be accepted',
    async (reason, field, accepted, mutation, input) => {
      const before = await server.register.store.lastPosition();
      expect(await send(mutation, withoutVersion(mutation, input()))).toEqual({
        __typename: 'CommandRejected',
        position: expect.any(String),
        snapshot: expect.any(String),
        reason,
        field,
        message: expect.stringMatching(/./),
        accepted: expect.stringMatching(accepted),
        line: null,
      });
      expect(await server.register.store.lastPosition()).toBe(before);
    },
  );

  it.each(VALUES)(
    'where %s is not of its form, with what would be accepted',
    async (field, accepted, mutation, input) => {
      const before = await server.register.store.lastPosition();
      const answer = await send(mutation, withoutVersion(mutation, input()));
      expect(answer).toEqual({
        __typename: 'CommandRejected',
        position: expect.any(String),
        snapshot: expect.any(String),
        reason: 'VALUE_NOT_ACCEPTED',
        field,
        message: expect.stringContaining(field),
        accepted: expect.stringMatching(accepted),
        line: null,
      });
      expect(`${answer.message} expected ${answer.accepted}`).not.toMatch(/expected expected/i);
      expect(await server.register.store.lastPosition()).toBe(before);
    },
  );

  it.each<readonly [what: string, mutation: string, input: () => Input]>([
    ['municipality', 'registerApproach', () => ({ municipality: LONG, name: 'Aanpak' })],
    ['name', 'registerApproach', () => ({ municipality: 'GM0935', name: LONG })],
    ['slug', 'openAssessment', () => opening({ slug: LONG, expectedRevision: 1 })],
    ['framework', 'openAssessment', () => opening({ framework: LONG, year: 2017 })],
    ['assessmentId', 'recordFinding', () => ({ assessmentId: LONG, ...finding })],
    ['indicators', 'recordFinding', () => ({ assessmentId: ids.underWay, ...finding, indicators: [LONG] })],
    ['code', 'reviseFramework', () => ({ ...framework, code: LONG, version: 2, equivalents: [] })],
  ])('without the whole of a long %s in the answer', async (_, mutation, input) => {
    const { message = '' } = await send(mutation, withoutVersion(mutation, input()));
    expect(message).toMatch(/xxx … xxx/);
    expect(message.length).toBeLessThan(5_000);
  });

  it('and leaves nothing for the operator to look at', () => expect(server.internalErrors).toEqual([]));
});

describe('An input that is not of the schema', () => {
  it.each([
    ['publishedOn', { publishedOn: '2013-13' }, /"2013-13".*expected a year \(2013\)/],
    ['commandId', { commandId: 'mine' }, /"mine" is not an accepted UUID: expected a UUID such as/],
    ['assessmentId', { assessmentId: undefined }, /assessmentId/],
    ['public', { public: 'ja' }, /Boolean cannot represent/],
  ])('is an error that names %s', async (field, changes, message) => {
    const input = { ...APPROACH, assessmentId: ids.underWay, ...changes };
    const { errors = [] } = await sender.post('concludeAssessment', input);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors[0]?.message).toMatch(message);
    expect(errors[0]?.message).toContain(field);
  });
});

/** Of the frameworks of the tests: the version of one that is published is 1, and not said. */
function withoutVersion(mutation: string, { version, ...rest }: Input): Input {
  return mutation === 'publishFramework' || version === undefined ? rest : { ...rest, version };
}
