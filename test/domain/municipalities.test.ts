import * as fc from 'fast-check';
import {
  existedIn,
  MUNICIPALITIES,
  municipalityByCode,
  resolveMunicipality,
  UnresolvedMunicipalityError,
} from '../../src/domain/municipalities';

const codeOf = (name: string, year: number) => resolveMunicipality(name, year).code;

function refusal(name: string, year: number): string {
  try {
    const { code } = resolveMunicipality(name, year);
    throw new Error(`${name} was taken for ${code}`);
  } catch (error) {
    if (error instanceof UnresolvedMunicipalityError) return error.message;
    throw error;
  }
}

describe('The municipalities', () => {
  it('are all there, in order of a code that no two have', () => {
    const codes = MUNICIPALITIES.map(({ code }) => code);
    expect(codes).toHaveLength(1476);
    expect(codes).toEqual([...new Set(codes)].sort());
    expect(codes.every((code) => /^GM\d{4}$/.test(code))).toBe(true);
  });

  it('lead to successors that are there', () => {
    const successors = MUNICIPALITIES.flatMap(({ successor }) => successor ?? []);
    expect(successors.filter((code) => municipalityByCode(code)?.code !== code)).toEqual([]);
    expect(successors.length).toBeGreaterThan(500);
    expect(municipalityByCode('GM0612')).toMatchObject({
      name: 'Spijkenisse',
      successor: 'GM1930',
      validUntil: '2015-01-01',
    });
    expect(municipalityByCode('GM9999')).toBeUndefined();
  });
});

describe('A municipality is named as it was', () => {
  it.each([
    ['Maastricht', 2013, 'GM0935'],
    ['Spijkenisse', 2014, 'GM0612'],
    ['Nissewaard', 2015, 'GM1930'],
    ['Hengelo (O)', 2013, 'GM0164'],
    ['Hengelo', 2013, 'GM0164'],
    ['Hengelo (Gld)', 2004, 'GM0248'],
    ['Bergen (L)', 2013, 'GM0893'],
    ['Bergen (NH)', 2013, 'GM0373'],
    ['GM0373', 2013, 'GM0373'],
    ['gm0935', 2013, 'GM0935'],
    ['  maasTRICHT ', 2013, 'GM0935'],
    ['Bergen  (NH)', 2013, 'GM0373'],
    ["'s-Gravenhage", 2013, 'GM0518'],
    ['’s-Gravenhage', 2013, 'GM0518'],
    ['Su\u0301dwest-Frysla\u0302n', 2013, 'GM1900'],
  ])('%s in %i is %s', (name, year, code) => {
    expect(codeOf(name, year)).toBe(code);
  });

  it('and is not there before it began, nor after it ended: the error says what became of it', () => {
    expect(refusal('Spijkenisse', 2015)).toBe(
      '"Spijkenisse" did not exist in 2015: Spijkenisse (GM0612, until 2015-01-01, then Nissewaard GM1930)',
    );
    expect(refusal('Nissewaard', 2014)).toBe(
      '"Nissewaard" did not exist in 2014: Nissewaard (GM1930, from 2015-01-01); before it were Bernisse (GM0568, from 1980-01-01, until 2015-01-01, then Nissewaard GM1930), Spijkenisse (GM0612, until 2015-01-01, then Nissewaard GM1930)',
    );
    expect(refusal('GM0612', 2015)).toMatch(/did not exist in 2015/);
  });

  it('and without its suffix only where one fits: the error lists the candidates', () => {
    expect(refusal('Bergen', 2013)).toBe(
      '"Bergen" is ambiguous in 2013: Bergen (NH) (GM0373), Bergen (L) (GM0893); name one by its code',
    );
    expect(refusal('Hengelo', 2004)).toMatch(/ambiguous in 2004: Hengelo \(O\) \(GM0164\), Hengelo \(Gld\)/);
    expect(codeOf('Hengelo', 2005)).toBe('GM0164');
  });

  it('and never by another suffix, or half a name', () => {
    expect(refusal('Bergen (Z)', 2013)).toMatch(/no municipality is called "Bergen \(Z\)"/);
    expect(refusal('Maastr', 2013)).toMatch(/no municipality is called/);
    expect(refusal('', 2013)).toMatch(/no municipality is called ""/);
  });

  it('and a name that nobody has is answered with the nearest ones of that year', () => {
    expect(refusal('Maastrigt', 2013)).toMatch(/nearest in name: Maastricht \(GM0935\), /);
    expect(refusal('Spijkenise', 2015)).not.toMatch(/Spijkenisse/);
    expect(refusal('Spijkenise', 2014)).toMatch(/Spijkenisse \(GM0612/);
  });

  it('and each answers to its own code in every year that it existed, and in no other', () => {
    const any = fc.tuple(fc.constantFrom(...MUNICIPALITIES), fc.integer({ min: 1960, max: 2026 }));
    fc.assert(
      fc.property(any, ([municipality, year]) => {
        if (existedIn(municipality, year))
          expect(resolveMunicipality(municipality.code, year)).toBe(municipality);
        else expect(refusal(municipality.code, year)).toMatch(`did not exist in ${year}`);
      }),
    );
  });

  it('and each answers to its own name in every year that it existed, alone or as one of the candidates', () => {
    const any = fc.tuple(fc.constantFrom(...MUNICIPALITIES), fc.integer({ min: 1960, max: 2026 }));
    fc.assert(
      fc.property(any, ([municipality, year]) => {
        fc.pre(existedIn(municipality, year));
        const twins = MUNICIPALITIES.filter((one) => one.name === municipality.name && existedIn(one, year));
        if (twins.length === 1) expect(resolveMunicipality(municipality.name, year)).toBe(municipality);
        else expect(refusal(municipality.name, year)).toContain(municipality.code);
      }),
    );
  });
});

describe('A municipality existed in a year', () => {
  const part = {
    code: 'GM0001',
    name: 'Deel',
    successor: null,
    validFrom: '2013-07-01',
    validUntil: '2015-01-01',
  };
  it('where it did on at least one day of it', () => {
    expect([2012, 2013, 2014, 2015].map((year) => existedIn(part, year))).toEqual([false, true, true, false]);
    expect(existedIn({ ...part, validUntil: '2015-01-02' }, 2015)).toBe(true);
    expect(existedIn({ ...part, validFrom: null }, 1)).toBe(true);
    expect(existedIn({ ...part, validUntil: null }, 9999)).toBe(true);
  });
});
