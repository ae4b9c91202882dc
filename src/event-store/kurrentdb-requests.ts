import {
  Empty,
  StreamIdentifier,
} from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/shared_pb';
import { ReadReq } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb';

export type ReadRequest = ReadReq;

/** What a reading begins at: a stream from a revision, or all streams whose names begin so behind a position. */
export type From =
  | { readonly stream: string; readonly revision: number }
  | { readonly beginnings: readonly string[]; readonly after: number };

/** The request for what lies there, forwards; `subscribe` goes on with what comes. */
export function readRequest(from: From, count: number | 'subscribe'): ReadReq {
  const options = optionsOf(from);
  options.setReadDirection(ReadReq.Options.ReadDirection.FORWARDS);
  if (count === 'subscribe') options.setSubscription(new ReadReq.Options.SubscriptionOptions());
  else options.setCount(String(count));
  return requestOf(options);
}

/** The request for the last events before a position, backwards: of all streams whose names begin so, or of all there are. */
export function backwardsRequest(
  before: number | 'end',
  count: number,
  beginnings?: readonly string[],
): ReadReq {
  const options = optionsOf({ beginnings: beginnings ?? [], after: before === 'end' ? 0 : before });
  if (beginnings === undefined) options.setNoFilter(new Empty());
  if (before === 'end') options.getAll()?.setEnd(new Empty());
  options.setReadDirection(ReadReq.Options.ReadDirection.BACKWARDS);
  options.setCount(String(count));
  return requestOf(options);
}

/** The request for what the server keeps about a stream. */
export function metadataRequest(stream: string): ReadReq {
  const options = optionsOf({ stream: `$$${stream}`, revision: 0 });
  options.getStream()?.setEnd(new Empty());
  options.setReadDirection(ReadReq.Options.ReadDirection.BACKWARDS);
  options.setCount('1');
  return requestOf(options);
}

/** Checkpoints come every so many times 32 events that are not ours. */
const CHECKPOINT_INTERVAL = 32;

function optionsOf(from: From): ReadReq.Options {
  const options = new ReadReq.Options();
  const uuid = new ReadReq.Options.UUIDOption();
  uuid.setString(new Empty());
  options.setUuidOption(uuid);
  if ('stream' in from) {
    const stream = new ReadReq.Options.StreamOptions();
    stream.setStreamIdentifier(streamIdentifier(from.stream));
    stream.setRevision(String(from.revision));
    options.setStream(stream);
    options.setNoFilter(new Empty());
    return options;
  }
  const all = new ReadReq.Options.AllOptions();
  if (from.after > 0) {
    const position = new ReadReq.Options.Position();
    position.setCommitPosition(String(from.after));
    position.setPreparePosition(String(from.after));
    all.setPosition(position);
  } else all.setStart(new Empty());
  options.setAll(all);
  const beginnings = new ReadReq.Options.FilterOptions.Expression();
  beginnings.setPrefixList([...from.beginnings]);
  const filter = new ReadReq.Options.FilterOptions();
  filter.setStreamIdentifier(beginnings);
  filter.setCount(new Empty());
  filter.setCheckpointintervalmultiplier(CHECKPOINT_INTERVAL);
  options.setFilter(filter);
  return options;
}

function requestOf(options: ReadReq.Options): ReadReq {
  const request = new ReadReq();
  request.setOptions(options);
  return request;
}

function streamIdentifier(name: string): StreamIdentifier {
  const identifier = new StreamIdentifier();
  identifier.setStreamName(Buffer.from(name, 'utf8').toString('base64'));
  return identifier;
}
