import { type PortableEvent, type RecordedEvent, SCHEMA_VERSION } from './domain/events';
import { withoutTexts } from './domain/free-text';
import { TEXTS_LEFT_OUT_STREAM } from './domain/streams';
import type { EventStore, NewEvent } from './event-store/event-store';
import { stableId } from './handle-command';
import { leafHash } from './ledger/entry';
import { CompactRange, type Hash } from './ledger/merkle';

/** Which texts a copy leaves out, why, and by whose word. */
export interface LeavingOut {
  /** Ids of events: all texts in them, and the whole text of the document that they were read from. */
  readonly events: ReadonlySet<string>;
  /** SHA-256 of documents: their text, and all texts in what was read from them. */
  readonly documents: ReadonlySet<string>;
  readonly reason: string;
  readonly actor: string;
}

/** How many events were copied, and the root of the ledger's tree over them, in the log and in its copy. */
export interface Copied {
  readonly events: number;
  readonly root: Hash;
  /** How many texts the copy leaves out. */
  readonly textsLeftOut: number;
}

/** A log cannot be copied so; says what was wrong, or how the copy differs. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
}

interface TextLeftOut {
  readonly eventId: string;
  readonly digest: string;
}

/** Texts in one event that says what is left out. */
const TEXTS_TOGETHER = 1_000;

/**
 * Copies a log into another one, event by event as it was recorded. What an earlier attempt has copied is passed
 * over, so one that was interrupted is repeated, and a copy that is whole stays as it is. Then the copy is read
 * again: it must give the tree of hashes that the log gives.
 *
 * Where texts are left out, their digests stand in their place, and the tree stays the same, because it is made of
 * digests. Behind the last event the copy says, in `TextsLeftOut` events, what was left out, why, and by whose word.
 * @throws LogNotEmptyError where the other log holds something else; CopyError
 */
export async function copyLog(
  from: EventStore,
  to: EventStore,
  leavingOut: LeavingOut | null,
  onProgress: (events: number) => void = () => {},
): Promise<Copied> {
  const meant = leavingOut === null ? null : await whatIsMeant(from, leavingOut);
  const ofLog = (await noted(from)).length;
  const said = (await noted(to)).slice(ofLog);
  const tree = new CompactRange();
  const texts: TextLeftOut[] = [];
  const pages = async function* (): AsyncGenerator<readonly PortableEvent[]> {
    for await (const page of from.readAll()) {
      for (const event of page) tree.append(leafHash(event));
      yield meant === null ? page : page.map((event) => without(event, meant, texts));
      onProgress(tree.size);
    }
    yield said;
  };
  await to.restore(pages());
  await assertSameTree(to, tree);
  if (said.length > 0) assertSaid(said, texts);
  else if (leavingOut !== null) await say(to, ofLog, texts, leavingOut, tree);
  return { events: tree.size, root: tree.root(), textsLeftOut: texts.length };
}

/** Tells the events whose texts are to be left out. */
type IsMeant = (event: RecordedEvent) => boolean;

function without(event: RecordedEvent, isMeant: IsMeant, texts: TextLeftOut[]): PortableEvent {
  if (!isMeant(event)) return event;
  const data = withoutTexts(event.data, (digest) => texts.push({ eventId: event.id, digest }));
  return { ...event, data } as PortableEvent;
}

/**
 * Looks for all that is named before anything is copied: a slip must not give a copy that leaves out less than was
 * meant. Nor may the words of an event stay in the text of the document that it was read from.
 */
async function whatIsMeant(from: EventStore, { events, documents }: LeavingOut): Promise<IsMeant> {
  const missing = new Set([...events, ...documents]);
  const documentsOfEvents = new Set<string>();
  for await (const page of from.readAll()) {
    for (const { id, metadata } of page) {
      missing.delete(id);
      if (metadata.source === null) continue;
      missing.delete(metadata.source.document);
      if (events.has(id)) documentsOfEvents.add(metadata.source.document);
    }
  }
  for (const name of missing) {
    const what = events.has(name) ? 'event' : 'document';
    throw new CopyError(`the log has no ${what} ${name}, whose texts are to be left out; nothing was copied`);
  }
  return ({ id, type, data, metadata: { source } }) =>
    events.has(id) ||
    (source !== null && documents.has(source.document)) ||
    (type === 'FactsheetImported' && (documents.has(data.digest) || documentsOfEvents.has(data.digest)));
}

/** The events of a log that say which texts it leaves out. */
async function noted(store: EventStore): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for await (const page of store.readStream(TEXTS_LEFT_OUT_STREAM)) events.push(...page);
  return events;
}

async function assertSameTree(to: EventStore, expected: CompactRange): Promise<void> {
  const tree = new CompactRange();
  for await (const page of to.readAll()) {
    for (const event of page) if (tree.size < expected.size) tree.append(leafHash(event));
    if (tree.size === expected.size) break;
  }
  if (hex(tree.root()) === hex(expected.root())) return;
  throw new CopyError(
    `the copy gives another tree than the log: ${tree.size} events, root ${hex(tree.root())}; expected ${expected.size} events, root ${hex(expected.root())}`,
  );
}

function assertSaid(said: readonly RecordedEvent[], texts: readonly TextLeftOut[]): void {
  const before = said.flatMap((event) => (event.type === 'TextsLeftOut' ? event.data.texts : []));
  if (JSON.stringify(before) === JSON.stringify(texts)) return;
  throw new CopyError('the copy says that it leaves out other texts than are asked for now: make a new copy');
}

async function say(
  to: EventStore,
  revision: number,
  texts: readonly TextLeftOut[],
  { reason, actor }: LeavingOut,
  tree: CompactRange,
): Promise<void> {
  const key = `left out of ${hex(tree.root())}`;
  const metadata: NewEvent['metadata'] = {
    schemaVersion: SCHEMA_VERSION,
    actor,
    correlationId: stableId(key, 'command'),
    causationId: null,
    source: null,
  };
  for (let from = 0; from < texts.length; from += TEXTS_TOGETHER) {
    const data = { texts: texts.slice(from, from + TEXTS_TOGETHER), grounds: reason };
    const behind = revision + from / TEXTS_TOGETHER - 1;
    const event: NewEvent = { type: 'TextsLeftOut', data, id: stableId(key, from), metadata };
    await to.append(TEXTS_LEFT_OUT_STREAM, [event], behind < 0 ? 'NO_STREAM' : behind);
  }
}

function hex(hash: Hash): string {
  return Buffer.from(hash).toString('hex');
}
