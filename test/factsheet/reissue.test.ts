import { GGSR } from '../../src/domain/ggsr';
import { FactsheetError } from '../../src/factsheet/factsheet';
import { matchFindings } from '../../src/factsheet/match-findings';
import { readFactsheet } from '../../src/factsheet/read-factsheet';
import { id, promiseWithdrawn, reported, settled, text, withdrawn } from '../support/events';
import { step } from '../support/given';
import { IssuedApproach } from '../support/issues';
import { lineOf, SAMPLE_2013, SAMPLE_2014 } from './samples';

const NO_AGREEMENTS = 'ontbreken vastgelegde afspraken over de samenwerking.';
/** What was found about agreements. */
const FOUND = /Sinds .*ontbreken vastgelegde afspraken[^<]*/;
const baseline = () => new IssuedApproach().import(SAMPLE_2013, { partial: false });
const both = () => baseline().import(SAMPLE_2014);
const changed = (...replacements: readonly (readonly [string, string])[]) =>
  edited(SAMPLE_2013, ...replacements);
const changedLater = (...replacements: readonly (readonly [string, string])[]) =>
  edited(SAMPLE_2014, ...replacements);
function edited(document: string, ...replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((before, [from, to]) => {
    expect(before).toContain(from);
    return before.replace(from, to);
  }, document);
}
/** The steps of a new issue, by type, with what the log would say of them. */
const stepsOf = (approach: IssuedApproach, document: string, partial = false) =>
  approach.compare(document, { partial }).command?.steps.map(({ type }) => type) ?? [];
const changesOf = (approach: IssuedApproach, document: string) =>
  approach.compare(document).changes.map(({ value }) => value);

