import type { FastifyRequest } from 'fastify';
import { refusalOf } from '../access';
import { awaitCursor } from '../awaited-cursors';
import type { PositionSources } from '../awaited-position';
import { MAX_PAGE_SIZE } from '../connection';
import type { Deadline } from '../deadline';
import { userError } from '../errors';
import { cursorOf, pointOf, positionOf } from '../event-cursors';
import { eventFilter } from '../event-filter';
import { EXPECTED_TYPES, eventTypeOf } from '../event-types';
import { logMark } from '../log-mark';
import { audienceOf } from '../principal';
import { COST_OF_ASKING, type RateLimit } from '../rate-limit';
import type { ReadSources } from '../read-sources';
import { placeAt } from '../released-events';
import { APPROACH_ID, type Form, type Parameter, readAs, SNAPSHOT } from '../rest/parameters';
import { NOT_READY, problemOfError } from '../rest/problem';
import { addressOf, notFound, type Representation, type Resource, type ScopeOf } from '../rest/resource';
import type { JsonSchema } from '../rest/schema-of-query';
import { reference } from '../rest/schema-of-query';
import { type CloudEventOptions, cloudEvent } from './cloud-events';
import { dataComponents } from './event-schemas';
import { releasedBehind, untilGrown } from './follow';
import type { LongPolls } from './long-polls';

/** The longest that a request waits for something to happen, in seconds: what lies between gives up later. */
const MAX_WAIT_SECONDS = 30;

const POSITION = readAs(
  'a position',
  'one that an event of this feed has, or the header toetsspoor-position of an answer',
  positionOf,
);

const TYPES: Form = {
  expected: `types with commas between, such as FindingRecorded,FindingCorrected, each ${EXPECTED_TYPES}`,
  whyNot(value) {
    const unknown = value.split(',').filter((type) => eventTypeOf(type) === undefined);
    const named = unknown.map((type) => JSON.stringify(type)).join(', ');
    return unknown.length === 0 ? null : `no type of event is ${named}`;
  },
};

const PARAMETERS: readonly Parameter[] = [
  {
    name: 'after',
    in: 'query',
    required: false,
    description:
      'Behind this `position`; from the first event where left out. `rel="next"` has it already. With what the header `toetsspoor-position` of an answer says, it begins behind what was there by then. One of another log, or behind the end of this one, is refused.',
    schema: { type: 'string' },
    form: POSITION,
  },
  {
    name: 'first',
    in: 'query',
    required: false,
    description: 'At most so many.',
    schema: { type: 'integer', minimum: 1, maximum: MAX_PAGE_SIZE, default: 50 },
  },
  {
    name: 'wait',
    in: 'query',
    required: false,
    description: 'Where nothing is there yet: wait at most so many seconds for something to happen.',
    schema: { type: 'integer', minimum: 0, maximum: MAX_WAIT_SECONDS, default: 0 },
  },
  {
    name: 'types',
    in: 'query',
    required: false,
    description:
      'Only these types of event, with commas between; each in either spelling of `/v1/event-types`.',
    schema: {
      type: 'string',
      examples: ['FindingRecorded,FindingCorrected', 'nl.toetsspoor.finding-recorded'],
    },
    form: TYPES,
  },
  {
    name: 'approach',
    in: 'query',
    required: false,
    description: 'Only this approach, by its id.',
    schema: { type: 'string' },
    form: APPROACH_ID,
  },
  SNAPSHOT,
];

const CLOUD_EVENT: JsonSchema = {
  type: 'object',
  description:
    'An event by the NL GOV profile for CloudEvents 1.1. Its data are left out where it would be larger than 64 KiB; they are behind `dataref`.',
  required: [
    'specversion',
    'id',
    'source',
    'type',
    'subject',
    'time',
    'datacontenttype',
    'dataschema',
    'dataref',
    'position',
  ],
  properties: {
    specversion: { type: 'string', const: '1.0' },
    id: { type: 'string', format: 'uuid', description: 'Id of the event in the log.' },
    source: { type: 'string', format: 'uri', description: 'This register.' },
    type: { type: 'string', description: 'What happened.', examples: ['nl.toetsspoor.finding-recorded'] },
    subject: { type: 'string', description: 'The stream that it stands in.' },
    time: { type: 'string', format: 'date-time', description: 'When this register learned it.' },
    datacontenttype: { type: 'string', const: 'application/json' },
    dataschema: {
      type: 'string',
      format: 'uri',
      description: 'Where the JSON Schema of `data` is to be had.',
    },
    dataref: { type: 'string', format: 'uri', description: 'Where the whole event is to be had.' },
    position: { type: 'string', description: 'Pass it as `after` to go on behind this event.' },
    data: reference('CloudEventData'),
  },
};

const COMPONENTS: Readonly<Record<string, JsonSchema>> = {
  CloudEvent: CLOUD_EVENT,
  ...dataComponents(reference),
};

const COMMON = { tag: 'events', needsToken: true, components: COMPONENTS } as const;

/**
 * What an event as a CloudEvent costs: about what the same fields take in GraphQL, where most events change no
 * verdict. A page costs as much as it may hold.
 */
