import { FrameworkLine, indicatorsOf, themesOf } from '../../src/domain/framework';
import { GGSR } from '../../src/domain/ggsr';
import { published, registered, revised } from '../support/events';
import { ANDER, EQUIVALENTS, frameworks, KADER, KADER_2 } from '../support/frameworks';
import { givenFramework } from '../support/given';

const publish = { type: 'PublishFramework', framework: KADER } as const;
const revise = { type: 'ReviseFramework', framework: KADER_2, equivalents: EQUIVALENTS } as const;
const line = frameworks('KADER');

describe('A framework', () => {
  it('is published', () => givenFramework().when(publish).gives(published(KADER)));

  it('is revised with the mapping from old to new indicators', () => {
    givenFramework(published(KADER)).when(revise).gives(revised(KADER_2, EQUIVALENTS));
  });

  it('is published once, whatever the content', () => {
    givenFramework(published(KADER)).when(publish).isRejected('FRAMEWORK_EXISTS', { field: 'code' });
    givenFramework(published(KADER), revised(KADER_2, EQUIVALENTS))
      .when(publish)
      .isRejected('FRAMEWORK_EXISTS');
    givenFramework(published(KADER))
      .when({ type: 'PublishFramework', framework: { ...KADER, name: 'Anders' } })
      .isRejected('FRAMEWORK_EXISTS');
    givenFramework(published(KADER))
      .when({ type: 'PublishFramework', framework: KADER_2 })
      .isRejected('FRAMEWORK_EXISTS');
  });

  it('begins with version 1, and no version is skipped or repeated', () => {
    const refusal = { field: 'version' };
    givenFramework()
      .when({ type: 'PublishFramework', framework: KADER_2 })
      .isRejected('WRONG_VERSION', refusal);
    for (const version of [1, 3]) {
      givenFramework(published(KADER))
        .when({ ...revise, framework: { ...KADER_2, version } })
        .isRejected('WRONG_VERSION', refusal);
    }
    givenFramework(published(KADER), revised(KADER_2, EQUIVALENTS)).when(revise).isRejected('WRONG_VERSION');
  });

  it('is not revised before it is published', () => {
    givenFramework().when(revise).isRejected('FRAMEWORK_UNKNOWN');
  });

  it.each([
    ['theme', (themes: typeof KADER.themes) => [...themes, ...themes]],
    [
      'criterion',
      (themes: typeof KADER.themes) =>
        themes.map((theme) => ({
          ...theme,
          criteria: theme.criteria.map((one) => ({ ...one, code: '1.1' })),
        })),
    ],
    [
      'indicator',
      (themes: typeof KADER.themes) =>
        themes.map((theme) => ({
          ...theme,
          criteria: theme.criteria.map((one) => ({
            ...one,
            indicators: [{ code: '1.1.1', name: 'Dubbel' }],
          })),
        })),
    ],
  ])('has no code of a %s twice', (_, twice) => {
    const framework = { ...KADER, themes: twice(KADER.themes) };
    givenFramework()
      .when({ type: 'PublishFramework', framework })
      .isRejected('CODE_NOT_UNIQUE', { field: 'themes' });
    givenFramework(published(KADER))
      .when({ ...revise, framework: { ...framework, version: 2 } })
      .isRejected('CODE_NOT_UNIQUE', { field: 'themes' });
  });

  it.each([
    ['INDICATOR_UNKNOWN', 'an old indicator that is not there', [{ from: '9.9.9', to: '1.1.1' }]],
    ['INDICATOR_UNKNOWN', 'a new indicator that is not there', [{ from: '1.1.1', to: '9.9.9' }]],
    [
      'CODE_NOT_UNIQUE',
      'two equivalents of one old indicator',
      [
        { from: '1.1.1', to: '1.1.1' },
        { from: '1.1.1', to: '1.1.2' },
      ],
    ],
    [
      'CODE_NOT_UNIQUE',
      'two old indicators in one new one',
      [
        { from: '1.1.1', to: '1.1.1' },
        { from: '1.1.2', to: '1.1.1' },
      ],
    ],
  ] as const)('refuses a mapping as %s that has %s', (code, _, equivalents) => {
    givenFramework(published(KADER))
      .when({ ...revise, equivalents: [...equivalents] })
      .isRejected(code, { field: 'equivalents' });
  });

  it('ignores events of approaches', () => {
    givenFramework(registered()).when(publish).gives(published(KADER));
  });
});