describe('A new issue of an assessment corrects', () => {
  it('a verdict, with the line of the new document, and opens or takes along the improvement point', () => {
    const met = changed(['✗ Sinds', '✓ Sinds']);
    const { command, changes } = baseline().compare(`\n${met}`, { publishedOn: '2016-02' });
    const line = lineOf(met, '✓ Sinds') + 1;
    expect(command?.steps).toEqual([
      {
        type: 'CorrectFinding',
        data: expect.objectContaining({
          verdict: 'MET',
          indicators: ['4.2.2'],
          basis: 'ASSESSED',
          reason: text('Heruitgave.'),
          publishedOn: '2016-02',
        }),
        improvementPoint: null,
        line,
      },
    ]);
    expect(changes).toEqual([
      { value: '4.2.2 corrected: ✗ became ✓', line },
      { value: '4.2.2: its improvement point goes with it', line },
    ]);
    const worse = changed(['✓ Bij de gemeente is bekend', '✗ Bij de gemeente is bekend']);
    const approach = baseline();
    expect(changesOf(approach, worse)).toEqual([
      '1.1.2 corrected: ✓ became ✗',
      '1.1.2: an improvement point opened',
    ]);
    const { command: correction } = approach.compare(worse);
    if (correction === null) throw new Error('a verdict was turned');
    const decided = approach.decide(correction);
    expect(decided.map(({ type }) => type)).toEqual([
      'FactsheetImported',
      'FindingCorrected',
      'ImprovementPointIdentified',
    ]);
  });

  it('what was found, and nothing else', () => {
    const other = changed([NO_AGREEMENTS, 'ontbreken afspraken.']);
    expect(changesOf(baseline(), other)).toEqual(['4.2.2 corrected: what was found']);
  });

  it('attention points: those that are gone or new, and of one in other words both', () => {
    const school = 'LET OP: Scholen zijn geen partij in het convenant.';
    expect(stepsOf(baseline(), changed([`<p>${school}</p>`, '']))).toEqual(['WithdrawAttentionPoint']);
    expect(stepsOf(baseline(), changed([school, `${school}</p> <p>LET OP: Nog iets.`]))).toEqual([
      'RaiseAttentionPoint',
    ]);
    expect(changesOf(baseline(), changed([school, 'LET OP: Scholen doen niet mee.']))).toEqual([
      'attention point withdrawn: "Scholen zijn geen partij in het convenant."',
      'attention point added: "Scholen doen niet mee."',
    ]);
  });

  it('what it says beside its findings, in one', () => {
    const other = changed(['- Mondriaan', '- MEE'], ['316 gezinnen', '320 gezinnen']);
    const approach = baseline();
    expect(changesOf(approach, other)).toEqual([
      'the assessment corrected: description, families reached, sources',
    ]);
    approach.reissue(other);
    expect(approach.events.at(-1)).toMatchObject({
      type: 'AssessmentCorrected',
      data: { familiesReached: 320, assessmentPublishedOn: '2013-12', developments: [] },
    });
    expect(stepsOf(approach, `${other}\n`)).toEqual([]);
  });

  it('a publication that was not known, by the first issue that has one', () => {
    const undated = changed(['December 2013\n', '\n']);
    const approach = new IssuedApproach().import(undated);
    expect(changesOf(approach, `${undated}\n`)).toEqual([]);
    const { command } = approach.compare(`${undated}\n`, { publishedOn: '2016-02' });
    expect(command?.steps).toEqual([
      expect.objectContaining({
        type: 'CorrectAssessment',
        data: expect.objectContaining({ assessmentPublishedOn: '2016-02', publishedOn: '2016-02' }),
      }),
    ]);
  });

  it('rows that were split: one finding goes on, the other is new', () => {
    const split = changed([
      'De gemeente zorgt voor een gezamenlijke visie op de aanpak voor GGSR De gemeente heeft beleid voor de groep GGSR De netwerkpartners hebben',
      'De gemeente zorgt voor een gezamenlijke visie op de aanpak voor GGSR\t✓ Er is een visie.\n\tDe gemeente heeft beleid voor de groep GGSR De netwerkpartners hebben',
    ]);
    expect(stepsOf(baseline(), split)).toEqual(['RecordFinding', 'CorrectFinding', 'CorrectFinding']);
    const approach = baseline();
    approach.reissue(split);
    expect(approach.stands()).toEqual(new IssuedApproach().import(split).stands());
  });

  it('rows that were joined: one finding goes on, the other is withdrawn', () => {
    const joined = changed([
      'De regisseur is voldoende toegerust om zijn functie uit te oefenen\t<p>✓',
      'De regisseur is voldoende toegerust om zijn functie uit te oefenen De doorzettingsmacht voor de regisseur is geregeld\t<p>✓',
    ]);
    const gone = joined
      .split('\n')
      .filter((line) => !line.startsWith('\tDe doorzettingsmacht'))
      .join('\n');
    const approach = baseline();
    const { changes } = approach.reissue(gone);
    expect(changes.map(({ value }) => value)).toEqual([
      '3.2.3, 3.2.2 corrected: covered 3.2.3',
      '3.2.2 withdrawn: ✓',
    ]);
    expect(approach.stands()).toEqual(new IssuedApproach().import(gone).stands());
  });

  it('the words of an improvement point whose indicators are others now', () => {
    const wider = changed([
      'Er zijn samenwerkingsafspraken gemaakt over de aanpak\t',
      'Er zijn samenwerkingsafspraken gemaakt over de aanpak Alle partijen die relevant zijn, zijn verbonden aan de aanpak\t',
    ])
      .split('\n')
      .filter((line) => !line.startsWith('Benodigde partijen werken mee aan de aanpak\t'))
      .join('\n')
      .replace(
        '\tEr zijn samenwerkings',
        'Benodigde partijen werken mee aan de aanpak\tEr zijn samenwerkings',
      );
    const approach = both();
    expect(stepsOf(approach, wider)).toEqual([
      'CorrectFinding',
      'CorrectImprovementPoint',
      'WithdrawFinding',
    ]);
  });

  it.each([
    ['as it was found', SAMPLE_2013.match(FOUND)?.[0] ?? ''],
    ['something else', 'Met de hand.'],
  ])('a correction of its own again, and says where one came from no document: %s', (_, words) => {
    const approach = baseline();
    approach.reissue(changed(['✗ Sinds', '✓ Sinds']));
    expect(approach.reissue(`${SAMPLE_2013}\n`)).toMatchObject({
      warnings: [],
      changes: [{ value: '4.2.2 corrected: ✓ became ✗' }, { value: '4.2.2: its improvement point is back' }],
    });
    const finding = approach.history.assessments[0]?.found.findings.at(-1);
    approach.decide({
      type: 'CorrectFinding',
      data: {
        findingId: id('by hand'),
        corrects: finding?.id ?? '',
        indicators: ['4.2.2'],
        verdict: 'MET',
        basis: 'ASSESSED',
        narrative: text(words),
        reason: text('Een vergissing.'),
        publishedOn: null,
      },
      improvementPoint: null,
    });
    expect(approach.compare(`${SAMPLE_2013}\n\n`).command?.steps).toMatchObject([
      { type: 'CorrectFinding', data: { corrects: id('by hand'), indicators: ['4.2.2'] } },
    ]);
    expect(approach.compare(`${SAMPLE_2013}\n\n`).warnings).toEqual([
      {
        value: 'replaces a correction of 4.2.2 that came from no document',
        line: lineOf(SAMPLE_2013, '✗ Sinds'),
      },
    ]);
    const anew = SAMPLE_2013.replace(FOUND, 'Nieuw.');
    expect(stepsOf(approach, anew)).toEqual(expect.arrayContaining(['RecordFinding', 'WithdrawFinding']));
    expect(approach.compare(anew).warnings).toEqual([
      expect.objectContaining({ value: expect.stringContaining('came from no document') }),
    ]);
  });
});

