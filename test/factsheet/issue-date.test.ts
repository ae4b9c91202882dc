import { issueDate } from '../../src/factsheet/issue-date';

const dateOf = (said: string | null, earlier: string[], given: string | null = null) =>
  issueDate({ publishedOn: said === null ? null : { value: said, line: 5 } }, earlier, given, '2016-03-01');

describe('A new issue was published', () => {
  it('on the day that it says, where that is later than the issues before it', () => {
    expect(dateOf('2015-06', ['2013-12', '2014'])).toEqual({ publishedOn: '2015-06', warnings: [] });
    expect(dateOf('2015-06', [])).toEqual({ publishedOn: '2015-06', warnings: [] });
    expect(dateOf('2015-06', ['2013-12'], '2015-09')).toEqual({ publishedOn: '2015-06', warnings: [] });
  });

  it('on a day not known, where it bears the date of an issue before, and then it is said', () => {
    expect(dateOf('2013-12', ['2013-12'])).toEqual({
      publishedOn: null,
      warnings: [
        { line: 5, value: expect.stringMatching(/^bears the date of an earlier issue \(2013-12\)/) },
      ],
    });
    expect(dateOf('2013-12', ['2013-12', '2015']).publishedOn).toBeNull();
  });

  it('on the day that is given beside it, where it says no day of its own', () => {
    expect(dateOf('2013-12', ['2013-12'], '2015-09')).toMatchObject({
      publishedOn: '2015-09',
      warnings: [{ value: expect.stringMatching(/public from 2015-09$/) }],
    });
    expect(dateOf(null, ['2013-12'], '2015-09')).toEqual({ publishedOn: '2015-09', warnings: [] });
    expect(dateOf(null, [], null)).toEqual({ publishedOn: null, warnings: [] });
  });

  it.each([
    ['2013-11', ['2013-12'], null, /^line 5: published on 2013-11, before .*\(2013-12\)/],
    [null, ['2013-12'], '2013-11', /published on 2013-11, before .*\(2013-12\)/],
    ['2013-12', ['2013-12', '2015'], '2014', /published on 2014, before .*\(2015\)/],
    ['2013-12', ['2013-12'], '2016-04', /--published 2016-04 lies in the future; today is 2016-03-01/],
    ['2013-12', ['2013-12'], '2016-03-02~', /lies in the future/],
  ])('not on %s behind %s with %s', (said, earlier, given, message) => {
    expect(() => dateOf(said, earlier, given)).toThrow(message);
  });
});
