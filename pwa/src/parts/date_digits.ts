/* A day typed as digits, the way it stands on packs here: day, month, year. */

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const daysIn = (month: number, year: number): number =>
  month === 2 && (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) ? 29 : (DAYS[month - 1] ?? 0);

/** "311227" and "31122027" are 2027-12-31; "001227" is the end of that month; null when there is no such day. */
export function readDay(digits: string): string | null {
  if (!/^(\d{6}|\d{8})$/.test(digits)) return null;
  const month = Number(digits.slice(2, 4));
  const year = digits.length === 6 ? 2000 + Number(digits.slice(4)) : Number(digits.slice(4));
  const last = daysIn(month, year);
  const day = Number(digits.slice(0, 2)) || last;
  if (month < 1 || month > 12 || day > last || year < 2000 || year > 2099) return null;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}`;
}

/** The digits as they are typed: "31. 12. 20__". */
export function shownDay(digits: string): string {
  const padded = digits.padEnd(digits.length > 6 ? 8 : 6, '_');
  return `${padded.slice(0, 2)}. ${padded.slice(2, 4)}. ${padded.slice(4)}`;
}