describe('A new issue of an assessment', () => {
  it('that finds something else altogether makes another finding of it, not a correction', () => {
    const approach = both();
    const other = changed([
      SAMPLE_2013.split('\n')
        .find((line) => line.includes('✗ Sinds'))
        ?.split('✗ ')[1] ?? '',
      'De gemeente heeft geen zicht op wie er meedoen, en vroeg daar ook niet naar.</p>',
    ]);
    expect(changesOf(approach, other)).toEqual([
      '4.2.2 added: ✗',
      '4.2.2: an improvement point opened',
      '4.2.2 withdrawn: ✗',
      '4.2.2: its improvement point goes with it',
    ]);
  });

  it('that says the same is none, whatever its lines, marks and layout', () => {
    const same = SAMPLE_2013.replaceAll('✓', '✔')
      .replaceAll('<p>', '')
      .replaceAll('</p>', '')
      .replace('\n', '\n\n');
    expect(baseline().compare(same, { partial: false })).toEqual({
      command: null,
      changes: [],
      warnings: [],
    });
  });

  it('covers all indicators, unless it is partial', () => {
    const half = changed(['\tDe doorzettingsmacht voor de regisseur is geregeld', '\tx'])
      .split('\n')
      .filter((line) => !line.startsWith('\tx'))
      .join('\n');
    const approach = baseline();
    expect(() => approach.reissue(half, { partial: false })).toThrow(/without a finding: 3\.2\.2/);
    expect(stepsOf(approach, half, true)).toEqual(['WithdrawFinding']);
  });

  it('that brings back a row says which follow-up is about the improvement point that went with it', () => {
    const without = changed(['\tEr zijn samenwerkingsafspraken gemaakt', '\tx'])
      .split('\n')
      .filter((line) => !line.startsWith('\tx'))
      .join('\n');
    const approach = both();
    expect(approach.reissue(without).changes.map(({ value }) => value)).toEqual([
      '4.2.2 withdrawn: ✗',
      '4.2.2: its improvement point goes with it',
    ]);
    const line = lineOf(SAMPLE_2013, '✗ Sinds');
    expect(approach.reissue(`${SAMPLE_2013}\n`).warnings).toEqual([
      {
        value:
          '4.2.2: the follow-up for 2014 is about the improvement point before this one, which was withdrawn; issue it again too',
        line,
      },
    ]);
    approach.reissue(`${SAMPLE_2014}\n`);
    expect(approach.stands()).toEqual(both().stands());
  });

  it('leaves the follow-up alone that came before it, and the improvement point its follow-up', () => {
    const approach = both();
    approach.reissue(changed([NO_AGREEMENTS, 'ontbreken afspraken.']));
    expect(approach.stands()).toMatchObject({
      verdicts: expect.arrayContaining([['4.2.2', 'MET', 'REPORTED', 2014, 1]]),
      assessments: [{}, { reports: [[expect.anything(), '2015-03-02', [expect.anything()]]] }],
    });
  });

  it('cannot be compared with texts that this copy of the log leaves out', () => {
    const approach = baseline();
    const at = approach.events.findIndex(({ type }) => type === 'FindingRecorded');
    const event = approach.events[at];
    if (event?.type !== 'FindingRecorded') throw new Error('there are findings');
    approach.events[at] = { ...event, data: { ...event.data, narrative: { digest: 'ab'.repeat(32) } } };
    expect(() => approach.compare(`${SAMPLE_2013}\n`)).toThrow(
      /leaves texts of it out; expected the whole log/,
    );
  });
});

