import {
  type DomainEvent,
  EVENT_TYPES,
  InvalidEventError,
  parseEvent,
  SCHEMA_VERSION,
} from '../../src/domain/events';
import { metadata, record } from '../support/events';
import { SAMPLES } from '../support/samples';

type Raw = Parameters<typeof parseEvent>[0];

const samples: readonly DomainEvent[] = EVENT_TYPES.map((type) => SAMPLES[type].event);
const rawOf = ({ type, data }: { type: string; data: unknown }): Raw => ({
  id: '5c1bb4d2-60f7-5d0c-8a44-57d8b0b0a001',
  stream: 'approach-GM0935-x',
  revision: 7,
  position: 12,
  type,
  data,
  metadata: metadata(),
});
const WHERE = 'event 5c1bb4d2-60f7-5d0c-8a44-57d8b0b0a001 (approach-GM0935-x revision 7)';

/** What is wrong with the event. */
function refusal(event: { type: string; data: unknown }): string {
  return messageOf(() => parseEvent(rawOf(event)));
}

function messageOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof InvalidEventError) return error.message;
    throw error;
  }
  throw new Error('the event was accepted');
}

/** Every place in a value, as a path, with the value that lies there. */
function places(value: unknown, path: readonly string[] = []): { path: readonly string[]; value: unknown }[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [{ path, value }, ...inner.flatMap(([key, one]) => places(one, [...path, key]))];
}

/** The value with what lies at the path replaced; undefined takes it out. */
function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const entries = Object.entries(value as object).map(([name, one]) => [
    name,
    name === key ? changed(one, rest, to) : one,
  ]);
  const kept = entries.filter(([, one]) => one !== undefined);
  return Array.isArray(value) ? kept.map(([, one]) => one) : Object.fromEntries(kept);
}

const table = samples.map((event) => [event.type, event] as const);
/** Fields of which the schema has alternatives, so that it names the field but not the place within. */
const isText = (path: readonly string[]) => ['text', 'salt'].includes(path.at(-1) ?? '') && path.length > 1;

describe('The event catalogue', () => {
  it('has the types of the design, and no other', () => {
    expect([...EVENT_TYPES].sort()).toEqual([
      'ApproachRegistered',
      'AssessmentAbandoned',
      'AssessmentConcluded',
      'AssessmentCorrected',
      'AssessmentOpened',
      'AttentionPointRaised',
      'AttentionPointWithdrawn',
      'CommitmentMade',
      'CommitmentSettled',
      'CommitmentWithdrawn',
      'DevelopmentNoted',
      'FactsheetImported',
      'FindingCorrected',
      'FindingRecorded',
      'FindingWithdrawn',
      'FollowUpAssessed',
      'FollowUpCorrected',
      'FollowUpReported',
      'FollowUpWithdrawn',
      'FrameworkPublished',
      'FrameworkRevised',
      'ImprovementPointCorrected',
      'ImprovementPointIdentified',
      'SourceConsulted',
      'TextsLeftOut',
    ]);
  });

  it('refuses a type that it does not know, and names event and type', () => {
    const unknown = { type: 'FindingForgotten', data: {} };
    expect(refusal(unknown)).toBe(
      `${WHERE} has the unknown type "FindingForgotten"; known are ${EVENT_TYPES.join(', ')}`,
    );
    expect(refusal({ type: 'toString', data: {} })).toMatch(/unknown type "toString"/);
  });

  it('refuses an event of a newer schema version, and reads those up to its own', () => {
    const newer = {
      ...rawOf(SAMPLES.ApproachRegistered.event),
      metadata: metadata({ schemaVersion: SCHEMA_VERSION + 1 }),
    };
    expect(messageOf(() => parseEvent(newer))).toBe(
      `${WHERE} has schema version ${SCHEMA_VERSION + 1}; this version of Toetsspoor reads up to ${SCHEMA_VERSION}`,
    );
    expect(messageOf(() => parseEvent({ ...newer, type: 'FindingForgotten' }))).toMatch(/schema version/);
  });
});

