import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isInterfaceType } from 'graphql';
import { LOCAL_ISSUER } from '../../../src/api/local-issuer';
import { buildApiSchema } from '../../../src/api/schema';
import { askedFields, fieldsOfMutations } from '../../support/asked-fields';
import { EQUIVALENTS, KADER_2 } from '../../support/frameworks';
import { SAMPLE_2013, startServer, type TestServer } from '../support';
import {
  type CommandAnswer,
  documentOf,
  type Input,
  MUTATIONS,
  opening,
  PUBLISH_KADER,
  Sender,
  STJ,
} from './support';

/** Another than that of the sample, which is imported too. */
const APPROACH = { municipality: 'GM0935', slug: 'samen-sterk' };

interface Sent {
  readonly mutation: string;
  readonly input: Input;
  readonly selection: string;
  readonly answer: CommandAnswer;
}

/** Every mutation once and in an order in which each is accepted, and what each answers. */
async function everything(sender: Sender): Promise<Map<string, Sent>> {
  const sent = new Map<string, Sent>();
  const send = async (mutation: string, changes: Input, selection: string, name = mutation) => {
    const own = /Framework|registerApproach|importFactsheet/.test(mutation) ? {} : APPROACH;
    const input = { commandId: randomUUID(), ...own, ...changes };
    const answer = await sender.accepted(mutation, input, selection);
    sent.set(name, { mutation, input, selection, answer });
    return answer;
  };
  const theme = { themes: PUBLISH_KADER.themes, name: PUBLISH_KADER.name, code: 'KADER' };
  await send(
    'publishFramework',
    theme,
    'framework { code version themes { criteria { indicators { code } } } }',
  );
  const registered = { municipality: 'GM0935', name: 'Samen sterk' };
  await send('registerApproach', registered, 'approach { slug name verdicts { status } assessments { id } }');

  const { assessment } = await send(
    'openAssessment',
    opening({ description: 'De aanpak.', familiesReached: 316 }),
    'assessment { id year kind state publishedOn assessor description familiesReached framework { version } findings { id } sources { name } notes }',
  );
  const assessmentId = assessment.id;
  await send(
    'consultSource',
    { assessmentId, kind: 'QUESTIONNAIRE', name: 'MEE', consultedOn: '2013-11' },
    'assessment { sources { kind name consultedOn } }',
  );
  await send(
    'noteDevelopment',
    { assessmentId, text: 'Er is een nieuwe regisseur.' },
    'assessment { notes }',
  );
  const { finding: met } = await send(
    'recordFinding',
    { assessmentId, indicators: ['1.1.1', '1.1.2', '2.1.1'], verdict: 'MET', narrative: 'Goed geregeld.' },
    'finding { id verdict basis narrative assessedIn indicators { code } }',
    'recordFinding ✓',
  );
  const { finding: unmet } = await send(
    'recordFinding',
    {
      assessmentId,
      indicators: ['2.2.1'],
      verdict: 'IMPROVEMENT_NEEDED',
      narrative: 'Er zijn geen afspraken.',
    },
    'finding { id verdict narrative indicators { code } } approach { verdicts { status } }',
  );
  const { attentionPoint } = await send(
    'raiseAttentionPoint',
    { findingId: met.id, text: 'Niet iedereen kent dit.' },
    'attentionPoint { id text raisedIn finding { id } }',
  );
  const { improvementPoint } = await send(
    'identifyImprovementPoint',
    { findingId: unmet.id, text: 'Leg de samenwerking vast.' },
    'improvementPoint { id text status openedIn indicators { code } finding { id } }',
  );
  await send(
    'concludeAssessment',
    { assessmentId, publishedOn: '2014-05' },
    'assessment { publishedOn } approach { verdicts { indicator { code } status } improvementPoints { id } }',
  );

  const improvementPointIds = [improvementPoint.id];
  const { followUp } = await send(
    'reportFollowUp',
    {
      improvementPointIds,
      reportedBy: 'gemeente Maastricht',
      reportedOn: '2015-03-02',
      narrative: 'Het is opgepakt.',
    },
    'followUp { id reportedBy reportedOn narrative verdict } approach { improvementPoints { status } }',
  );
  const { commitment } = await send(
    'makeCommitment',
    {
      improvementPointIds,
      madeBy: 'gemeente Maastricht',
      text: 'Er komt een convenant.',
      dueOn: '2099-05-01~',
    },
    'commitment { id text madeBy dueOn status }',
  );
  await send(
    'settleCommitment',
    { commitmentId: commitment.id, outcome: 'KEPT', settledOn: '2015-06', narrative: 'Het is getekend.' },
    'commitment { id status } approach { improvementPoints { commitments { status } } }',
  );
  const { assessment: later } = await send(
    'openAssessment',
    opening({ kind: 'FOLLOW_UP', year: 2014 }),
    'assessment { id kind }',
    'openAssessment as follow-up',
  );
  const { finding: judged } = await send(
    'assessFollowUp',
    {
      assessmentId: later.id,
      followUpId: followUp.id,
      improvementPointIds,
      indicators: ['2.2.1'],
      verdict: 'MET',
      basis: 'REPORTED',
      narrative: 'Er zijn nu afspraken.',
    },
    'finding { id verdict basis assessedIn narrative }',
  );
  await send(
    'concludeAssessment',
    { assessmentId: later.id, publishedOn: '2015-06' },
    'approach { development(from: 2013, to: 2014) { summary { change count } } improvementPoints { status } }',
    'concludeAssessment of follow-up',
  );
  const { followUp: told } = await send(
    'correctFollowUp',
    {
      report: {
        followUpId: followUp.id,
        improvementPointIds,
        reportedBy: 'gemeente Maastricht',
        reportedOn: '2015-03-03',
        narrative: 'Het is opgepakt, een dag later.',
      },
      judgements: [
        {
          findingId: judged.id,
          indicators: ['2.2.1'],
          verdict: 'MET',
          basis: 'ASSESSED',
          narrative: 'Er zijn nu afspraken, is gebleken.',
        },
      ],
      reason: 'Verkeerd overgenomen.',
      publishedOn: '2015-09',
    },
    'followUp { id reportedOn narrative verdict basis } findings { id basis narrative }',
  );
  await send(
    'withdrawFollowUp',
    { followUpId: told.id, reason: 'Het klopte toch.' },
    'followUp { id reportedOn } approach { improvementPoints { followUps { reportedOn } } }',
  );
  const { finding: corrected } = await send(
    'correctFinding',
    {
      findingId: met.id,
      indicators: ['1.1.1', '1.1.2', '2.1.1'],
      verdict: 'IMPROVEMENT_NEEDED',
      basis: 'ASSESSED',
      narrative: 'Toch niet goed geregeld.',
      reason: 'Verkeerd overgenomen.',
      improvementPoint: 'Regel het goed.',
    },
    'finding { id verdict narrative } approach { improvementPoints { text } }',
  );
  await send(
    'withdrawFinding',
    { findingId: corrected.id, reason: 'De correctie was onterecht.' },
    'finding { id } approach { verdicts { indicator { code } status } }',
  );
  await send(
    'reviseFramework',
    { code: 'KADER', name: KADER_2.name, themes: KADER_2.themes, version: 2, equivalents: EQUIVALENTS },
    'framework { code version name }',
  );
  await send(
    'correctAssessment',
    {
      assessmentId,
      assessor: STJ,
      description: 'De aanpak, beter beschreven.',
      familiesReached: 317,
      sources: [{ kind: 'DOCUMENT', name: 'Jaarverslag' }],
      notes: ['Er is een andere regisseur.'],
      assessmentPublishedOn: '2014-06',
      reason: 'Verkeerd overgenomen.',
    },
    'assessment { assessor description familiesReached publishedOn notes sources { kind name } }',
  );
  await send(
    'correctImprovementPoint',
    {
      improvementPointId: improvementPoint.id,
      text: 'Leg de samenwerking goed vast.',
      reason: 'Anders gezegd.',
    },
    'improvementPoint { id text }',
  );
  await send(
    'withdrawAttentionPoint',
    { attentionPointId: attentionPoint.id, reason: 'Dit hoort er niet bij.' },
    'finding { id attentionPoints { text } }',
  );
  await send(
    'withdrawCommitment',
    { commitmentId: commitment.id, reason: 'Dit was niet toegezegd.' },
    'commitment { id } approach { improvementPoints { commitments { id } } }',
  );
  const { assessment: draft } = await send(
    'openAssessment',
    opening({ year: 2016, frameworkVersion: 2 }),
    'assessment { id }',
    'openAssessment that is abandoned',
  );
  await send(
    'abandonAssessment',
    { assessmentId: draft.id, reason: 'Niemand maakt het af.' },
    'assessment { id state } approach { drafts { id } assessments { id } }',
  );
  await send(
    'importFactsheet',
    { name: 'factsheet.txt', text: readFileSync(SAMPLE_2013, 'utf8') },
    `approach { slug } assessment { year findings { verdict } } warnings { line message } changes { line message }
     reading { kind year publishedOn rows indicators findings met improvementNeeded attentionPoints sources familiesReached }`,
  );
  return sent;
}

