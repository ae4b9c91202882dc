import type { ApproachCommand } from '../../src/domain/approach-commands';
import { handleApproachCommand, loadApproach } from '../../src/handle-command';
import {
  APPROACH,
  corrected,
  id,
  reportCorrected,
  reportWithdrawn,
  text,
  withdrawn,
} from '../support/events';
import { step } from '../support/given';
import { maastricht, SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './support';

interface Finding {
  readonly id: string;
  readonly verdict: string;
  readonly narrative: string;
  readonly corrects: Finding | null;
  readonly supersededBy: Finding | null;
  readonly correction: Correction | null;
  readonly withdrawal: Correction | null;
}
interface Correction {
  readonly reason: string;
  readonly correctedBy: string;
  readonly recordedAt: string;
  readonly publishedOn: string;
  readonly event: { readonly type: string };
}
interface FollowUp {
  readonly reportedOn: string | null;
  readonly verdict: string | null;
  readonly corrects: FollowUp | null;
  readonly supersededBy: FollowUp | null;
  readonly correction: { readonly reason: string; readonly correctedBy: string } | null;
}

const READING =
  'id verdict narrative correction { reason correctedBy recordedAt publishedOn event { type } } withdrawal { reason }';

describe('Corrections, read', () => {
  let server: TestServer;
  let first: Finding;
  let commands = 0;
  const handle = async (command: ApproachCommand, actor: string) => {
    commands += 1;
    const key = `correction ${commands}`;
    const context = { actor, correlationId: id(key), key, document: null };
    const { position } = await handleApproachCommand(server.register.store, APPROACH, command, context);
    await server.register.projector.waitFor(position, 10_000);
  };
  const finding = async (uuid: string, asOf = '') => {
    const query = maastricht(
      `finding(id: "${uuid}") { ${READING} corrects { ${READING} supersededBy { id } } supersededBy { ${READING} corrects { id } } }`,
      asOf,
    );
    return (await server.ask<{ approach: { finding: Finding | null } }>(query)).approach.finding;
  };
  const standing = async (asOf = '') => {
    const query = maastricht(
      `verdicts(theme: "4") { findings { ${READING} corrects { id } supersededBy { id } } }`,
      asOf,
    );
    const { approach } = await server.ask<{ approach: { verdicts: { findings: Finding[] }[] } }>(query);
    return approach.verdicts[0]?.findings[0];
  };

  beforeAll(async () => {
    server = await startServer(SAMPLE_2013, SAMPLE_2014);
    first = (await standing()) as Finding;
  });
  afterAll(() => server.close());

  it('a finding that was never corrected stands, and corrects none', () => {
    expect(first).toMatchObject({ corrects: null, supersededBy: null, correction: null, withdrawal: null });
  });

  it('of a finding link both ways, with why, by whom and when', async () => {
    const correction = corrected('one', '', {
      corrects: first.id,
      indicators: ['4.1.1'],
      verdict: 'IMPROVEMENT_NEEDED',
      narrative: text('Er is geen regie.'),
      reason: text('De gemeente wees op een fout.'),
      publishedOn: '2016-02',
    });
    await handle(step(correction), 'inspecteur');
    expect(await standing()).toMatchObject({
      id: id('one'),
      verdict: 'IMPROVEMENT_NEEDED',
      corrects: { id: first.id },
      supersededBy: null,
      correction: {
        reason: 'De gemeente wees op een fout.',
        correctedBy: 'inspecteur',
        recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        publishedOn: '2016-02',
        event: { type: 'FindingCorrected' },
      },
    });
    expect(await finding(first.id)).toMatchObject({
      narrative: first.narrative,
      verdict: 'MET',
      correction: null,
      supersededBy: { id: id('one'), corrects: { id: first.id } },
    });
    expect(await finding(id('one'))).toMatchObject({
      corrects: { id: first.id, supersededBy: { id: id('one') } },
    });
  });

  it('before they were public are not there, and what they correct stands', async () => {
    expect(await finding(id('one'), 'publishedBy: "2016-01"')).toBeNull();
    expect(await finding(first.id, 'publishedBy: "2016-01"')).toMatchObject({ supersededBy: null });
    expect(await standing('publishedBy: "2016-01"')).toMatchObject({ id: first.id, supersededBy: null });
  });

  it('of corrections make a chain; one withdrawn is told so, and leaves the one before it', async () => {
    const further = corrected('two', 'one', { indicators: ['4.1.1'], narrative: text('Toch wel regie.') });
    await handle(step(further), 'inspecteur');
    expect(await finding(id('one'))).toMatchObject({
      supersededBy: { id: id('two') },
      corrects: { id: first.id },
    });
    expect(await finding(id('two'))).toMatchObject({
      correction: { publishedOn: new Date().toISOString().slice(0, 10) },
    });
    await handle(step(withdrawn('two')), 'beheerder');
    expect(await standing()).toMatchObject({ id: id('one'), supersededBy: null });
    expect(await finding(id('two'))).toMatchObject({
      supersededBy: null,
      withdrawal: { reason: 'Ten onrechte.' },
    });
  });

  it('that withdraw a finding leave it with its assessment', async () => {
    await handle(step(withdrawn('one')), 'beheerder');
    await handle(
      step({ ...withdrawn(''), data: { ...withdrawn('').data, findingId: first.id } }),
      'beheerder',
    );
    const { approach } = await server.ask<{
      approach: { assessments: { findings: { id: string }[]; withdrawnFindings: Finding[] }[] };
    }>(
      maastricht(
        'assessments { findings { id } withdrawnFindings { id withdrawal { reason } corrects { id } } }',
      ),
    );
    const [assessment] = approach.assessments;
    expect(assessment?.findings.map((one) => one.id)).not.toContain(first.id);
    expect(assessment?.withdrawnFindings).toEqual([
      { id: id('two'), withdrawal: { reason: 'Ten onrechte.' }, corrects: { id: id('one') } },
    ]);
    expect(await finding(first.id)).toMatchObject({ withdrawal: { reason: 'Ten onrechte.' } });
  });

  it('of nothing that there is are none', async () => {
    expect(await finding(id('niemand'))).toBeNull();
    expect(await finding('x')).toBeNull();
  });

  describe('of a follow-up', () => {
    const STATE = 'reportedOn verdict correction { reason correctedBy }';
    const followUp = async () => {
      const query = maastricht(
        `improvementPoints { followUps { ${STATE} supersededBy { verdict } corrects { ${STATE} supersededBy { ${STATE} } corrects { ${STATE} corrects { ${STATE} } supersededBy { ${STATE} } } } } }`,
      );
      const { approach } = await server.ask<{ approach: { improvementPoints: { followUps: FollowUp[] }[] } }>(
        query,
      );
      return approach.improvementPoints[0]?.followUps;
    };

    it('there are none at first', async () => {
      expect(await followUp()).toMatchObject([
        { corrects: null, supersededBy: null, correction: null, verdict: 'MET' },
      ]);
    });

    it('each of the report and of a judgement is a state, linked both ways', async () => {
      const { history } = await loadApproach(server.register.store, APPROACH);
      const report = history.followed.followUps[0];
      const judgement = history.assessments[1]?.found.findings[0];
      const command: ApproachCommand = {
        type: 'CorrectFollowUp',
        report: {
          ...reportCorrected('melding', '', []).data,
          corrects: report?.id ?? '',
          improvementPointIds: [...(report?.improvementPoints ?? [])],
          reportedOn: '2015-04',
          reason: text('De melding kwam later.'),
        },
        judgements: [
          {
            data: {
              ...corrected('oordeel', '').data,
              corrects: judgement?.id ?? '',
              indicators: ['4.2.2'],
              verdict: 'IMPROVEMENT_NEEDED',
              basis: 'REPORTED',
              reason: text('Het convenant is er niet.'),
            },
            improvementPoint: null,
          },
        ],
      };
      await handle(command, 'inspecteur');
      const third = {
        reportedOn: '2015-04',
        verdict: 'IMPROVEMENT_NEEDED',
        correction: { reason: 'Het convenant is er niet.', correctedBy: 'inspecteur' },
      };
      const second = {
        reportedOn: '2015-04',
        verdict: 'MET',
        correction: { reason: 'De melding kwam later.', correctedBy: 'inspecteur' },
      };
      const one = { reportedOn: '2015-03-02', verdict: 'MET', correction: null };
      expect(await followUp()).toEqual([
        {
          ...third,
          supersededBy: null,
          corrects: {
            ...second,
            supersededBy: third,
            corrects: { ...one, corrects: null, supersededBy: second },
          },
        },
      ]);
    });

    it('a withdrawal is a state too', async () => {
      await handle(step(reportWithdrawn('melding')), 'beheerder');
      expect(await followUp()).toMatchObject([
        {
          reportedOn: '2015-03-02',
          verdict: 'IMPROVEMENT_NEEDED',
          correction: { reason: 'Ten onrechte.', correctedBy: 'beheerder' },
          corrects: { reportedOn: '2015-04', supersededBy: { reportedOn: '2015-03-02' } },
        },
      ]);
    });
  });

  it('none of it was an internal error', () => expect(server.internalErrors).toEqual([]));
});