describe('A new issue of a follow-up corrects', () => {
  it('how it was judged', () => {
    const approach = both();
    expect(changesOf(approach, changedLater(['✓ De afspraken', 'X De afspraken']))).toEqual([
      '4.2.2 corrected: ✓ became ✗',
    ]);
    approach.reissue(changedLater(['✓ De afspraken', 'X De afspraken']));
    expect(approach.events.map(({ type }) => type).slice(-2)).toEqual([
      'FactsheetImported',
      'FindingCorrected',
    ]);
  });

  it('when it was reported, also as a source', () => {
    expect(changesOf(both(), changedLater(['2 maart 2015', '3 maart 2015']))).toEqual([
      'the assessment corrected: sources',
      'what was reported corrected: when it was reported',
    ]);
  });

  it('promises and developments', () => {
    const approach = both();
    expect(changesOf(approach, changedLater(['1 mei 2015', '1 juni 2015']))).toEqual([
      '4.2.2 corrected: what was found',
      expect.stringMatching(/^promise withdrawn: .*1 mei 2015/),
      expect.stringMatching(/^promise added: .*1 juni 2015/),
    ]);
    expect(changesOf(approach, changedLater(['Ook het team Jeugd', 'Het team Jeugd']))).toEqual([
      'the assessment corrected: developments',
    ]);
  });

  it('but no promise that was settled meanwhile', () => {
    const approach = both();
    const commitmentId = approach.history.followed.commitments[0]?.id ?? '';
    approach.decide(step({ ...settled(''), data: { ...settled('').data, commitmentId } }));
    const other = changedLater(['1 mei 2015', '1 juni 2015']);
    expect(() => approach.compare(other)).toThrow(FactsheetError);
    expect(() => approach.compare(other)).toThrow(/was settled as KEPT meanwhile/);
    const gone = { ...promiseWithdrawn('').data, commitmentId };
    approach.decide({ type: 'WithdrawCommitment', data: gone });
    expect(changesOf(approach, other)).toHaveLength(2);
  });

  it('what it is about: a judgement on other points is another judgement', () => {
    const approach = both();
    const [point] = approach.history.assessments[0]?.found.improvementPoints ?? [];
    expect(point).toBeDefined();
    const elsewhere = changedLater([
      'Er zijn samenwerkingsafspraken gemaakt over de aanpak',
      'Alle partijen die relevant zijn, zijn verbonden aan de aanpak',
    ]);
    expect(stepsOf(approach, elsewhere)).toEqual([
      'AssessFollowUp',
      'WithdrawCommitment',
      'WithdrawFinding',
      'WithdrawFollowUp',
    ]);
    approach.reissue(elsewhere);
    expect(approach.stands()).toEqual(baseline().import(elsewhere).stands());
  });

  it('nothing of a judgement whose improvement point went with a new issue of the assessment', () => {
    const approach = both();
    approach.reissue(changed(['✗ Sinds', '✓ Sinds']));
    expect(stepsOf(approach, `${SAMPLE_2014}\n`)).toEqual([]);
    expect(changesOf(approach, changedLater(['staan nu op papier', 'zijn vastgelegd']))).toEqual([
      '4.2.2 corrected: what was found',
    ]);
  });

  it('no promise about an improvement point that is not there now, which it says', () => {
    const approach = both();
    approach.reissue(changed(['✗ Sinds', '✓ Sinds']));
    const other = changedLater(['1 mei 2015', '1 juni 2015']);
    const { warnings } = approach.reissue(other);
    expect(warnings).toEqual([
      { value: expect.stringMatching(/^not compared: the promise ".*1 mei 2015/), line: expect.any(Number) },
    ]);
    approach.reissue(`${SAMPLE_2013}\n`);
    const { warnings: none, changes } = approach.reissue(`${other}\n`);
    expect(none).toEqual([]);
    expect(changes.map(({ value }) => value)).toEqual([
      expect.stringMatching(/^promise withdrawn: .*1 mei 2015/),
      expect.stringMatching(/^promise added: .*1 juni 2015/),
    ]);
    expect(approach.stands()).toEqual(baseline().import(other).stands());
  });

  it('nothing where more was reported to it than a factsheet tells', () => {
    const approach = both();
    const assessment = approach.history.assessments[1];
    const [point] = approach.history.assessments[0]?.found.improvementPoints ?? [];
    const second = reported('second', [], {
      assessmentId: assessment?.id ?? '',
      improvementPointIds: [point?.id ?? ''],
    });
    if (assessment === undefined || assessment.concluded === null) throw new Error('it is concluded');
    const { concluded } = assessment;
    assessment.concluded = null;
    approach.decide(step(second));
    assessment.concluded = concluded;
    expect(() => approach.compare(`${SAMPLE_2014}\n`)).toThrow(/has 2 reports, a factsheet has one/);
  });
});

describe('A follow-up of an assessment of which a finding was withdrawn', () => {
  it('reports on no improvement point of that finding', () => {
    const approach = baseline();
    const finding = approach.history.assessments[0]?.found.findings.find(
      ({ verdict }) => verdict === 'IMPROVEMENT_NEEDED',
    );
    approach.decide(
      step({ ...withdrawn(''), data: { ...withdrawn('').data, findingId: finding?.id ?? '' } }),
    );
    approach.import(SAMPLE_2014);
    expect(approach.history.followed).toEqual({ followUps: [], commitments: [] });
    expect(approach.history.assessments[1]?.found.findings).toMatchObject([
      { indicators: ['4.2.2'], followUp: null, improvementPoints: [] },
    ]);
  });
});

describe('A finding is recognised', () => {
  const finding = (indicators: string, narrative: string, verdict = 'MET' as const) => ({
    indicators: indicators.split(' '),
    narrative,
    verdict,
  });
  type Found = ReturnType<typeof finding>;
  const matched = (standing: readonly (Found & { readonly before?: Found[] })[], issued: readonly Found[]) =>
    matchFindings(
      standing.map((one) => ({ before: [], ...one })),
      issued,
      () => true,
    );

  it('where it says the same, then by its indicators, then by its words', () => {
    const one = finding('1.1.1', 'Alle partners kennen het plan.');
    const two = finding('1.1.1', 'De gemeente telt de gezinnen.');
    expect(matched([one, two], [two, one])).toEqual([1, 0]);
    expect(matched([one, two], [finding('1.1.1', 'De gemeente telt gezinnen.'), one])).toEqual([1, 0]);
    expect(matched([one, two], [finding('1.1.1', 'De gemeente telt gezinnen.')])).toEqual([1]);
    expect(matched([finding('1.1.1 1.1.2', 'aa'), finding('1.1.2', 'aa')], [finding('1.1.2', 'ab')])).toEqual(
      [1],
    );
  });

  it('where it says what it said before it was corrected, unless another says that now', () => {
    const first = finding('1.1.1', 'Alle partners kennen het plan.');
    const byHand = { ...finding('1.1.1', 'Geheel anders.'), before: [finding('1.1.1', 'Nog iets.'), first] };
    const other = finding('1.1.1', 'De gemeente telt de gezinnen.');
    expect(matched([other, byHand], [first])).toEqual([1]);
    expect(matched([byHand, first], [first])).toEqual([1]);
  });

  it('by an indicator that it shares, and never twice', () => {
    const wide = finding('1.1.1 1.1.2', 'Alle partners kennen het plan.');
    expect(matched([wide], [finding('1.1.2', 'x'), finding('1.1.1', 'Alle partners kennen het.')])).toEqual([
      null,
      0,
    ]);
    expect(matched([wide], [finding('2.1.1', wide.narrative)])).toEqual([null]);
  });

  it('where no more than half of its words are other', () => {
    const half = finding('1.1.1', 'abcd');
    expect(matched([half], [finding('1.1.1', 'abyz')])).toEqual([0]);
    expect(matched([half], [finding('1.1.1', 'abyzz')])).toEqual([null]);
    expect(matched([half], [finding('1.1.1', 'axyz')])).toEqual([null]);
    expect(matched([finding('1.1.1', '')], [finding('1.1.1', 'x')])).toEqual([null]);
    expect(matched([finding('1.1.1', '')], [{ ...finding('1.1.1', ''), verdict: 'MET' }])).toEqual([0]);
  });

  it.each([
    ['assessment', SAMPLE_2013],
    ['follow-up', SAMPLE_2014],
  ])('in the %s of Maastricht with a sentence more or less, and as nothing of another row', (_, document) => {
    const narratives = readFactsheet(document, GGSR).rows.flatMap(({ marks, quoted }) =>
      [...marks, ...quoted].map(({ narrative }) => narrative),
    );
    expect(narratives.length).toBeGreaterThan(1);
    narratives.forEach((narrative, index) => {
      const was = finding('1.1.1', narrative);
      const shortened = narrative.slice(0, Math.ceil(narrative.length * 0.6));
      expect(matched([was], [finding('1.1.1', shortened)])).toEqual([0]);
      for (const other of narratives.filter((one, at) => at !== index && one !== narrative))
        expect(matched([was], [finding('1.1.1', other)])).toEqual([null]);
    });
  });

  it('only where one may become the other', () => {
    const one = finding('1.1.1', 'a');
    expect(matchFindings([{ ...one, before: [one] }], [one], () => false)).toEqual([null]);
  });
});
