import type { DomainEvent, EventType, RecordedEvent } from '../../src/domain/events';
import { EVENT_TYPES } from '../../src/domain/events';
import type { ApproachHistory } from '../../src/domain/history';
import { dateInWords, whenInWords } from '../../src/domain/sentences/dates';
import { sentenceOf, toldOf } from '../../src/domain/sentences/sentences';
import {
  abandoned,
  assessment,
  assessmentCorrected,
  attention,
  attentionWithdrawn,
  concluded,
  consulted,
  corrected,
  found,
  historyOf,
  id,
  identified,
  imported,
  judged,
  noted,
  opened,
  pointCorrected,
  promised,
  promiseWithdrawn,
  published,
  record,
  registered,
  reportCorrected,
  reported,
  reportWithdrawn,
  revised,
  settled,
  text,
  withdrawn,
} from '../support/events';
import { EQUIVALENTS, frameworks, KADER, KADER_2 } from '../support/frameworks';

const LEFT_OUT = { digest: 'cd'.repeat(32) };
const STJ = 'Samenwerkend Toezicht Jeugd';

const DESCRIBED = 'Er is een plan. Daarmee krijgen nu nog 316 gezinnen in de stad hulp.';

/** What was there before each event. */
const BEFORE: readonly DomainEvent[] = [
  registered(),
  opened('2012', { reference: '2012', description: text(DESCRIBED), familiesReached: 316 }),
  concluded('2012', '2013'),
  ...assessment('2013', '2013', '2014-05', { '1.1.1': '✓', '1.1.2 2.1.1': '✗', '2.2.1': '✗' }),
  attention('waarschuwing', '2013 1.1.1'),
  reported('melding', ['point 2.2.1']),
  reported('ongedateerd', ['point 2.2.1'], { reportedOn: null }),
  promised('convenant', ['point 2.2.1']),
  opened('2014', { kind: 'FOLLOW_UP', reference: '2014' }),
];

