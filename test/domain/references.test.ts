import * as fc from 'fast-check';
import type { RecordedEvent } from '../../src/domain/events';
import { PublishedFrameworks, StreamReferences } from '../../src/domain/references';
import { assessment, followUp, published, record, registered } from '../support/events';
import { KADER } from '../support/frameworks';
import { randomHistory } from '../support/random-history';

/** What is wrong with each event, by its index in the log; nothing where nothing is. */
function problemsOf(log: readonly RecordedEvent[]): string[] {
  const frameworks = new PublishedFrameworks();
  for (const event of log) frameworks.add(event);
  const streams = new Map<string, StreamReferences>();
  return log.flatMap((event, index) => {
    const references = streams.get(event.stream) ?? new StreamReferences(event.stream, frameworks);
    streams.set(event.stream, references);
    const problem = references.check(event);
    return problem === null ? [] : [`${index}: ${problem}`];
  });
}

const FRAMEWORK = record([published(KADER)], { stream: 'framework-KADER' });
const APPROACH = record([
  registered(),
  ...assessment('2013', '2013', '2014-05', { '1.1.1 1.1.2': '✓', '2.2.1': '✗' }),
  ...followUp('2014', '2014', '2015-06', { '2.2.1': '✓' }),
]).map((event) => ({ ...event, position: event.position + FRAMEWORK.length }));
const LOG = [...FRAMEWORK, ...APPROACH];

/** The log with the first event of a type changed. */
function changed(type: RecordedEvent['type'], change: (event: RecordedEvent) => object): RecordedEvent[] {
  const index = LOG.findIndex((event) => event.type === type);
  expect(index).toBeGreaterThan(-1);
  return LOG.map((event, at) => (at === index ? ({ ...event, ...change(event) } as RecordedEvent) : event));
}
const withData = (type: RecordedEvent['type'], data: object) =>
  problemsOf(changed(type, (event) => ({ data: { ...event.data, ...data } })))[0] ?? '';
const NOBODY = 'aaaaaaaa-0000-4000-8000-000000000000';

describe('The references between events', () => {
  it('all hold in what deciders let into the log, corrections and withdrawals included', () => {
    fc.assert(
      fc.property(randomHistory, ({ log }) => {
        // That a command goes to the stream of its approach is seen to by who handles it, not by who decides.
        const problems = problemsOf(log).filter(
          (problem) => !problem.endsWith('registers the approach of another stream'),
        );
        expect(problems).toEqual([]);
      }),
    );
  });

  it.each([
    [
      'FindingRecorded',
      { assessmentId: NOBODY },
      `assessment ${NOBODY}, which its stream does not hold before it`,
    ],
    ['FindingRecorded', { indicators: ['9.9.9'] }, 'indicator 9.9.9, which its framework does not have'],
    ['ImprovementPointIdentified', { findingId: NOBODY }, `finding ${NOBODY}`],
    ['FollowUpAssessed', { improvementPointIds: [NOBODY] }, `improvement point ${NOBODY}`],
    ['FollowUpAssessed', { followUpId: NOBODY }, `follow-up ${NOBODY}`],
    [
      'AssessmentOpened',
      { framework: 'ANDER' },
      'version 1 of framework ANDER, which the log does not hold before it',
    ],
    ['ApproachRegistered', { slug: 'een-andere' }, 'it registers the approach of another stream'],
    ['FrameworkPublished', { framework: 'ANDER' }, 'it belongs to another stream'],
  ] as const)('are wrong where a %s has %j', (type, data, problem) => {
    expect(withData(type, data)).toContain(problem);
  });

  it('lead to an earlier event, of the right kind, in the same stream', () => {
    const [finding] = LOG.filter((event) => event.type === 'FindingRecorded');
    const { assessmentId = '' } = finding?.type === 'FindingRecorded' ? finding.data : {};
    expect(withData('ImprovementPointIdentified', { findingId: assessmentId })).toContain(
      'which is another kind: assessment',
    );

    const opened = LOG.findIndex((event) => event.type === 'AssessmentOpened');
    const later = [...LOG.slice(0, opened), ...LOG.slice(opened + 1), ...LOG.slice(opened, opened + 1)];
    expect(problemsOf(later)[0]).toMatch(new RegExp(`^${opened}: it refers to assessment`));

    const elsewhere = changed('ImprovementPointIdentified', () => ({ stream: 'approach-GM0935-elders' }));
    expect(problemsOf(elsewhere)[0]).toContain('which its stream does not hold before it');
  });

  it('are wrong where an id is used again, a document is not there, or a framework comes later', () => {
    const again = LOG.findLastIndex((event) => event.type === 'FindingRecorded');
    const [first] = LOG.filter((event) => event.type === 'FindingRecorded');
    const twice = LOG.map((event, at) =>
      at === again && first?.type === 'FindingRecorded'
        ? ({ ...event, data: { ...event.data, findingId: first.data.findingId } } as RecordedEvent)
        : event,
    );
    expect(problemsOf(twice)[0]).toMatch(/is there already/);

    const sourced = changed('FindingRecorded', (event) => ({
      metadata: { ...event.metadata, source: { document: 'ab'.repeat(32), line: 1 } },
    }));
    expect(problemsOf(sourced)[0]).toContain(`document ${'ab'.repeat(32)}`);

    const late = LOG.map((event) =>
      event.type === 'FrameworkPublished' ? { ...event, position: LOG.length + 1 } : event,
    );
    expect(problemsOf(late)[0]).toContain('framework KADER');
  });
});
