import { randomUUID } from 'node:crypto';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerWritableStream,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { ServerFeaturesService } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_grpc_pb';
import {
  SupportedMethod,
  SupportedMethods,
} from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/serverfeatures_pb';
import {
  AllStreamPosition,
  MaximumAppendSizeExceeded,
  StreamIdentifier,
  UUID,
  WrongExpectedVersion,
} from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb';
import { Status } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/status_pb';
import { StreamsService } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_grpc_pb';
import {
  BatchAppendReq,
  BatchAppendResp,
  ReadReq,
  ReadResp,
} from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb';
import { Any } from 'google-protobuf/google/protobuf/any_pb';

type Appending = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;
type Reading = ServerWritableStream<ReadReq, ReadResp>;

/** An append as it came. */
export interface SeenAppend {
  readonly ids: readonly string[];
  /** What it expects of its stream: a revision, or -1 for none. */
  readonly revision: number;
  readonly at: number;
}

/**
 * How an append is answered: as it should be, never, by closing the call, by pointing at another node, or by a
 * refusal, of which nothing is stored.
 */
export type Answer =
  | 'yes'
  | 'silence'
  | 'close'
  | 'wrong version'
  | { readonly leader: number }
  | { readonly maxBytes: number };

interface Stored {
  readonly stream: string;
  readonly revision: number;
  readonly message: BatchAppendReq.ProposedMessage;
}

/**
 * What looks like a KurrentDB server on the wire and misbehaves as told: for faults that a real server does not
 * show when it is asked to. It proves nothing about a real one. An append is stored once, by its ids, whatever
 * its answer.
 */
export class Peer {
  readonly appends: SeenAppend[] = [];
  /** The positions at which subscriptions began. */
  readonly subscriptions: number[] = [];
  version = '23.10.8';
  /** How the next appends are answered, then all with `yes`. */
  answers: Answer[] = [];
  /** Does not tell subscribers of what is appended any more. */
  isStalled = false;
  /** How many events were looked at to answer what asks for some streams only. */
  looked = 0;
  /** Gives all streams to whoever asks for some. */
  givesAll = false;
  /** Takes too long to answer what asks for some streams only where it has to look at more than so many events. */
  looksAtMost = Number.POSITIVE_INFINITY;
  /** Deletes the stream of the next append just before it. */
  deletesFirst = false;
  /** How many readings it has left without an answer, where it answers none. */
  unanswered: number | undefined;
  /** Refuses all that is asked. */
  refuses: status | undefined;
  readonly #server = new Server();
  readonly #stored: Stored[] = [];
  /** How many events were deleted, by stream. */
  readonly #deleted = new Map<string, number>();
  readonly #buried = new Set<string>();
  readonly #subscribers = new Set<Reading>();
  #port = 0;