/** Each event, the sentence in Dutch and the one in English, both without who recorded it and when. */
const SENTENCES: readonly (readonly [DomainEvent, string, string])[] = [
  [
    published(KADER),
    'Versie 1 van toetsingskader KADER is gepubliceerd, met 4 indicatoren: “Toetsingskader”',
    'Version 1 of framework KADER was published, with 4 indicators: “Toetsingskader”',
  ],
  [
    revised(KADER_2, EQUIVALENTS),
    'Versie 2 van toetsingskader KADER is gepubliceerd: “Toetsingskader, herzien”; van de 4 indicatoren vragen er 2 hetzelfde als een van versie 1 (1.1.1 werd 1.1.2)',
    'Version 2 of framework KADER was published: “Toetsingskader, herzien”; of its 4 indicators, 2 ask the same as one of version 1 (1.1.1 became 1.1.2)',
  ],
  [
    revised(KADER_2, [{ from: '2.1.1', to: '2.1.1' }]),
    'Versie 2 van toetsingskader KADER is gepubliceerd: “Toetsingskader, herzien”; van de 4 indicatoren vraagt er 1 hetzelfde als een van versie 1',
    'Version 2 of framework KADER was published: “Toetsingskader, herzien”; of its 4 indicators, 1 asks the same as one of version 1',
  ],
  [
    revised(KADER_2, []),
    'Versie 2 van toetsingskader KADER is gepubliceerd: “Toetsingskader, herzien”; van de 4 indicatoren vraagt er geen hetzelfde als een van versie 1',
    'Version 2 of framework KADER was published: “Toetsingskader, herzien”; of its 4 indicators, none asks the same as one of version 1',
  ],
  [
    registered(),
    'De aanpak “Integrale Aanpak” van de gemeente Maastricht (GM0935) is in het register opgenomen',
    'The approach “Integrale Aanpak” of the municipality of Maastricht (GM0935) was entered in the register',
  ],
  [
    imported({ name: 'maastricht.txt', reference: '2015', publishedOn: '2015-12' }),
    'Het document “maastricht.txt” is ingelezen als toezichtonderzoek over 2015, in december 2015 openbaar gemaakt',
    'The document “maastricht.txt” was read as an assessment for 2015, published in December 2015',
  ],
  [
    imported({ name: 'maastricht.txt', publishedOn: '2015-12' }),
    'Het document “maastricht.txt” is ingelezen als heruitgave van het toezichtonderzoek over 2013, in december 2015 openbaar gemaakt',
    'The document “maastricht.txt” was read as a new issue of the assessment for 2013, published in December 2015',
  ],
  [
    imported({ kind: 'FOLLOW_UP', reference: '2016', publishedOn: null, partial: true }),
    'Het document “factsheet.txt” is ingelezen als vervolgonderzoek over 2016 dat niet alle indicatoren hoeft te beoordelen, zonder bekende datum van openbaarmaking',
    'The document “factsheet.txt” was read as a follow-up assessment for 2016 that need not test all indicators, without a known publication date',
  ],
  [
    opened('nieuw', { reference: '2015' }),
    `${STJ} begon een toezichtonderzoek over 2015, aan de hand van toetsingskader KADER, versie 1`,
    `${STJ} began an assessment for 2015, against framework KADER, version 1`,
  ],
  [
    opened('nieuw', { kind: 'FOLLOW_UP', assessor: 'ijkinspectie', frameworkVersion: 2 }),
    'IJkinspectie begon een vervolgonderzoek over 2013, aan de hand van toetsingskader KADER, versie 2',
    'Ijkinspectie began a follow-up assessment for 2013, against framework KADER, version 2',
  ],
  [
    consulted('2014', { name: 'MEE', consultedOn: '2013-09' }),
    'MEE beantwoordde in september 2013 een vragenlijst',
    'MEE answered a questionnaire in September 2013',
  ],
  [
    consulted('2014', { kind: 'DOCUMENT', name: 'Convenant', consultedOn: null }),
    'Het document “Convenant” is geraadpleegd',
    'The document “Convenant” was read',
  ],
  [
    consulted('2014', { kind: 'STATEMENT', name: 'gemeente Maastricht', consultedOn: '2015-03-02' }),
    'Gemeente Maastricht legde op 2 maart 2015 een verklaring af',
    'Gemeente Maastricht made a statement on 2 March 2015',
  ],
  [
    found('f', '2013', { indicators: ['2.2.1'], verdict: 'IMPROVEMENT_NEEDED' }),
    `Het oordeel van ${STJ} over indicator 2.2.1 (Afspraken) voor 2013 luidt: verbetering nodig, op grond van eigen onderzoek`,
    `The verdict of ${STJ} on indicator 2.2.1 (Afspraken) for 2013 is: improvement needed, based on its own research`,
  ],
  [
    found('f', '2013', { indicators: ['1.1.1', '1.1.2', '2.1.1'] }),
    `Het oordeel van ${STJ} over de indicatoren 1.1.1 (Bereik), 1.1.2 (Toeleiding) en 2.1.1 (Regie) voor 2013 luidt: voldoet, op grond van eigen onderzoek`,
    `The verdict of ${STJ} on indicators 1.1.1 (Bereik), 1.1.2 (Toeleiding) and 2.1.1 (Regie) for 2013 is: met, based on its own research`,
  ],
  [
    attention('a', '2013 1.1.1'),
    'Bij het oordeel over indicator 1.1.1 (Bereik) staat een aandachtspunt: “LET OP: a”',
    'An attention point stands beside the verdict on indicator 1.1.1 (Bereik): “LET OP: a”',
  ],
  [
    identified('Maak afspraken', '2013 1.1.2 2.1.1'),
    'Het oordeel over de indicatoren 1.1.2 (Toeleiding) en 2.1.1 (Regie) leidde tot een verbeterpunt: “Maak afspraken”',
    'The verdict on indicators 1.1.2 (Toeleiding) and 2.1.1 (Regie) opened an improvement point: “Maak afspraken”',
  ],
  [
    noted('2014'),
    'Het vervolgonderzoek over 2014 vermeldt een ontwikkeling in de aanpak: “Er is een nieuwe regisseur.”',
    'The follow-up assessment for 2014 notes a development in the approach: “Er is een nieuwe regisseur.”',
  ],
  [
    { type: 'DevelopmentNoted', data: { ...noted('2014').data, text: LEFT_OUT } } as DomainEvent,
    'Het vervolgonderzoek over 2014 vermeldt een ontwikkeling in de aanpak: [tekst weggelaten]',
    'The follow-up assessment for 2014 notes a development in the approach: [text left out]',
  ],
  [
    concluded('2014', '2015-06'),
    'Het vervolgonderzoek over 2014 is afgerond en in juni 2015 openbaar gemaakt',
    'The follow-up assessment for 2014 was concluded, and published in June 2015',
  ],
  [
    concluded('2013', null),
    'Het toezichtonderzoek over 2013 is afgerond; wanneer het openbaar werd, is niet bekend',
    'The assessment for 2013 was concluded; when it was published is not known',
  ],
  [
    { type: 'AssessmentConcluded', data: { assessmentId: id('2014'), publishedOn: null, public: false } },
    'Het vervolgonderzoek over 2014 is afgerond en vertrouwelijk',
    'The follow-up assessment for 2014 was concluded and is confidential',
  ],
  [
    abandoned('2014'),
    'Het vervolgonderzoek over 2014 is gestaakt en telt nergens mee; reden: “Niemand maakt het af.”',
    'The follow-up assessment for 2014 was abandoned and counts nowhere; reason: “Niemand maakt het af.”',
  ],
  [
    reported('r', ['point 2.2.1']),
    'Gemeente Maastricht meldde op 2 maart 2015 wat er is gedaan aan het verbeterpunt bij indicator 2.2.1 (Afspraken)',
    'Gemeente Maastricht reported on 2 March 2015 what was done about the improvement point on indicator 2.2.1 (Afspraken)',
  ],
  [
    reported('r', ['point 2.2.1', 'point 1.1.2 2.1.1'], { reportedOn: null }),
    'Gemeente Maastricht meldde wat er is gedaan aan de verbeterpunten bij de indicatoren 2.2.1 (Afspraken), 1.1.2 (Toeleiding) en 2.1.1 (Regie)',
    'Gemeente Maastricht reported what was done about the improvement points on indicators 2.2.1 (Afspraken), 1.1.2 (Toeleiding) and 2.1.1 (Regie)',
  ],
  [
    reportCorrected('r2', 'melding', ['point 2.2.1', 'point 1.1.2 2.1.1'], {
      reportedOn: '2015-03~',
      publishedOn: '2016',
    }),
    'De melding van gemeente Maastricht van 2 maart 2015 over het verbeterpunt bij indicator 2.2.1 (Afspraken) is gecorrigeerd: gemeente Maastricht meldde omstreeks maart 2015 wat er is gedaan aan de verbeterpunten bij de indicatoren 2.2.1 (Afspraken), 1.1.2 (Toeleiding) en 2.1.1 (Regie); openbaar vanaf eind 2016; reden: “Verkeerd overgenomen.”',
    'The report of gemeente Maastricht of 2 March 2015 about the improvement point on indicator 2.2.1 (Afspraken) was corrected: gemeente Maastricht reported around March 2015 what was done about the improvement points on indicators 2.2.1 (Afspraken), 1.1.2 (Toeleiding) and 2.1.1 (Regie); public from the end of 2016; reason: “Verkeerd overgenomen.”',
  ],
  [
    reportWithdrawn('ongedateerd'),
    'De melding van gemeente Maastricht over het verbeterpunt bij indicator 2.2.1 (Afspraken) is ingetrokken; openbaar vanaf 1 januari 2016; reden: “Ten onrechte.”',
    'The report of gemeente Maastricht about the improvement point on indicator 2.2.1 (Afspraken) was withdrawn; public from 1 January 2016; reason: “Ten onrechte.”',
  ],
  [
    judged('j', '2014', { indicators: ['2.2.1'] }),
    `Het oordeel van ${STJ} over indicator 2.2.1 (Afspraken) voor 2014 luidt, opnieuw beoordeeld: voldoet, op grond van wat de gemeente meldde`,
    `The verdict of ${STJ} on indicator 2.2.1 (Afspraken) for 2014, judged again, is: met, based on what the municipality reported`,
  ],
  [
    promised('Een convenant', ['point 2.2.1']),
    'Gemeente Maastricht deed een toezegging over het verbeterpunt bij indicator 2.2.1 (Afspraken), na te komen omstreeks 1 mei 2015: “Een convenant”',
    'Gemeente Maastricht made a commitment about the improvement point on indicator 2.2.1 (Afspraken), due around 1 May 2015: “Een convenant”',
  ],
  [
    promised('Een convenant', ['point 2.2.1'], { dueOn: null, text: LEFT_OUT }),
    'Gemeente Maastricht deed een toezegging over het verbeterpunt bij indicator 2.2.1 (Afspraken): [tekst weggelaten]',
    'Gemeente Maastricht made a commitment about the improvement point on indicator 2.2.1 (Afspraken): [text left out]',
  ],
  [
    settled('convenant'),
    'De toezegging van gemeente Maastricht over het verbeterpunt bij indicator 2.2.1 (Afspraken) is in mei 2015 nagekomen',
    'The commitment of gemeente Maastricht about the improvement point on indicator 2.2.1 (Afspraken) was kept in May 2015',
  ],
  [
    settled('convenant', { outcome: 'BROKEN', settledOn: '2016-01-15' }),
    'De toezegging van gemeente Maastricht over het verbeterpunt bij indicator 2.2.1 (Afspraken) is niet nagekomen, zo bleek op 15 januari 2016',
    'The commitment of gemeente Maastricht about the improvement point on indicator 2.2.1 (Afspraken) was not kept, as was found on 15 January 2016',
  ],
  [
    corrected('c', '2013 2.2.1', { indicators: ['2.2.1'], publishedOn: '2016-05' }),
    `Het oordeel van ${STJ} over indicator 2.2.1 (Afspraken) voor 2013 is gecorrigeerd en luidt niet meer: verbetering nodig, maar: voldoet, op grond van eigen onderzoek; openbaar vanaf eind mei 2016; reden: “Verkeerd overgenomen.”`,
    `The verdict of ${STJ} on indicator 2.2.1 (Afspraken) for 2013 was corrected and no longer reads: improvement needed, but: met, based on its own research; public from the end of May 2016; reason: “Verkeerd overgenomen.”`,
  ],
  [
    corrected('c', '2013 1.1.1', { indicators: ['1.1.1', '2.1.1'], basis: 'REPORTED' }),
    `Het oordeel van ${STJ} over indicator 1.1.1 (Bereik) voor 2013 is gecorrigeerd, gaat voortaan over de indicatoren 1.1.1 (Bereik) en 2.1.1 (Regie) en blijft: voldoet, op grond van wat de gemeente meldde; openbaar vanaf 1 januari 2016; reden: “Verkeerd overgenomen.”`,
    `The verdict of ${STJ} on indicator 1.1.1 (Bereik) for 2013 was corrected, is from now on about indicators 1.1.1 (Bereik) and 2.1.1 (Regie), and remains: met, based on what the municipality reported; public from 1 January 2016; reason: “Verkeerd overgenomen.”`,
  ],
  [
    withdrawn('2013 2.2.1', '2016-06-01~'),
    `Het oordeel van ${STJ} over indicator 2.2.1 (Afspraken) voor 2013 (verbetering nodig) is ingetrokken; openbaar vanaf omstreeks 1 juni 2016; reden: “Ten onrechte.”`,
    `The verdict of ${STJ} on indicator 2.2.1 (Afspraken) for 2013 (improvement needed) was withdrawn; public from around 1 June 2016; reason: “Ten onrechte.”`,
  ],
  [
    assessmentCorrected('2013', { assessmentPublishedOn: '2014-05', publishedOn: '2014-09' }),
    'Wat het toezichtonderzoek over 2013 naast zijn bevindingen zegt, is gecorrigeerd; openbaar vanaf eind september 2014; reden: “Verkeerd overgenomen.”',
    'What the assessment for 2013 says beside its findings was corrected; public from the end of September 2014; reason: “Verkeerd overgenomen.”',
  ],
  [
    assessmentCorrected('2013', {
      assessor: 'Inspectie Jeugd',
      description: text('Een aanpak voor gezinnen.'),
      familiesReached: 320,
      sources: [{ kind: 'STATEMENT', name: 'MEE', consultedOn: '2013-09' }],
      developments: [text('Er is een nieuwe regisseur.')],
      assessmentPublishedOn: '2014-06-02',
      reason: text('[heruitgave / new issue] mei.txt'),
      publishedOn: '2014-09',
    }),
    `Wat het toezichtonderzoek over 2013 naast zijn bevindingen zegt, is gecorrigeerd: de toezichthouder was ${STJ} en is Inspectie Jeugd; de beschrijving luidde niet en luidt “Een aanpak voor gezinnen.”; het aantal bereikte gezinnen was onbekend en is 320; bronnen die erbij komen: MEE (verklaring, september 2013); ontwikkelingen die erbij komen: “Er is een nieuwe regisseur.”; de datum van openbaarmaking was mei 2014 en is 2 juni 2014; openbaar vanaf eind september 2014; reden: overgenomen uit de heruitgave “mei.txt”`,
    `What the assessment for 2013 says beside its findings was corrected: the assessor was ${STJ} and is Inspectie Jeugd; the description read nothing and reads “Een aanpak voor gezinnen.”; the number of families reached was not known and is 320; sources added: MEE (statement, September 2013); developments added: “Er is een nieuwe regisseur.”; the publication date was May 2014 and is 2 June 2014; public from the end of September 2014; reason: taken over from the new issue “mei.txt”`,
  ],
  [
    assessmentCorrected('2012', { assessmentPublishedOn: '2013', publishedOn: '2014-09' }),
    `Wat het toezichtonderzoek over 2012 naast zijn bevindingen zegt, is gecorrigeerd: de beschrijving luidde “${DESCRIBED}” en luidt niet; het aantal bereikte gezinnen was 316 en is onbekend; openbaar vanaf eind september 2014; reden: “Verkeerd overgenomen.”`,
    `What the assessment for 2012 says beside its findings was corrected: the description read “${DESCRIBED}” and reads nothing; the number of families reached was 316 and is not known; public from the end of September 2014; reason: “Verkeerd overgenomen.”`,
  ],
  [
    assessmentCorrected('2012', {
      description: text(DESCRIBED.replace('316', '320 grote')),
      familiesReached: 316,
      assessmentPublishedOn: '2013',
      publishedOn: '2014-09',
    }),
    'Wat het toezichtonderzoek over 2012 naast zijn bevindingen zegt, is gecorrigeerd: de beschrijving luidde “… krijgen nu nog 316 gezinnen in de …” en luidt “… krijgen nu nog 320 grote gezinnen in de …”; openbaar vanaf eind september 2014; reden: “Verkeerd overgenomen.”',
    'What the assessment for 2012 says beside its findings was corrected: the description read “… krijgen nu nog 316 gezinnen in de …” and reads “… krijgen nu nog 320 grote gezinnen in de …”; public from the end of September 2014; reason: “Verkeerd overgenomen.”',
  ],
  [
    attentionWithdrawn('waarschuwing'),
    'Een aandachtspunt bij het oordeel over indicator 1.1.1 (Bereik) is ingetrokken; openbaar vanaf 1 januari 2016; reden: “Ten onrechte.”',
    'An attention point beside the verdict on indicator 1.1.1 (Bereik) was withdrawn; public from 1 January 2016; reason: “Ten onrechte.”',
  ],
  [
    pointCorrected('point 2.2.1', 'Leg de afspraken vast.', '2014'),
    'Het verbeterpunt bij indicator 2.2.1 (Afspraken) is gecorrigeerd en luidt: “Leg de afspraken vast.”; openbaar vanaf eind 2014; reden: “Onjuist verwoord.”',
    'The improvement point on indicator 2.2.1 (Afspraken) was corrected and reads: “Leg de afspraken vast.”; public from the end of 2014; reason: “Onjuist verwoord.”',
  ],
  [
    promiseWithdrawn('convenant', '2015-09'),
    'De toezegging van gemeente Maastricht over het verbeterpunt bij indicator 2.2.1 (Afspraken) is ingetrokken; openbaar vanaf eind september 2015; reden: “Ten onrechte.”',
    'The commitment of gemeente Maastricht about the improvement point on indicator 2.2.1 (Afspraken) was withdrawn; public from the end of September 2015; reason: “Ten onrechte.”',
  ],
  [
    { type: 'FindingWithdrawn', data: { findingId: id('2013 1.1.1'), reason: LEFT_OUT, publishedOn: null } },
    `Het oordeel van ${STJ} over indicator 1.1.1 (Bereik) voor 2013 (voldoet) is ingetrokken; openbaar vanaf 1 januari 2016; reden: [tekst weggelaten]`,
    `The verdict of ${STJ} on indicator 1.1.1 (Bereik) for 2013 (met) was withdrawn; public from 1 January 2016; reason: [text left out]`,
  ],
  ...[1, 2].map((count) => {
    const texts = Array(count).fill({ eventId: id('2013 1.1.1'), digest: 'ab'.repeat(32) });
    return [
      { type: 'TextsLeftOut', data: { texts, grounds: 'Op verzoek gewist' } },
      `Deze kopie van het logboek laat ${count === 1 ? '1 tekst' : '2 teksten'} weg: Op verzoek gewist`,
      `This copy of the log leaves out ${count === 1 ? '1 text' : '2 texts'}: Op verzoek gewist`,
    ] as const;
  }),
];

