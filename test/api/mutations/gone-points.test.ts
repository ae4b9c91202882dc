import { randomUUID } from 'node:crypto';
import { APPROACH } from '../../support/events';
import type { TestClient, TestServer } from '../support';
import { opening, Sender, startWritable } from './support';

describe('An improvement point whose finding was withdrawn', () => {
  let server: TestServer;
  let admin: TestClient;
  let improvementPointId: string;
  let findingId: string;
  const does = (mutation: string, input: object, selection = '') =>
    new Sender(admin).accepted(mutation, { ...APPROACH, ...input }, selection);

  beforeEach(async () => {
    ({ server, admin } = await startWritable());
    const { assessment } = await does('openAssessment', opening(), 'assessment { id }');
    const finding = { indicators: ['1.1.1'], verdict: 'IMPROVEMENT_NEEDED', narrative: 'Er is iets.' };
    const input = { assessmentId: assessment.id, ...finding };
    findingId = (await does('recordFinding', input, 'finding { id }')).finding.id;
    const point = { findingId, text: 'Leg het vast.' };
    improvementPointId = (await does('identifyImprovementPoint', point, 'improvementPoint { id }'))
      .improvementPoint.id;
    await does('concludeAssessment', { assessmentId: assessment.id, partial: true });
  });
  afterEach(async () => {
    expect(server.internalErrors).toEqual([]);
    await server.close();
  });

  const inOtherWords = () => ({
    commandId: randomUUID(),
    improvementPointId,
    text: 'Leg het goed vast.',
    reason: 'Anders gezegd.',
  });
  const withdraw = () => does('withdrawFinding', { findingId, reason: 'Ten onrechte.' });

  it('is put in other words all the same, and shown by itself', async () => {
    await withdraw();
    const input = { ...inOtherWords(), improvementPointId };
    const { improvementPoint } = await does('correctImprovementPoint', input, 'improvementPoint { id text }');
    expect(improvementPoint).toEqual({ id: improvementPointId, text: 'Leg het goed vast.' });
    const unknown = { ...APPROACH, ...inOtherWords(), improvementPointId: randomUUID() };
    const { data } = await new Sender(admin).post('correctImprovementPoint', unknown, '');
    expect(data.correctImprovementPoint).toMatchObject({
      __typename: 'CommandRejected',
      reason: 'IMPROVEMENT_POINT_UNKNOWN',
      field: 'improvementPointId',
    });
  });

  it('is shown as it was put to who sends again what was recorded before', async () => {
    const input = inOtherWords();
    const selection = 'improvementPoint { id text }';
    const first = await does('correctImprovementPoint', input, selection);
    await withdraw();
    const again = await does('correctImprovementPoint', input, selection);
    expect(again.improvementPoint).toEqual({ id: improvementPointId, text: 'Leg het goed vast.' });
    expect(again.improvementPoint).toEqual(first.improvementPoint);
  });
});
