/* Times, amounts and long hashes as people read them. Pure: the present moment is an argument. */
import type { Language } from '../texts/texts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Today by the clock, this year by day and month, otherwise with the year. */
export function momentText(language: Language, iso: string, now: Date): string {
  const at = new Date(iso);
  const sameDay = at.toDateString() === now.toDateString();
  if (sameDay) return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(at);
  const near = Math.abs(at.getTime() - now.getTime()) < 300 * DAY_MS;
  return new Intl.DateTimeFormat(language, {
    day: 'numeric', month: 'numeric', ...(near ? {} : { year: 'numeric' }), hour: 'numeric', minute: '2-digit',
  }).format(at);
}

/** "in 3 minutes", "2 hours ago": for things that matter now. Stays in one line. */
export function agoText(language: Language, iso: string, now: Date): string {
  const difference_ms = new Date(iso).getTime() - now.getTime();
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  const size_ms = Math.abs(difference_ms);
  const [unit_ms, unit] =
    size_ms < 60_000 ? ([1_000, 'second'] as const)
    : size_ms < HOUR_MS ? ([60_000, 'minute'] as const)
    : size_ms < 2 * DAY_MS ? ([HOUR_MS, 'hour'] as const)
    : ([DAY_MS, 'day'] as const);
  return format.format(Math.round(difference_ms / unit_ms), unit).replaceAll(' ', '\u00a0');
}

/** Minor units of ISO 4217; the shop keeps two digits for HUF as well. */
export function moneyText(language: Language, amount: number, currency: string): string {
  try {
    const digits = ['JPY', 'KRW'].includes(currency) ? 0 : 2;
    // Forints are written whole, unless the shop prices in fillér.
    const fraction = amount % 10 ** digits === 0 ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const format = new Intl.NumberFormat(language, { style: 'currency', currency, ...fraction });
    return format.format(amount / 10 ** digits);
  } catch {
    return `${(amount / 100).toFixed(2)} ${currency}`;
  }
}

/** A hash in groups of eight, so that two people can compare it aloud. */
export const hashGroups = (hash: string): string[] => hash.match(/.{1,8}/g) ?? [];