describe('An event in one sentence', () => {
  const sentences = (event: DomainEvent): string[] => {
    const [recorded] = record([event], { after: BEFORE.length });
    if (recorded === undefined) throw new Error('one event is recorded');
    // From when a correction is public is known with the event; the others tell of what was there before.
    return sentencesOf(recorded, historyOf(record('reason' in event.data ? [...BEFORE, event] : BEFORE)));
  };
  const sentencesOf = (event: RecordedEvent, history: ApproachHistory): string[] => {
    const told = toldOf(event, history);
    const events = new Map(record(BEFORE).map((one) => [one.revision, one] as const));
    for (const revision of events.keys()) if (!told.includes(revision)) events.delete(revision);
    const context = { history, frameworks, events };
    return (['NL', 'EN'] as const).map((language) => sentenceOf(event, language, context));
  };

  it.each(SENTENCES.map(([event, dutch, english]) => ({ type: event.type, event, dutch, english })))(
    'of $type: $dutch',
    ({ event, dutch, english }) => {
      expect(sentences(event)).toEqual([
        `${dutch}; vastgelegd op 1 januari 2016 door test.`,
        `${english}; recorded on 1 January 2016 by test.`,
      ]);
    },
  );

  it('tells no publication of its own of what is changed while its assessment is a draft', () => {
    const draft: DomainEvent[] = [...BEFORE, judged('draft', '2014'), withdrawn('draft', '2020')];
    const [recorded] = record(draft).slice(-1);
    expect(recorded && sentencesOf(recorded, historyOf(record(draft)))).toEqual([
      `Het oordeel van ${STJ} over indicator 1.1.1 (Bereik) voor 2014 (voldoet) is ingetrokken; reden: “Ten onrechte.”; vastgelegd op 1 januari 2016 door test.`,
      `The verdict of ${STJ} on indicator 1.1.1 (Bereik) for 2014 (met) was withdrawn; reason: “Ten onrechte.”; recorded on 1 January 2016 by test.`,
    ]);
  });

  it.each([
    found('later', '2013'),
    attention('later', '2013 1.1.1'),
    reported('later', ['point 2.2.1'], { assessmentId: id('2013') }),
    judged('later', '2013'),
    {
      ...promised('later', ['point 2.2.1']),
      data: { ...promised('later', ['point 2.2.1']).data, assessmentId: id('2013') },
    },
  ])('says of what was added to a concluded assessment from when it is public: $type', (event) => {
    const all = record([...BEFORE, event as DomainEvent]);
    const added = all.at(-1);
    if (added === undefined) throw new Error('one event is recorded');
    const [dutch, english] = sentencesOf(added, historyOf(all));
    expect(dutch).toMatch(/; openbaar vanaf 1 januari 2016; vastgelegd op 1 januari 2016 door test\.$/);
    expect(english).toMatch(/; public from 1 January 2016; recorded on 1 January 2016 by test\.$/);
  });

  it('is tried here for every type', () => {
    const tried = new Set<EventType>(SENTENCES.map(([{ type }]) => type));
    expect(EVENT_TYPES.filter((type) => !tried.has(type))).toEqual([]);
  });

  it('names the code of a municipality that is not in the table, and refuses an id that is not in the history', () => {
    expect(sentences(registered({ municipality: 'GM9999' }))[1]).toContain(
      'the municipality of GM9999 (GM9999)',
    );
    for (const event of [
      concluded('elders'),
      withdrawn('elders'),
      settled('elders'),
      reported('r', ['elders']),
      found('f', '2013', { indicators: ['9.9.9'] }),
      { type: 'DevelopmentNoted', data: { assessmentId: id('elders'), text: text('') } } as const,
    ]) {
      expect(() => sentences(event)).toThrow(
        /^the history has no (assessment|finding|commitment|improvement point|indicator) /,
      );
    }
  });
});

