import * as fc from 'fast-check';
import { isEdtf, lastDay, yearOf } from '../../src/domain/edtf';

const pad = (value: number, length: number) => String(value).padStart(length, '0');
/** Any day of the years 0001 to 9999, by a way of counting that is not that of the code. */
const day = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const precision = fc.constantFrom(4, 7, 10);
const date = fc.tuple(day, precision, fc.boolean()).map(([whole, length, approximate]) => ({
  whole,
  edtf: whole.slice(0, length) + (approximate ? '~' : ''),
}));

describe('A date as documents give it', () => {
  it('is a year, a month or a day, each of them approximate or not, and stays as it is', () => {
    fc.assert(fc.property(date, ({ edtf }) => isEdtf(edtf)));
  });

  it('never means a day behind its last day, and means that day itself', () => {
    fc.assert(
      fc.property(date, ({ whole, edtf }) => {
        const last = lastDay(edtf);
        expect(whole <= last).toBe(true);
        expect(last.startsWith(edtf.replace('~', ''))).toBe(true);
        // The day after the last one does not belong to the date any more.
        const next = new Date(`${last}T00:00:00Z`);
        expect(next.toISOString().slice(0, 10)).toBe(last);
        next.setUTCDate(next.getUTCDate() + 1);
        expect(next.toISOString().startsWith(edtf.replace('~', '')) && next.getUTCFullYear() < 10_000).toBe(
          false,
        );
      }),
    );
  });

  it('is compared alike by its last day and by that day written out', () => {
    fc.assert(fc.property(date, ({ edtf }) => lastDay(lastDay(edtf)) === lastDay(edtf)));
    fc.assert(fc.property(date, ({ edtf }) => lastDay(edtf) === lastDay(edtf.replace('~', ''))));
  });

  it('lies in the year that it begins with', () => {
    fc.assert(fc.property(date, ({ whole, edtf }) => yearOf(edtf) === Number(whole.slice(0, 4))));
  });

  it.each([
    ['2013', '2013-12-31'],
    ['2013~', '2013-12-31'],
    ['2015-06', '2015-06-30'],
    ['2016-02', '2016-02-29'],
    ['2015-02~', '2015-02-28'],
    ['1900-02', '1900-02-28'],
    ['2000-02', '2000-02-29'],
    ['0050-02', '0050-02-28'],
    ['2015-05-01~', '2015-05-01'],
    ['2015-03-02', '2015-03-02'],
  ])('%s counts as %s', (edtf, last) => expect(lastDay(edtf)).toBe(last));

  it.each([
    '',
    '13',
    '20130',
    '2013-1',
    '2013-00',
    '2013-13',
    '2013-02-29',
    '2013-04-31',
    '2013-01-00',
    '2013-01-32',
    '2013-01-1',
    '2013/2014',
    '2013-05/2013-06',
    '2013..2014',
    '[2013]',
    '201X',
    '2013?',
    '2013%',
    '~2013',
    '2013~~',
    '2013-~05',
    '2013-21',
    '-2013',
    'Y12013',
    ' 2013',
    '2013\n',
    'mei 2015',
    '2015-05-01T12:00:00Z',
  ])('refuses %j', (value) => {
    expect(isEdtf(value)).toBe(false);
  });

  it('refuses every month and day that the calendar has not', () => {
    const numbers = fc.tuple(fc.nat(9999), fc.nat(99), fc.nat(99));
    fc.assert(
      fc.property(numbers, ([year, month, dayOfMonth]) => {
        const written = `${pad(year, 4)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}`;
        const there = new Date(`${written}T00:00:00Z`);
        const exists = !Number.isNaN(there.getTime()) && there.toISOString().slice(0, 10) === written;
        expect(isEdtf(written)).toBe(exists);
      }),
    );
  });

  it('has no last day where it is not accepted', () => {
    expect(() => lastDay('ooit')).toThrow(RangeError);
  });
});
