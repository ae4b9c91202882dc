import { CloseCode, type Server as Protocol } from 'graphql-ws';
import { LIMITS } from '../limits';
import { countValues } from '../variables';
import type { Connected } from './web-socket';

/** The longest id of a subscription, in characters: it stands in each of its answers. */
const LONGEST_ID = 255;

/** A message that is none of the protocol; what it says is fit for its client. */
class NoMessage extends Error {}

/**
 * The protocol, told of messages that are of it, and of those no more than is used: what a client puts beside that
 * would be kept as long as it is connected, or sent back. Any other closes the connection, with what is wrong.
 */
export function withCheckedMessages(protocol: Protocol<Connected>): Protocol<Connected> {
  return {
    opened: (socket, connection) =>
      protocol.opened(
        {
          ...socket,
          onMessage(deal) {
            socket.onMessage(async (text) => {
              let message: string;
              try {
                message = checkedMessage(text);
              } catch (error) {
                if (!(error instanceof NoMessage)) throw error;
                return socket.close(CloseCode.BadRequest, error.message);
              }
              await deal(message);
            });
          },
        },
        connection,
      ),
  };
}

/**
 * What of a client's message is used.
 * @throws NoMessage
 */
function checkedMessage(text: string): string {
  const { type, id, payload } = objectOf('a message', parsed(text));
  switch (type) {
    case 'connection_init': {
      const { authorization, Authorization } = objectOf('payload', payload ?? {});
      const token = textOrNone(authorization ?? Authorization);
      return JSON.stringify({ type, payload: { authorization: token } });
    }
    case 'ping':
    case 'pong':
      return JSON.stringify({ type });
    case 'complete':
      return JSON.stringify({ type, id: idOf(id) });
    case 'subscribe':
      return subscribeMessage(text, idOf(id), objectOf('payload', payload));
    default:
      throw new NoMessage('type is not known; expected connection_init, subscribe, complete, ping or pong');
  }
}

function subscribeMessage(text: string, id: string, payload: Readonly<Record<string, unknown>>): string {
  const { query, operationName, documentId } = payload;
  if (typeof query !== 'string') throw new NoMessage('query in payload is no string; expected the document');
  assertText('operationName in payload', operationName);
  assertText('documentId in payload', documentId);
  const variables = objectOf('variables in payload', payload.variables ?? {});
  // It is refused as it is over HTTP, whatever else it holds, and not kept.
  if (countValues(variables, LIMITS.values) > LIMITS.values) return text;
  const { persistedQuery } = objectOf('extensions in payload', payload.extensions ?? {});
  const { sha256Hash } = objectOf('persistedQuery in extensions', persistedQuery ?? {});
  assertText('sha256Hash in persistedQuery', sha256Hash);
  const extensions = { persistedQuery: { sha256Hash } };
  const used = { query, operationName, documentId, variables, extensions };
  try {
    return JSON.stringify({ type: 'subscribe', id, payload: used });
  } catch {
    throw new NoMessage('variables in payload are nested more deeply than any that are asked for');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoMessage('a message is no JSON');
  }
}

function objectOf(what: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new NoMessage(`${what} is no object`);
  return value as Readonly<Record<string, unknown>>;
}

/** A token that is no text is refused where tokens are, whatever it is: so nothing is left of it. */
function textOrNone(value: unknown): string | false | undefined {
  if (value == null) return undefined;
  return typeof value === 'string' ? value : false;
}

function assertText(what: string, value: unknown): void {
  if (value != null && typeof value !== 'string') throw new NoMessage(`${what} is no string`);
}

function idOf(id: unknown): string {
  if (typeof id === 'string' && id !== '' && id.length <= LONGEST_ID) return id;
  throw new NoMessage(`id is no string of 1 to ${LONGEST_ID} characters`);
}