describe.each(table)('An event %s', (type, sample) => {
  const fields = places(sample.data).filter(({ path }) => path.length > 0);

  it('passes as it is', () => {
    const raw = rawOf(sample);
    expect(parseEvent(raw)).toBe(raw);
  });

  it('passes with a text left out, its digest in its place', () => {
    const texts = fields.filter(
      ({ value }) => typeof value === 'object' && value !== null && 'salt' in value,
    );
    for (const { path } of texts) {
      const copy = { type, data: changed(sample.data, path, { digest: 'ab'.repeat(32) }) };
      expect(() => parseEvent(rawOf(copy))).not.toThrow();
      expect(refusal({ type, data: changed(sample.data, path, { digest: 'ab' }) })).toContain(
        `${type}/${path.join('/')}`,
      );
    }
  });

  it('fails without any of its fields, and names event and field', () => {
    const named = fields.filter(({ path }) => !isText(path) && !/^\d+$/.test(path.at(-1) ?? ''));
    expect(named.length).toBeGreaterThan(1);
    for (const { path } of named) {
      const message = refusal({ type, data: changed(sample.data, path, undefined) });
      expect(message).toContain(`${WHERE} is corrupt: ${type}/${path.join('/')}: `);
    }
  });

  it('fails with a field of another type, and names it', () => {
    for (const { path, value } of fields.filter(({ path: place }) => !isText(place))) {
      const wrong = typeof value === 'boolean' ? 'true' : true;
      expect(refusal({ type, data: changed(sample.data, path, wrong) })).toContain(
        `: ${type}/${path.join('/')}: `,
      );
    }
  });

  it('fails with a field more, at any depth, and names it', () => {
    const objects = places(sample.data).filter(
      ({ value }) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && !('salt' in value),
    );
    for (const { path, value } of objects) {
      const data = changed(sample.data, path, { ...(value as object), extra: 1 });
      expect(refusal({ type, data })).toContain(`: ${[type, ...path, 'extra'].join('/')}: `);
    }
  });

  it('fails where its data is no object', () => {
    for (const data of [null, undefined, [], 'x', 1])
      expect(refusal({ type, data })).toContain(`corrupt: ${type}`);
  });
});

describe('An event is refused', () => {
  const finding = SAMPLES.FindingRecorded.event.data;
  it.each([
    ['FindingRecorded/indicators', { ...finding, indicators: [] }],
    ['FindingRecorded/indicators/0', { ...finding, indicators: ['1.1.a'] }],
    ['FindingRecorded/findingId', { ...finding, findingId: finding.findingId.toUpperCase() }],
    ['FindingRecorded/verdict', { ...finding, verdict: '✓' }],
    ['FindingRecorded/narrative', { ...finding, narrative: { text: '\ud800', salt: '00'.repeat(16) } }],
    ['FindingRecorded/narrative', { ...finding, narrative: { text: 'x', salt: '00' } }],
    [
      'FindingRecorded/narrative',
      { ...finding, narrative: { text: 'x', salt: '00'.repeat(16), digest: 'ab'.repeat(32) } },
    ],
  ])('for its %s', (field, data) => {
    expect(refusal({ type: 'FindingRecorded', data })).toContain(`: ${field}`);
  });

  it.each([
    ['publishedOn', '2014/2015'],
    ['publishedOn', '2014-13'],
    ['publishedOn', ''],
    ['reference', '2014-05'],
    ['reference', '14'],
    ['digest', 'AB'.repeat(32)],
    ['kind', 'OTHER'],
    ['name', ''],
    ['name', '\udc00'],
  ])('for %s %j of a factsheet', (field, value) => {
    const data = { ...SAMPLES.FactsheetImported.event.data, [field]: value };
    expect(refusal({ type: 'FactsheetImported', data })).toContain(`FactsheetImported/${field}`);
  });

  it('for a slug or a municipality of another form', () => {
    const data = SAMPLES.ApproachRegistered.event.data;
    for (const slug of ['Integrale', 'a--b', '-a', 'a-', '', 'a'.repeat(201)]) {
      expect(refusal({ type: 'ApproachRegistered', data: { ...data, slug } })).toContain('/slug');
    }
    expect(refusal({ type: 'ApproachRegistered', data: { ...data, municipality: '0935' } })).toContain(
      '/municipality',
    );
  });

  const [recorded] = record([SAMPLES.ApproachRegistered.event]);
  it.each([
    ['schemaVersion', 0],
    ['recordedAt', '2016-01-01'],
    ['recordedAt', '2016-01-01T12:00:00Z'],
    ['actor', ''],
    ['correlationId', 'x'],
    ['causationId', undefined],
    ['source', { document: 'ab'.repeat(32), line: 0 }],
    ['source', { document: 'ab', line: 1 }],
    ['extra', 1],
  ])('for its metadata: %s %j', (field, value) => {
    const changedMetadata = changed(
      { ...recorded?.metadata, ...(field === 'extra' ? { extra: 1 } : {}) },
      [field],
      value,
    );
    const raw = { ...rawOf(SAMPLES.ApproachRegistered.event), metadata: changedMetadata };
    expect(messageOf(() => parseEvent(raw))).toContain(`${WHERE} is corrupt: metadata/${field}`);
  });
});
