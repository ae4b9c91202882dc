import { decide } from '../../src/domain/approach';
import { Rejection } from '../../src/domain/rejection';
import {
  assessment,
  concluded,
  consulted,
  corrected,
  DIGEST,
  found,
  historyOf,
  imported,
  opened,
  record,
  registered,
} from '../support/events';
import { frameworks } from '../support/frameworks';
import { attempt, given, recordAssessment } from '../support/given';

const content = [
  registered(),
  ...assessment('2013', '2013', '2014-05', { '1.1.1 1.1.2 2.1.1': '✓', '2.2.1': '✗' }),
];
const document = imported();

describe('Recording a document', () => {
  it('gives its import first and then an event for each step', () => {
    given()
      .when(recordAssessment(document, content))
      .gives(document, ...content);
  });

  it('lets each step build on those before it', () => {
    const partial = [registered(), opened('a'), found('f', 'a'), corrected('c', 'f'), concluded('a')];
    given()
      .when(recordAssessment(document, partial, { partial: true }))
      .gives(document, ...partial);
  });

  it('knows the line that each event came from, the import from the first', () => {
    const decided = decide(recordAssessment(document, content), historyOf([]), frameworks);
    expect(decided.map(({ line }) => line)).toEqual([1, ...content.map((_, index) => index + 2)]);
  });

  it('registers the approach only where it is not registered yet', () => {
    given(registered())
      .when(recordAssessment(document, content))
      .gives(document, ...content.slice(1));
  });

  it('gives nothing where the document was recorded already', () => {
    given(document, ...content)
      .when(recordAssessment(document, content))
      .gives();
  });

  it.each([
    ['kind', { kind: 'FOLLOW_UP' }],
    ['reference', { reference: '2014' }],
    ['publishedOn', { publishedOn: null }],
    ['partial', { partial: true }],
  ] as const)('refuses the same document with another %s', (field, changes) => {
    given(document, ...content)
      .when(recordAssessment(imported(changes), content))
      .isRejected('FACTSHEET_REUSED', { field, message: new RegExp(field) });
  });

  it('takes the same document under another file name as the same', () => {
    given(document, ...content)
      .when(recordAssessment(imported({ name: 'kopie.txt' }), content))
      .gives();
  });

  it('refuses another document for the assessment that there is', () => {
    const other = imported({ digest: DIGEST.replace(/^ab/, 'cd') });
    const again = [registered(), ...assessment('again', '2013', '2014-05', { '1.1.1': '✓' })];
    given(document, ...content)
      .when(recordAssessment(other, again))
      .isRejected('ASSESSMENT_EXISTS', { line: 3 });
  });

  it('is refused whole where one step is, with the line of that step and its field', () => {
    const broken = [...content.slice(0, 3), consulted('elsewhere'), ...content.slice(3)];
    const before = historyOf([]);
    const result = attempt(() => decide(recordAssessment(document, broken), before, frameworks));
    expect(result).toBeInstanceOf(Rejection);
    expect(result).toMatchObject({ code: 'ASSESSMENT_UNKNOWN', field: 'assessmentId', line: 5 });
    expect(before).toEqual(historyOf([]));
  });
});

describe('Recording without a document', () => {
  it('gives an event for each step and no import', () => {
    given()
      .when(recordAssessment(null, content))
      .gives(...content);
  });

  it('is refused the second time', () => {
    given(...content)
      .when(recordAssessment(null, content))
      .isRejected('ID_TAKEN', { line: 3 });
  });

  it('leaves the history that it is decided on as it is', () => {
    const history = historyOf(record([registered()]));
    decide(recordAssessment(null, content), history, frameworks);
    expect(history).toEqual(historyOf(record([registered()])));
  });
});
