import { type DomainEvent, parseEvent } from '../../src/domain/events';
import {
  assessment,
  assessmentCorrected,
  concluded,
  consulted,
  found,
  imported,
  noted,
  opened,
  promised,
  published,
  record,
  registered,
  reported,
  text,
} from '../support/events';
import { KADER } from '../support/frameworks';
import { given, givenFramework, recordAssessment, step } from '../support/given';

/** Escape, bell, NUL, delete, next line, line and paragraph separator, and marks that turn the direction. */
const ILLEGIBLE = [...'\u001b\u0007\u0000\u007f\u0085\u2028\u2029\u202e\u2066'];
const LINES = [...'\n\r\t'];
const underWay = [registered(), opened('2013')];
const withBaseline = [registered(), ...assessment('2013', '2013', '2014-05', { '1.1.1': '✓', '2.2.1': '✗' })];

describe('A name is refused that holds a character that nobody sees', () => {
  const names: readonly (readonly [string, DomainEvent[], (name: string) => Parameters<typeof step>[0]])[] = [
    ['name', [], (name) => registered({ name })],
    ['assessor', [registered()], (assessor) => opened('2013', { assessor })],
    [
      'assessor',
      underWay,
      (assessor) => assessmentCorrected('2013', { assessor, assessmentPublishedOn: null }),
    ],
    ['name', underWay, (name) => consulted('2013', { name })],
    [
      'sources.0.name',
      underWay,
      (name) =>
        assessmentCorrected('2013', {
          assessmentPublishedOn: null,
          sources: [{ kind: 'DOCUMENT', name, consultedOn: null }],
        }),
    ],
    ['reportedBy', withBaseline, (reportedBy) => reported('r', ['point 2.2.1'], { reportedBy })],
    ['madeBy', withBaseline, (madeBy) => promised('c', ['point 2.2.1'], { madeBy })],
  ];
  it.each(names)('%s', (field, before, event) => {
    for (const character of [...ILLEGIBLE, ...LINES]) {
      given(...before)
        .when(step(event(`=X${character}X`)))
        .isRejected('VALUE_NOT_ACCEPTED', {
          field,
          message: /holds the character U\+[0-9A-F]{4}; expected text on one line/,
          accepted:
            'text on one line, without control characters and marks that change the direction of writing',
        });
    }
    // Letters of any script, and the marks that they take, are names.
    const name = '=+@-Çağrı İşbirliği a\u0301 \u200fעברית العربية 👩‍👧';
    given(...before)
      .when(step(event(name)))
      .gives(event(name));
  });

  it('of a framework, or of any part of it', () => {
    const named = (name: string, of: 'framework' | 'theme' | 'criterion' | 'indicator') => ({
      ...KADER,
      ...(of === 'framework' ? { name } : {}),
      themes: KADER.themes.map((theme) => ({
        ...theme,
        ...(of === 'theme' ? { name } : {}),
        criteria: theme.criteria.map((criterion) => ({
          ...criterion,
          ...(of === 'criterion' ? { name } : {}),
          indicators: criterion.indicators.map((one) => ({
            ...one,
            ...(of === 'indicator' ? { name } : {}),
          })),
        })),
      })),
    });
    const fields = {
      framework: 'name',
      theme: 'themes.0.name',
      criterion: 'themes.0.criteria.0.name',
      indicator: 'themes.0.criteria.0.indicators.0.name',
    } as const;
    for (const of of Object.keys(fields) as (keyof typeof fields)[]) {
      const framework = named('Kader\u001b[2J', of);
      const refused = { field: fields[of], message: /U\+001B/ };
      givenFramework()
        .when({ type: 'PublishFramework', framework })
        .isRejected('VALUE_NOT_ACCEPTED', refused);
      givenFramework(published(KADER))
        .when({ type: 'ReviseFramework', framework: { ...framework, version: 2 }, equivalents: [] })
        .isRejected('VALUE_NOT_ACCEPTED', refused);
    }
  });
});

describe('A text', () => {
  it('has lines and tabs, and no other control characters', () => {
    const words = `Er is:${LINES.join('')}een regisseur.\u2028\u2067`;
    given(...underWay)
      .when(step(noted('2013', words)))
      .gives(noted('2013', words));
    for (const character of '\u001b\u0007\u0000\u007f\u0085') {
      given(...underWay)
        .when(step(found('f', '2013', { narrative: text(`Er is${character}iets.`) })))
        .isRejected('VALUE_NOT_ACCEPTED', { field: 'narrative', message: /other than line breaks and tabs/ });
    }
  });
});

describe('A document', () => {
  const content = [registered(), opened('2013'), found('f', '2013'), concluded('2013')];

  it('keeps its text as it is spelled, and its file has a name like any other', () => {
    const page = imported({ text: text('Bladzijde 1\fBladzijde 2\v\u0085') });
    given()
      .when(recordAssessment(page, content, { partial: true }))
      .gives(page, ...content);
    given()
      .when(recordAssessment(imported({ name: 'a\u001b.txt' }), content, { partial: true }))
      .isRejected('VALUE_NOT_ACCEPTED', { field: 'name', line: 1 });
  });

  it('is told the line that holds the character', () => {
    const source = consulted('2013', { name: 'Netwerk\u202epartner' });
    given()
      .when(recordAssessment(imported(), [registered(), opened('2013'), source], { partial: true }))
      .isRejected('VALUE_NOT_ACCEPTED', { field: 'name', line: 4 });
  });
});

it('What was recorded before there was this rule stays readable', () => {
  const events = [registered({ name: '=X\u001b[2J\u0007\r\nX' }), noted('2013', 'Er is\u0000iets.')];
  for (const event of record(events)) expect(parseEvent(event)).toBe(event);
});
