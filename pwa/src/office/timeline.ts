/* A fact of an order in plain words. Which sentence fits follows from its values; unknown kinds show their own name. */
import type { FactEntry, Why } from './shapes';
import type { OfficeSay } from './texts/texts';

/** The state a fact names differently from its usual sentence; the text is `fact.<kind>.<variant>`. */
function variantOf(kind: string, values: Readonly<Record<string, unknown>>): string | null {
  const filled = (name: string): boolean => Array.isArray(values[name]) && values[name].length > 0;
  if (kind === 'OrderReceived' || kind === 'OrderUpdated') return filled('held') ? 'held' : null;
  if (kind === 'OrderPromised') return values['partial'] === true ? 'partial' : null;
  if (kind === 'PickShort' || kind === 'PieceMissing') return values['held'] === true ? 'held' : null;
  if (kind === 'CheckUndone') return values['what'] === 'missing' ? 'missing' : null;
  if (kind === 'CheckCompleted') return values['result'] === 'short' ? 'short' : null;
  if (kind === 'PaperPrinted') return values['confirmed'] === true ? null : 'sent';
  if (kind === 'ParcelClosed') return typeof values['weight_g'] === 'number' ? null : 'unweighed';
  return null;
}

const plain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const holdName = (say: OfficeSay, code: string): string =>
  say.code('hold_name', code, code.replaceAll('_', ' ').toLowerCase());

export const stateName = (say: OfficeSay, state: string): string => say.code('state', state, state);

/** Why an order stands where it stands: one sentence, and what else counts. */
export function whyText(say: OfficeSay, why: Omit<Why, 'hold'> & { hold?: boolean }): string {
  const { code, values, sentence } = why;
  const prefix = why.hold === true ? 'hold' : 'why';
  const parts = [say.code(prefix, code, sentence, values)];
  // A sentence of the server that this app has no text for says these by itself.
  if (!say.has(`${prefix}.${code}`)) return sentence;
  for (const name of ['promised', 'blocked', 'more'] as const) {
    const n = Number(values[name] ?? 0);
    if (n > 0) parts.push(say(`reason.${name}`, { n }));
  }
  return parts.join(' ');
}

export function factText(say: OfficeSay, fact: Pick<FactEntry, 'kind' | 'payload'>): string {
  const { kind, payload } = fact;
  const values: Record<string, unknown> = { ...payload };
  for (const name of ['before', 'after', 'state']) {
    if (typeof values[name] === 'string') values[name] = stateName(say, values[name]);
  }
  if (Array.isArray(payload['held'])) {
    values['held'] = payload['held'].map((code) => holdName(say, String(code))).join(', ');
  }
  if (typeof payload['code'] === 'string') {
    const inner = plain(payload['values']) ? payload['values'] : {};
    values['reason'] =
      kind === 'HoldReleased'
        ? holdName(say, payload['code'])
        : whyText(say, { code: payload['code'], values: inner, hold: kind === 'OrderHeld', sentence: payload['code'] });
  }
  if (typeof payload['weight_g'] === 'number') values['weight'] = say.weight(payload['weight_g']);
  const variant = variantOf(kind, payload);
  return say.code('fact', variant === null ? kind : `${kind}.${variant}`, kind, values).trim();
}