  async start(): Promise<this> {
    this.#server.addService(ServerFeaturesService, {
      getSupportedMethods: (_: unknown, answer: (error: null, methods: SupportedMethods) => void) => {
        const methods = new SupportedMethods();
        methods.setEventStoreServerVersion(this.version);
        const method = new SupportedMethod();
        method.setServiceName('event_store.client.streams.streams');
        method.setMethodName('batchappend');
        methods.addMethods(method);
        answer(null, methods);
      },
    });
    const unused = () => {};
    this.#server.addService(StreamsService, {
      read: (call: Reading) => this.#read(call),
      batchAppend: (call: Appending) => call.on('data', (request) => this.#append(call, request)),
      append: unused,
      delete: unused,
      tombstone: unused,
    });
    this.#port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    return this;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `kurrentdb://127.0.0.1:${this.#port}?tls=false`;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  /** Another application writes. */
  writeForeign(count: number, stream = 'foreign', type = '', revision = this.#stored.length): void {
    for (let index = 0; index < count; index += 1) {
      const id = new UUID();
      id.setString(randomUUID());
      const message = new BatchAppendReq.ProposedMessage();
      message.setId(id);
      message.getMetadataMap().set('type', type);
      this.#stored.push({ stream, revision: revision + index, message });
    }
  }

  /** An operator deletes a stream, which may come again. */
  deleteStream(stream: string): void {
    this.#deleted.set(stream, this.#stored.filter((one) => one.stream === stream).length);
  }

  /** An operator deletes a stream for good. */
  tombstone(stream: string): void {
    this.#buried.add(stream);
    this.writeForeign(1, stream, '$streamDeleted', LAST_REVISION);
  }

  /** Ends all subscriptions, as a server does that stops. */
  endSubscriptions(): void {
    for (const call of this.#subscribers) call.end();
    this.#subscribers.clear();
  }

  #append(call: Appending, request: BatchAppendReq): void {
    const options = request.getOptions();
    const name = options?.getStreamIdentifier();
    const stream = Buffer.from(name?.getStreamName_asU8() ?? []).toString();
    const revision = options?.hasStreamPosition() ? Number(options.getStreamPosition()) : -1;
    const messages = request.getProposedMessagesList();
    const ids = messages.map((message) => message.getId()?.getString() ?? '');
    this.appends.push({ ids, revision, at: performance.now() });

    const answer = this.answers.shift() ?? 'yes';
    if (answer === 'wrong version') {
      const refusal = new WrongExpectedVersion();
      refusal.setCurrentStreamRevision(String(revision + 1));
      refusal.setExpectedStreamPosition(String(revision));
      return void call.write(refused(request, 'WrongExpectedVersion', refusal));
    }
    if (typeof answer === 'object' && 'maxBytes' in answer) {
      const refusal = new MaximumAppendSizeExceeded();
      refusal.setMaxappendsize(answer.maxBytes);
      return void call.write(refused(request, 'MaximumAppendSizeExceeded', refusal));
    }
    if (typeof answer === 'object') {
      const metadata = new Metadata();
      metadata.set('exception', 'not-leader');
      metadata.set('leader-endpoint-host', '127.0.0.1');
      metadata.set('leader-endpoint-port', String(answer.leader));
      call.emit('error', { code: status.NOT_FOUND, details: 'Leader info available', metadata });
      return;
    }
    if (this.deletesFirst) this.deleteStream(stream);
    this.deletesFirst = false;
    const base = Math.max(revision, (this.#deleted.get(stream) ?? 0) - 1);
    for (const [index, message] of messages.entries()) {
      if (this.#stored.some((one) => one.message.getId()?.getString() === ids[index])) continue;
      this.#stored.push({ stream, revision: base + 1 + index, message });
    }
    if (answer === 'close') return void call.end();
    if (!this.isStalled) for (const subscriber of this.#subscribers) this.#send(subscriber);
    if (answer === 'silence') return;
    const position = new AllStreamPosition();
    const last = this.#stored.findIndex((one) => one.message.getId()?.getString() === ids.at(-1));
    position.setCommitPosition(String(positionOf(last)));
    position.setPreparePosition(String(positionOf(last)));
    const success = new BatchAppendResp.Success();
    success.setCurrentRevision(String(base + ids.length));
    success.setPosition(position);
    const response = new BatchAppendResp();
    response.setCorrelationId(request.getCorrelationId());
    response.setStreamIdentifier(name);
    response.setSuccess(success);
    call.write(response);
  }

  readonly #sent = new WeakMap<Reading, number>();

  #read(call: Reading): void {
    if (this.refuses !== undefined) {
      return void call.emit('error', { code: this.refuses, details: 'refused' } as Partial<ServiceError>);
    }
    if (this.unanswered !== undefined) {
      this.unanswered += 1;
      return;
    }
    const options = call.request.getOptions();
    const all = options?.getAll();
    const from = Number(all?.getPosition()?.getCommitPosition() ?? -1);
    if (options?.hasSubscription()) {
      this.subscriptions.push(Math.max(from, 0));
      this.#sent.set(
        call,
        this.#stored.findIndex((_, index) => positionOf(index) > from),
      );
      if ((this.#sent.get(call) ?? 0) < 0) this.#sent.set(call, this.#stored.length);
      this.#send(call);
      const level = new ReadResp();
      level.setCaughtUp(new ReadResp.CaughtUp());
      call.write(level);
      this.#subscribers.add(call);
      call.on('cancelled', () => this.#subscribers.delete(call));
      return;
    }
    const stream = options?.getStream();
    const name = Buffer.from(stream?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString();
    const revision = Number(stream?.getRevision() ?? 0);
    let wanted = this.#stored.map((one, index) => ({ one, index }));
    if (stream !== undefined) {
      const about = name.replace(/^\$\$/, '');
      if (this.#buried.has(about)) {
        const metadata = new Metadata();
        metadata.set('exception', 'stream-deleted');
        metadata.set('stream-name', name);
        const details = `Event stream '${name}' is deleted.`;
        return void call.emit('error', { code: status.FAILED_PRECONDITION, details, metadata });
      }
      const kept = this.#deleted.get(about) ?? 0;
      if (name !== about && kept > 0) call.write(event(aboutStream(name, kept), 0));
      wanted = wanted.filter(({ one }) => one.stream === name && one.revision >= Math.max(revision, kept));
    } else if (options?.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS) {
      wanted = wanted.filter(({ index }) => all?.hasEnd() || positionOf(index) < from).reverse();
    } else wanted = wanted.filter(({ index }) => positionOf(index) >= from);
    const isAsked = this.#askedOf(call);
    const looked = this.looked;
    let left = Number(options?.getCount());
    for (const { one, index } of wanted) {
      if (left === 0) break;
      if (isAsked !== undefined) this.looked += 1;
      if (this.looked - looked > this.looksAtMost) return;
      if (isAsked?.(one.stream) === false) continue;
      call.write(event(one, index));
      left -= 1;
    }
    call.end();
  }

  /** Tells whether a stream is asked for; undefined where all are. */
  #askedOf(call: Reading): ((stream: string) => boolean) | undefined {
    const beginnings = call.request.getOptions()?.getFilter()?.getStreamIdentifier()?.getPrefixList() ?? [];
    if (beginnings.length === 0 || this.givesAll) return undefined;
    return (stream) => beginnings.some((beginning) => stream.startsWith(beginning));
  }

  #send(call: Reading): void {
    const from = this.#sent.get(call) ?? 0;
    const isAsked = this.#askedOf(call);
    for (let index = from; index < this.#stored.length; index += 1) {
      const one = this.#stored[index];
      if (one !== undefined && isAsked?.(one.stream) !== false) call.write(event(one, index));
    }
    this.#sent.set(call, this.#stored.length);
    if (from === this.#stored.length) return;
    const checkpoint = new ReadResp.Checkpoint();
    checkpoint.setCommitPosition(String(positionOf(this.#stored.length - 1)));
    checkpoint.setPreparePosition(String(positionOf(this.#stored.length - 1)));
    const response = new ReadResp();
    response.setCheckpoint(checkpoint);
    call.write(response);
  }
}

/** The answer to an append that says why it is refused. */
function refused(
  request: BatchAppendReq,
  kind: string,
  refusal: { serializeBinary(): Uint8Array },
): BatchAppendResp {
  const details = new Any();
  details.pack(refusal.serializeBinary(), `event_store.client.${kind}`);
  const error = new Status();
  error.setDetails(details);
  const response = new BatchAppendResp();
  response.setCorrelationId(request.getCorrelationId());
  response.setStreamIdentifier(request.getOptions()?.getStreamIdentifier());
  response.setError(error);
  return response;
}

/** The tombstone of a stream stands there: no other event can. */
const LAST_REVISION = 2 ** 62;

/** What a server keeps about a stream of which the first revisions were deleted. */
function aboutStream(stream: string, kept: number): Stored {
  const message = new BatchAppendReq.ProposedMessage();
  message.setData(Buffer.from(JSON.stringify({ $tb: kept })));
  return { stream, revision: 0, message };
}

function positionOf(index: number): number {
  return (index + 1) * 100;
}

function event({ stream, revision, message }: Stored, index: number): ReadResp {
  const record = new ReadResp.ReadEvent.RecordedEvent();
  const id = new UUID();
  id.setString(message.getId()?.getString() ?? '');
  record.setId(id);
  const name = new StreamIdentifier();
  name.setStreamName(Buffer.from(stream).toString('base64'));
  record.setStreamIdentifier(name);
  record.setStreamRevision(String(revision));
  record.setCommitPosition(String(positionOf(index)));
  record.setPreparePosition(String(positionOf(index)));
  record.getMetadataMap().set('type', message.getMetadataMap().get('type') ?? '');
  record.getMetadataMap().set('created', String(BigInt(Date.UTC(2026, 0, 1)) * 10_000n));
  record.setData(message.getData());
  record.setCustomMetadata(message.getCustomMetadata());
  const read = new ReadResp.ReadEvent();
  read.setEvent(record);
  const response = new ReadResp();
  response.setEvent(read);
  return response;
}