const COST_OF_EVENT = 30;

export interface EventResourceOptions {
  readonly sources: Pick<ReadSources, 'grown' | 'database' | 'readStream'>;
  readonly positions: PositionSources;
  readonly scopeOf: ScopeOf;
  /** Told of so many characters more that the answer to a request holds; throws where that is too much. */
  readonly hold: (request: FastifyRequest, characters: number) => void;
  readonly cloudEvents: CloudEventOptions;
  readonly rate: RateLimit;
  readonly polls: LongPolls;
  readonly isReady: () => boolean;
  readonly deadlineOf: (request: FastifyRequest) => Deadline;
}

/** The feed of events, for who is signed in: each sees what is there for them, in order, and misses nothing. */
export function eventResources({
  sources,
  positions,
  scopeOf,
  hold,
  cloudEvents: options,
  rate,
  polls,
  isReady,
  deadlineOf,
}: EventResourceOptions): Resource[] {
  const refused = ({ principal }: FastifyRequest): Representation | null => {
    const refusal = refusalOf('Query.events', principal, 'the feed of events');
    if (refusal !== null) return { problem: problemOfError(refusal.toJSON()) };
    return isReady() ? null : { problem: NOT_READY };
  };
  return [
    {
      ...COMMON,
      path: '/events',
      operationId: 'getEvents',
      summary: 'What happened, in the order of the log, as a batch of CloudEvents',
      description:
        'A feed to follow: go on with `rel="next"` of the header Link, which is always there, and nothing is missed and nothing comes twice, whenever and from wherever. What is made public later comes when it is. Read from a snapshot it is no feed but a list, and ends where the snapshot does: `rel="next"` is there until then.',
      parameters: PARAMETERS,
      isPaged: true,
      type: 'application/cloudevents-batch+json',
      schema: { type: 'array', items: reference('CloudEvent') },
      waitSeconds: ({ wait }) => Number(wait),
      async answer({ after, first, wait, types, approach, snapshot }, request) {
        const refusal = refused(request);
        if (refusal !== null) return refusal;
        if (snapshot !== undefined && Number(wait) > 0)
          throw userError('a snapshot has nothing to wait for; expected wait or snapshot, not both');
        const filter = eventFilter({
          types: types === undefined ? null : String(types).split(','),
          approach: approach === undefined ? null : String(approach),
        });
        let behind = pointOf(after === undefined ? null : String(after), {
          audience: audienceOf(request.principal),
          logMark: logMark(sources.database),
        });
        rate.charge(request, COST_OF_ASKING + Number(first) * COST_OF_EVENT);
        if (after !== undefined) await awaitCursor(String(after), request, positions);
        const poll = Number(wait) > 0 ? polls.begin(request) : null;
        const giveUpAt = performance.now() + Number(wait) * 1000;
        try {
          while (true) {
            const scope = await scopeOf(request, snapshot, () => deadlineOf(request).check());
            const { places, released, next, isAll } = await releasedBehind(
              sources,
              scope,
              behind,
              filter,
              Number(first),
            );
            const leftMs = giveUpAt - performance.now();
            if (poll !== null && places.length === 0 && leftMs > 0 && !poll.signal.aborted) {
              behind = next;
              await untilGrown(sources, scope.upTo, Math.min(leftMs, 1_000), poll.signal);
              continue;
            }
            const events: string[] = [];
            for await (const one of released) {
              const event = JSON.stringify(await cloudEvent(scope, one, options, 'small'));
              hold(request, event.length);
              events.push(event);
            }
            // Behind the last one given rather than behind all: what else there is was not asked for yet.
            const last = cursorOf(places.at(-1) ?? behind, scope);
            return {
              body: `[${events.join(',')}]`,
              next: scope.isPinned && isAll ? null : addressOf(options.publicUrl, request, { after: last }),
              snapshot: (await scope.snapshotAt()).token,
            };
          }
        } finally {
          poll?.end();
        }
      },
    },
    {
      ...COMMON,
      path: '/events/{position}',
      operationId: 'getEvent',
      summary: 'One event whole, as a CloudEvent',
      description: 'What `dataref` of an event leads to: the event with its data, however large.',
      parameters: [
        {
          name: 'position',
          in: 'path',
          required: true,
          description: 'The `position` of the event.',
          schema: { type: 'string' },
          form: POSITION,
        },
        SNAPSHOT,
      ],
      type: 'application/cloudevents+json',
      schema: reference('CloudEvent'),
      async answer({ position, snapshot }, request) {
        const refusal = refused(request);
        if (refusal !== null) return refusal;
        rate.charge(request, COST_OF_ASKING + COST_OF_EVENT);
        const scope = await scopeOf(request, snapshot);
        const { token } = await scope.snapshotAt();
        const place = placeAt(scope, positionOf(String(position)));
        if (place === null) return { ...notFound(), snapshot: token };
        const event = await scope.event.load(place);
        const whole = await cloudEvent(scope, { event, cursor: cursorOf(place, scope) }, options, 'whole');
        const body = JSON.stringify(whole);
        hold(request, body.length);
        return { body, next: null, snapshot: token };
      },
    },
  ];
}