describe('A date in words', () => {
  it.each([
    ['2013', '2013', '2013', 'in 2013', 'in 2013'],
    ['2013~', 'omstreeks 2013', 'around 2013', 'omstreeks 2013', 'around 2013'],
    ['2015-06', 'juni 2015', 'June 2015', 'in juni 2015', 'in June 2015'],
    ['2015-03~', 'omstreeks maart 2015', 'around March 2015', 'omstreeks maart 2015', 'around March 2015'],
    ['2015-03-02', '2 maart 2015', '2 March 2015', 'op 2 maart 2015', 'on 2 March 2015'],
    ['2015-05-01~', 'omstreeks 1 mei 2015', 'around 1 May 2015', 'omstreeks 1 mei 2015', 'around 1 May 2015'],
    ['2013-12-31', '31 december 2013', '31 December 2013', 'op 31 december 2013', 'on 31 December 2013'],
  ])('%s is %s, %s, and when something happened %s, %s', (date, dutch, english, dutchWhen, englishWhen) => {
    expect([dateInWords(date, 'NL'), dateInWords(date, 'EN')]).toEqual([dutch, english]);
    expect([whenInWords(date, 'NL'), whenInWords(date, 'EN')]).toEqual([dutchWhen, englishWhen]);
  });

  it('has a name for each month', () => {
    const months = Array.from({ length: 12 }, (_, index) => `2015-${String(index + 1).padStart(2, '0')}`);
    expect(months.map((month) => dateInWords(month, 'NL').replace(' 2015', ''))).toEqual(
      'januari februari maart april mei juni juli augustus september oktober november december'.split(' '),
    );
    expect(months.map((month) => dateInWords(month, 'EN').replace(' 2015', ''))).toEqual(
      'January February March April May June July August September October November December'.split(' '),
    );
  });
});