describe('The line of an indicator', () => {
  it('leads from its code in one version to its code in the next', () => {
    expect(line.indicatorOf(2, line.lineOf(1, '1.1.1') ?? '')).toMatchObject({
      code: '1.1.2',
      name: 'Bereik van de aanpak',
    });
    expect(line.indicatorOf(2, line.lineOf(1, '2.1.1') ?? '')).toMatchObject({ code: '2.1.1' });
    expect(line.indicatorOf(1, line.lineOf(2, '1.1.2') ?? '')).toMatchObject({
      code: '1.1.1',
      name: 'Bereik',
    });
  });

  it('ends where the next version does not ask it, though the code is used again', () => {
    expect(line.indicatorOf(2, line.lineOf(1, '2.2.1') ?? '')).toBeUndefined();
    expect(line.lineOf(2, '2.2.1')).not.toBe(line.lineOf(1, '2.2.1'));
    expect(line.lineOf(2, '1.1.1')).not.toBe(line.lineOf(1, '1.1.1'));
  });

  it('goes through more than one revision, and does not come back once it has ended', () => {
    const back = { ...KADER, version: 3 };
    const three = new FrameworkLine()
      .add(KADER, [])
      .add(KADER_2, EQUIVALENTS)
      .add(back, [{ from: '1.1.2', to: '1.1.1' }]);
    expect(three.lineOf(3, '1.1.1')).toBe(three.lineOf(1, '1.1.1'));
    expect(three.lineOf(3, '2.2.1')).not.toBe(three.lineOf(1, '2.2.1'));
    expect(three.lineOf(3, '2.1.1')).not.toBe(three.lineOf(1, '2.1.1'));
    expect(three.latest).toBe(back);
  });

  it('is unknown for a code or a version that is not there', () => {
    expect(line.lineOf(1, '9.9.9')).toBeUndefined();
    expect(line.lineOf(3, '1.1.1')).toBeUndefined();
    expect(line.indicatorOf(3, '1/1.1.1')).toBeUndefined();
    expect(line.linesOf(3)).toEqual([]);
    expect(line.version(3)).toBeUndefined();
    expect(new FrameworkLine().latest).toBeUndefined();
  });

  it('stands in framework order', () => {
    expect(line.linesOf(2).map((one) => line.indicatorOf(2, one)?.code)).toEqual([
      '1.1.1',
      '1.1.2',
      '2.1.1',
      '2.2.1',
    ]);
  });
});

describe('The indicators by their lines', () => {
  const told = (version: number) =>
    [...line.indicatorsByLine(version)].map(([key, { code, name }]) => `${key}: ${code} ${name}`);

  it('are told in one version, with those that it dropped behind, as they were last asked', () => {
    expect(told(2)).toEqual([
      '2/1.1.1: 1.1.1 Vroegsignalering',
      '1/1.1.1: 1.1.2 Bereik van de aanpak',
      '1/2.1.1: 2.1.1 Regie',
      '2/2.2.1: 2.2.1 Nazorg',
      '1/1.1.2: 1.1.2 Toeleiding',
      '1/2.2.1: 2.2.1 Afspraken',
    ]);
  });

  it('are told in an earlier version too, with those that were not there yet behind', () => {
    expect(told(1)).toEqual([
      '1/1.1.1: 1.1.1 Bereik',
      '1/1.1.2: 1.1.2 Toeleiding',
      '1/2.1.1: 2.1.1 Regie',
      '1/2.2.1: 2.2.1 Afspraken',
      '2/1.1.1: 1.1.1 Vroegsignalering',
      '2/2.2.1: 2.2.1 Nazorg',
    ]);
    expect(told(3)[0]).toBe('2/1.1.1: 1.1.1 Vroegsignalering');
  });
});

describe('The parts of a framework', () => {
  it('lead up and down to each other', () => {
    const [first] = themesOf(ANDER);
    const indicators = indicatorsOf(ANDER);
    expect(indicators.map(({ criterion }) => criterion.theme.code)).toEqual(['1', '1']);
    for (const { criterion, code } of indicators) {
      expect(criterion.indicators.map((one) => one.code)).toContain(code);
      expect(criterion.theme.criteria).toContain(criterion);
    }
    expect(first?.criteria[0]?.indicators.map(({ name }) => name)).toEqual(['Veiligheid', 'Toezicht']);
  });

  it('are in GGSR 5 themes, 13 criteria and 30 indicators, numbered in document order', () => {
    const themes = themesOf(GGSR);
    expect(themes.map(({ code, name }) => `${code} ${name}`)).toEqual([
      '1 Toeleiding',
      '2 Gezin centraal',
      '3 Aanpak',
      '4 Samenwerking',
      '5 Continu',
    ]);
    expect(themes.flatMap(({ criteria }) => criteria)).toHaveLength(13);
    expect(indicatorsOf(GGSR)).toHaveLength(30);
    for (const theme of themes) {
      theme.criteria.forEach((criterion, c) => {
        expect(criterion.code).toBe(`${theme.code}.${c + 1}`);
        expect(criterion.indicators.map(({ code }) => code)).toEqual(
          criterion.indicators.map((_, i) => `${criterion.code}.${i + 1}`),
        );
      });
    }
    expect(indicatorsOf(GGSR).find(({ code }) => code === '4.2.2')?.name).toBe(
      'Er zijn samenwerkingsafspraken gemaakt over de aanpak',
    );
    givenFramework().when({ type: 'PublishFramework', framework: GGSR }).gives(published(GGSR));
  });
});
