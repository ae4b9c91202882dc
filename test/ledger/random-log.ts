import { createHash, randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { RecordedEvent } from '../../src/domain/events';
import { type FreeText, saltedDigest } from '../../src/domain/free-text';
import { exportLine, leafHash } from '../../src/ledger/entry';
import { CompactRange, type Hash, type NodeReader } from '../../src/ledger/merkle';
import { nodesOfTiles, TileWriter } from '../../src/ledger/tiles';

/** Random logs of real events: any Unicode in the texts, a few streams, a clock that never goes back. */

const unicode = fc.string({ unit: 'binary', maxLength: 40 });
const salt = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));
const text: fc.Arbitrary<FreeText> = fc.record({ text: unicode, salt });
const uuid = fc.uuid();

const findingRecorded = fc.record({
  type: fc.constant('FindingRecorded' as const),
  data: fc.record({
    findingId: uuid,
    assessmentId: uuid,
    indicators: fc.uniqueArray(fc.constantFrom('1.1.1', '4.2.2', '10.1'), { minLength: 1 }),
    verdict: fc.constantFrom('MET' as const, 'IMPROVEMENT_NEEDED' as const),
    narrative: text,
  }),
});
const followUpReported = fc.record({
  type: fc.constant('FollowUpReported' as const),
  data: fc.record({
    followUpId: uuid,
    assessmentId: fc.option(uuid),
    improvementPointIds: fc.uniqueArray(uuid, { minLength: 1, maxLength: 3 }),
    reportedBy: fc.string({ unit: 'binary', minLength: 1, maxLength: 10 }),
    reportedOn: fc.constantFrom(null, '2015-03-02'),
    narrative: fc.option(text),
  }),
});
const attentionPointRaised = fc.record({
  type: fc.constant('AttentionPointRaised' as const),
  data: fc.record({ attentionPointId: uuid, findingId: uuid, text }),
});
const domainEvent = fc.oneof(findingRecorded, followUpReported, attentionPointRaised);

const step = fc.record({
  event: domainEvent,
  stream: fc.constantFrom('approach-GM0935-a', 'approach-GM0935-b', 'framework-GGSR'),
  id: uuid,
  later: fc.nat(5000),
  actor: fc.string({ unit: 'binary', minLength: 1, maxLength: 10 }),
  line: fc.option(fc.integer({ min: 1, max: 1000 })),
  isFirstOfCommand: fc.boolean(),
});

export function randomLog(constraints: {
  minLength?: number;
  maxLength?: number;
}): fc.Arbitrary<RecordedEvent[]> {
  return fc.array(step, constraints).map((steps) => {
    const revisions = new Map<string, number>();
    let clock = Date.UTC(2026, 0, 1);
    return steps.map(({ event, stream, id, later, actor, line, isFirstOfCommand }, at) => {
      const revision = revisions.get(stream) ?? 0;
      revisions.set(stream, revision + 1);
      clock += later;
      const digest = createHash('sha256').update(id).digest('hex');
      const source = line === null ? null : { document: digest, line };
      const recordedAt = new Date(clock).toISOString();
      return {
        ...event,
        id,
        stream,
        revision,
        // Like an engine with gaps: whatever the position is, the ledger leaves it out.
        position: 7 * at + 3,
        metadata: {
          ...{ schemaVersion: 1, recordedAt, actor, correlationId: id, causationId: null, source },
          ...(isFirstOfCommand ? { commandDigest: digest } : {}),
        },
      };
    });
  });
}

/** A plain log of `length` findings in one stream, for tests that look at one place of it. */
export function plainLog(length: number): (RecordedEvent & { type: 'FindingRecorded' })[] {
  return Array.from({ length }, (_, revision) => ({
    type: 'FindingRecorded',
    data: {
      findingId: randomUUID(),
      assessmentId: randomUUID(),
      indicators: ['4.2.2'],
      verdict: 'MET',
      narrative: { text: `Er zijn afspraken gemaakt (${revision}).`, salt: randomBytes(16).toString('hex') },
    },
    id: randomUUID(),
    stream: `approach-GM0935-${revision % 2 === 0 ? 'even' : 'odd'}`,
    revision: Math.floor(revision / 2),
    position: revision + 1,
    metadata: {
      schemaVersion: 1,
      recordedAt: new Date(Date.UTC(2026, 0, 1) + revision * 1000).toISOString(),
      actor: 'system',
      correlationId: randomUUID(),
      causationId: null,
      source: null,
    },
  }));
}

/** The event as it stands in a copy of the log without texts. */
export function withoutTexts(event: RecordedEvent): RecordedEvent {
  const leaveOut = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) return value.map(leaveOut);
    if ('salt' in value) return { digest: saltedDigest(value as FreeText) };
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, leaveOut(member)]));
  };
  return { ...event, data: leaveOut(event.data) } as RecordedEvent;
}

export function exported(log: readonly RecordedEvent[]): string {
  return log.map((event, index) => exportLine(index, event)).join('');
}

export function rootOfLog(log: readonly RecordedEvent[]): Hash {
  const range = new CompactRange();
  for (const event of log) range.append(leafHash(event));
  return range.root();
}

/** A tree of leaves in tiles in memory, and how often a tile of it was read. */
export function tilesOf(leaves: readonly Hash[]): { node: NodeReader; reads: () => number } {
  const writer = new TileWriter();
  for (const leaf of leaves) writer.append(leaf);
  const tiles = new Map(writer.takeChanged().map((tile) => [`${tile.level}/${tile.index}`, tile.hashes]));
  let reads = 0;
  const node = nodesOfTiles((level, index) => {
    reads += 1;
    return tiles.get(`${level}/${index}`);
  });
  return { node, reads: () => reads };
}