describe('A mutation', () => {
  let server: TestServer;
  let sender: Sender;
  let sent: Map<string, Sent>;
  beforeAll(async () => {
    server = await startServer();
    sender = new Sender(server.as({ roles: ['admin'], subject: 'beheer' }));
    sent = await everything(sender);
  });
  afterAll(() => server.close());

  const answers = () => [...sent.values()].map(({ answer }) => answer);

  const CASES: readonly (readonly [
    mutation: string,
    typename: string,
    events: readonly string[],
    thing: object,
  ])[] = [
    [
      'publishFramework',
      'FrameworkPublished',
      ['FrameworkPublished'],
      { framework: { code: 'KADER', version: 1, themes: { length: 2 } }, revision: 0 },
    ],
    [
      'registerApproach',
      'ApproachRegistered',
      ['ApproachRegistered'],
      { approach: { slug: 'samen-sterk', name: 'Samen sterk' }, revision: 0 },
    ],
    [
      'openAssessment',
      'AssessmentOpened',
      ['AssessmentOpened'],
      {
        assessment: {
          year: 2013,
          kind: 'BASELINE',
          assessor: STJ,
          description: 'De aanpak.',
          familiesReached: 316,
          framework: { version: 1 },
          findings: [],
        },
        revision: 1,
      },
    ],
    [
      'consultSource',
      'SourceConsulted',
      ['SourceConsulted'],
      { assessment: { sources: [{ kind: 'QUESTIONNAIRE', name: 'MEE', consultedOn: '2013-11' }] } },
    ],
    [
      'noteDevelopment',
      'DevelopmentNoted',
      ['DevelopmentNoted'],
      { assessment: { notes: ['Er is een nieuwe regisseur.'] } },
    ],
    [
      'recordFinding ✓',
      'FindingRecorded',
      ['FindingRecorded'],
      {
        finding: {
          verdict: 'MET',
          basis: 'ASSESSED',
          narrative: 'Goed geregeld.',
          assessedIn: 2013,
          indicators: [{ code: '1.1.1' }, { code: '1.1.2' }, { code: '2.1.1' }],
        },
        revision: 4,
      },
    ],
    [
      'recordFinding',
      'FindingRecorded',
      ['FindingRecorded'],
      // Until the assessment is concluded its findings do not count.
      {
        finding: { verdict: 'IMPROVEMENT_NEEDED', indicators: [{ code: '2.2.1' }] },
        approach: { verdicts: [] },
      },
    ],
    [
      'raiseAttentionPoint',
      'AttentionPointRaised',
      ['AttentionPointRaised'],
      {
        attentionPoint: {
          text: 'Niet iedereen kent dit.',
          raisedIn: 2013,
          finding: { id: expect.any(String) },
        },
      },
    ],
    [
      'identifyImprovementPoint',
      'ImprovementPointIdentified',
      ['ImprovementPointIdentified'],
      {
        improvementPoint: {
          text: 'Leg de samenwerking vast.',
          status: 'OPEN',
          openedIn: 2013,
          indicators: [{ code: '2.2.1' }],
        },
      },
    ],
    [
      'concludeAssessment',
      'AssessmentConcluded',
      ['AssessmentConcluded'],
      {
        assessment: { publishedOn: '2014-05' },
        approach: {
          verdicts: [
            { indicator: { code: '1.1.1' }, status: 'MET' },
            { indicator: { code: '1.1.2' }, status: 'MET' },
            { indicator: { code: '2.1.1' }, status: 'MET' },
            { indicator: { code: '2.2.1' }, status: 'IMPROVEMENT_NEEDED' },
          ],
          improvementPoints: [{ id: expect.any(String) }],
        },
      },
    ],
    [
      'reportFollowUp',
      'FollowUpReported',
      ['FollowUpReported'],
      {
        followUp: {
          reportedBy: 'gemeente Maastricht',
          reportedOn: '2015-03-02',
          narrative: 'Het is opgepakt.',
          verdict: null,
        },
        approach: { improvementPoints: [{ status: 'REPORTED' }] },
      },
    ],
    [
      'makeCommitment',
      'CommitmentMade',
      ['CommitmentMade'],
      {
        commitment: {
          text: 'Er komt een convenant.',
          madeBy: 'gemeente Maastricht',
          dueOn: '2099-05-01~',
          status: 'OPEN',
        },
      },
    ],
    [
      'settleCommitment',
      'CommitmentSettled',
      ['CommitmentSettled'],
      {
        commitment: { status: 'KEPT' },
        approach: { improvementPoints: [{ commitments: [{ status: 'KEPT' }] }] },
      },
    ],
    [
      'openAssessment as follow-up',
      'AssessmentOpened',
      ['AssessmentOpened'],
      { assessment: { kind: 'FOLLOW_UP' } },
    ],
    [
      'assessFollowUp',
      'FollowUpAssessed',
      ['FollowUpAssessed'],
      {
        finding: { verdict: 'MET', basis: 'REPORTED', assessedIn: 2014, narrative: 'Er zijn nu afspraken.' },
      },
    ],
    [
      'concludeAssessment of follow-up',
      'AssessmentConcluded',
      ['AssessmentConcluded'],
      {
        approach: {
          development: {
            summary: [
              { change: 'RESOLVED', count: 1 },
              { change: 'NOT_RETESTED', count: 3 },
            ],
          },
          improvementPoints: [{ status: 'RESOLVED' }],
        },
      },
    ],
    [
      'correctFollowUp',
      'FollowUpCorrected',
      ['FollowUpCorrected', 'FindingCorrected'],
      {
        followUp: { reportedOn: '2015-03-03', verdict: 'MET', basis: 'ASSESSED' },
        findings: [{ basis: 'ASSESSED', narrative: 'Er zijn nu afspraken, is gebleken.' }],
      },
    ],
    [
      'withdrawFollowUp',
      'FollowUpWithdrawn',
      ['FollowUpWithdrawn'],
      {
        followUp: { reportedOn: '2015-03-03' },
        approach: { improvementPoints: [{ followUps: [{ reportedOn: '2015-03-02' }] }] },
      },
    ],
    [
      'correctFinding',
      'FindingCorrected',
      ['FindingCorrected', 'ImprovementPointIdentified'],
      {
        finding: { verdict: 'IMPROVEMENT_NEEDED', narrative: 'Toch niet goed geregeld.' },
        approach: { improvementPoints: [{ text: 'Leg de samenwerking vast.' }, { text: 'Regel het goed.' }] },
      },
    ],
    [
      'withdrawFinding',
      'FindingWithdrawn',
      ['FindingWithdrawn'],
      {
        approach: {
          verdicts: ['1.1.1', '1.1.2', '2.1.1', '2.2.1'].map((code) => ({
            indicator: { code },
            status: 'MET',
          })),
        },
      },
    ],
    [
      'reviseFramework',
      'FrameworkRevised',
      ['FrameworkRevised'],
      { framework: { code: 'KADER', version: 2, name: KADER_2.name }, revision: 1 },
    ],
    [
      'correctAssessment',
      'AssessmentCorrected',
      ['AssessmentCorrected'],
      {
        assessment: {
          description: 'De aanpak, beter beschreven.',
          familiesReached: 317,
          publishedOn: '2014-06',
          notes: ['Er is een andere regisseur.'],
          sources: [{ kind: 'DOCUMENT', name: 'Jaarverslag' }],
        },
      },
    ],
    [
      'correctImprovementPoint',
      'ImprovementPointCorrected',
      ['ImprovementPointCorrected'],
      { improvementPoint: { text: 'Leg de samenwerking goed vast.' } },
    ],
    [
      'withdrawAttentionPoint',
      'AttentionPointWithdrawn',
      ['AttentionPointWithdrawn'],
      { finding: { attentionPoints: [] } },
    ],
    [
      'withdrawCommitment',
      'CommitmentWithdrawn',
      ['CommitmentWithdrawn'],
      { approach: { improvementPoints: [{ commitments: [] }] } },
    ],
    [
      'abandonAssessment',
      'AssessmentAbandoned',
      ['AssessmentAbandoned'],
      {
        assessment: { state: 'ABANDONED' },
        approach: { drafts: [], assessments: [expect.anything(), expect.anything()] },
      },
    ],
    [
      'importFactsheet',
      'FactsheetImported',
      expect.arrayContaining([
        'FactsheetImported',
        'ApproachRegistered',
        'FindingRecorded',
        'AssessmentConcluded',
      ]),
      {
        approach: { slug: 'integrale-aanpak' },
        assessment: { year: 2013, findings: { length: 27 } },
        reading: { kind: 'BASELINE', year: 2013, findings: 27 },
      },
    ],
  ];

  it.each(CASES)(
    '%s is accepted as %s, and shows what it has written',
    (mutation, typename, events, thing) => {
      const answer = sent.get(mutation)?.answer;
      expect(answer).toMatchObject({ __typename: typename, commandId: expect.any(String), ...thing });
      expect(answer?.events?.map(({ type }) => type)).toEqual(events);
    },
  );

  it('is known to these tests, whichever it is', () => {
    expect(new Set([...sent.values()].map(({ mutation }) => mutation))).toEqual(new Set(MUTATIONS));
  });

  it('is asked here for all that it can show', () => {
    const schema = buildApiSchema();
    const documents = [...sent.values()].map(({ mutation, selection }) => documentOf(mutation, selection));
    const asked = new Set(documents.flatMap((document) => [...askedFields(schema, document)]));
    const common = [...asked].flatMap((field) => {
      const [type = '', name] = field.split('.');
      const is = schema.getType(type);
      return isInterfaceType(is) ? schema.getPossibleTypes(is).map((one) => `${one.name}.${name}`) : [];
    });
    const isAsked = (field: string) =>
      asked.has(field) || common.includes(field) || field.endsWith('.approach');
    expect(fieldsOfMutations(schema).filter((field) => !isAsked(field))).toEqual([
      'FactsheetNotRead.problems',
    ]);
  });

  it('that is sent again gives its first answer, to the last field, whatever was written since', async () => {
    const before = await server.register.store.lastPosition();
    for (const { mutation, input, selection, answer } of sent.values()) {
      expect(await sender.send(mutation, input, selection)).toEqual(answer);
    }
    expect(await server.register.store.lastPosition()).toBe(before);
  });

  it('writes who sent it, and its id, into its events', () => {
    for (const { commandId, events = [], revision, position } of answers()) {
      for (const event of events) {
        expect(event).toMatchObject({ actor: `${LOCAL_ISSUER}#beheer`, correlationId: commandId });
      }
      expect(events.at(-1)).toMatchObject({ revision });
      expect(position).toEqual(expect.any(String));
    }
  });

  it('leaves nothing for the operator to look at', () => expect(server.internalErrors).toEqual([]));
});
