/* A fact of an order in plain words. Which sentence fits follows from its values; unknown kinds show their own name. */
import { keptText, paperText } from './problem_text';
import type { FactEntry, Why } from './shapes';
import type { OfficeSay } from './texts/texts';

const plain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** What went wrong on our side is kept as a code; a carrier's own words have none. */
const isKept = (value: unknown): value is Record<string, unknown> => plain(value) && typeof value['code'] === 'string';

/** The state a fact names differently from its usual sentence; the text is `fact.<kind>.<variant>`. */
function variantOf(kind: string, values: Readonly<Record<string, unknown>>): string | null {
  const filled = (name: string): boolean => Array.isArray(values[name]) && values[name].length > 0;
  if (kind === 'OrderReceived' || kind === 'OrderUpdated') return filled('held') ? 'held' : null;
  if (kind === 'OrderPromised') return values['partial'] === true ? 'partial' : null;
  if (kind === 'PickShort' || kind === 'PieceMissing') return values['held'] === true ? 'held' : null;
  if (kind === 'CheckUndone') return values['what'] === 'missing' ? 'missing' : null;
  if (kind === 'CheckCompleted') return values['result'] === 'short' ? 'short' : null;
  if (kind === 'PaperPrinted') return values['confirmed'] === true ? null : 'sent';
  if (kind === 'ConsignmentRefused' || kind === 'ConsignmentNotCancelled') return isKept(values['problem']) ? 'own' : null;
  if (kind === 'ParcelClosed') return typeof values['weight_g'] === 'number' ? null : 'unweighed';
  return null;
}

export const holdName = (say: OfficeSay, code: string): string =>
  say.code('hold_name', code, code.replaceAll('_', ' ').toLowerCase());

export const stateName = (say: OfficeSay, state: string): string => say.code('state', state, state);

/** Names of columns and address fields in the values of a reason, such as `street, zip` or `price of HRN-04`. */
function worded(say: OfficeSay, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const one = (name: string): string => {
    const [, field = name, of] = /^(\w+) of (.+)$/.exec(name) ?? [];
    const word = say.code('field_name', field, field);
    return of === undefined ? word : say('reason.field_of', { field: word, of });
  };
  const found: Record<string, unknown> = { ...values };
  if (typeof found['field'] === 'string') found['field'] = one(found['field']);
  if (typeof found['missing'] === 'string') found['missing'] = found['missing'].split(', ').map(one).join(', ');
  for (const name of ['method', 'shop_state', 'got']) {
    if (found[name] === '(none)' || found[name] === 'nothing') found[name] = say('reason.none');
  }
  if (isKept(found['problem'])) found['reason'] = keptText(say, found['problem']) ?? found['reason'];
  return found;
}

/** Why an order stands where it stands: one sentence, and what else counts. */
export function whyText(say: OfficeSay, why: Omit<Why, 'hold'> & { hold?: boolean }): string {
  const { code, sentence } = why;
  const values = worded(say, why.values);
  const hold = isKept(values['problem']) && say.has(`hold_own.${code}`) ? 'hold_own' : 'hold';
  const prefix = why.hold === true ? hold : 'why';
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
  else if (isKept(payload['problem'])) values['reason'] = keptText(say, payload['problem']) ?? payload['reason'];
  else if (kind === 'PaperFailed') values['reason'] = paperText(say, 'failed', String(payload['reason'] ?? '')) ?? '';
  if (typeof payload['weight_g'] === 'number') values['weight'] = say.weight(payload['weight_g']);
  const variant = variantOf(kind, payload);
  return say.code('fact', variant === null ? kind : `${kind}.${variant}`, kind, values).trim();
}
