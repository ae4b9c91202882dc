import { indicatorsOf } from '../../src/domain/framework';
import { GGSR } from '../../src/domain/ggsr';
import { read, SAMPLE_2013, SAMPLE_2014, verdicts } from './samples';

describe('the assessment of 2013', () => {
  const factsheet = read(SAMPLE_2013);
  const marks = factsheet.rows.flatMap((row) => row.marks);

  it('covers all 30 indicators in 25 rows, in the order of the framework', () => {
    expect(factsheet.rows).toHaveLength(25);
    expect(factsheet.rows.flatMap((row) => row.indicators)).toEqual(
      indicatorsOf(GGSR).map(({ code }) => code),
    );
  });

  it('has 27 findings, of which one asks for improvement', () => {
    expect(marks).toHaveLength(27);
    expect(marks.filter(({ verdict }) => verdict === 'MET')).toHaveLength(26);
    expect(
      Object.entries(verdicts(factsheet)).filter(([, verdict]) => verdict !== 'MET' && verdict !== 'MET MET'),
    ).toEqual([['4.2.2', 'IMPROVEMENT_NEEDED']]);
  });

  it('bundles three and four indicators under two marks each', () => {
    expect(
      factsheet.rows
        .filter((row) => row.indicators.length > 1)
        .map((row) => [row.indicators, row.marks.length]),
    ).toEqual([
      [['3.1.1', '3.1.2', '3.1.3'], 2],
      [['3.1.4', '3.1.5', '3.1.6', '3.1.7'], 2],
    ]);
  });

  it('has six attention points, all beside a mark that is met', () => {
    const warned = marks.filter((mark) => mark.attentionPoints.length > 0);
    expect(warned.flatMap((mark) => mark.attentionPoints)).toHaveLength(6);
    expect(warned.every(({ verdict }) => verdict === 'MET')).toBe(true);
    expect(warned.at(-1)?.attentionPoints[0]?.value).toBe('Scholen zijn geen partij in het convenant.');
  });

  it('says when, where, of what and by whom, so that importing it needs no flags', () => {
    expect(factsheet).toMatchObject({
      kind: 'BASELINE',
      municipality: { value: 'Maastricht', line: 1 },
      approach: { value: 'Integrale Aanpak', line: 3 },
      publishedOn: { value: '2013-12', line: 5 },
      reference: { value: '2013', line: 7 },
      baselineReference: null,
      assessor: { value: 'Samenwerkend Toezicht Jeugd', line: 7 },
      familiesReached: { value: 316, line: 23 },
      statement: null,
      developments: [],
      notUnderstood: [],
    });
    expect(factsheet.description?.line).toBe(17);
    expect(factsheet.description?.value.split('\n\n')).toHaveLength(4);
  });

  it('names who was asked and what was read', () => {
    expect(factsheet.sources.map(({ value, line }) => [line, value.kind, value.name])).toEqual([
      [9, 'QUESTIONNAIRE', 'Gemeente Maastricht'],
      [9, 'DOCUMENT', 'Documentatie van de gemeente Maastricht'],
      [11, 'QUESTIONNAIRE', 'Mondriaan'],
      [12, 'QUESTIONNAIRE', 'Trajectbureau'],
      [13, 'QUESTIONNAIRE', 'Bureau Jeugdzorg'],
    ]);
  });
});

describe('the follow-up of 2014', () => {
  const factsheet = read(SAMPLE_2014);

  it('tests the one improvement point, and quotes what was found before', () => {
    expect(factsheet.rows).toHaveLength(1);
    expect(factsheet.rows[0]).toMatchObject({
      indicators: ['4.2.2'],
      marks: [{ verdict: 'MET', attentionPoints: [] }],
      quoted: [{ verdict: 'IMPROVEMENT_NEEDED', commitments: [] }],
    });
  });

  it('holds the promise of the covenant, due about the first of May 2015', () => {
    expect(factsheet.rows[0].marks[0].commitments).toEqual([
      {
        value: {
          text: 'Zij worden omstreeks 1 mei 2015 als (Privacy)convenant aan de Heuvelland gemeenten aangeboden.',
          dueOn: '2015-05-01~',
        },
        line: 27,
      },
    ]);
  });

  it('says which years it compares, when it was published and what it rests on', () => {
    expect(factsheet).toMatchObject({
      kind: 'FOLLOW_UP',
      municipality: { value: 'Maastricht' },
      approach: { value: 'Integrale Aanpak' },
      reference: { value: '2014' },
      baselineReference: { value: '2013' },
      publishedOn: { value: '2015-06' },
      statement: { value: { by: 'Gemeente Maastricht', on: '2015-03-02' }, line: 15 },
      sources: [{ value: { kind: 'STATEMENT', name: 'Gemeente Maastricht', consultedOn: '2015-03-02' } }],
      notUnderstood: [],
    });
    expect(factsheet.developments.map(({ line }) => line)).toEqual([17, 19]);
  });
});
