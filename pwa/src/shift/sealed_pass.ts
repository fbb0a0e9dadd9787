/* Passes at rest: sealed under badge and PIN, and tried against them. Loaded when somebody signs in. */
import { newId } from '../offline/ids';
import { readMeta, writeMeta, type LocalStore, type PendingSession, type SealedPass, type Session } from '../offline/local_store';
import { NotLetIn } from './passes';

export const SEEN_WITHIN_MS = 7 * 86_400_000;
export const SESSION_MS = 12 * 3_600_000;
const LOCK_AFTER = 5;
const LOCK_FIRST_MS = 5 * 60_000;
/** So many wrong PINs take the pass away: only the server lets this person in again here. */
const GIVE_UP_AFTER = 10;
const ROUNDS = 200_000;

/** Until when no PIN is tried after `wrong` wrong ones in a row; 0 when one may be tried at once. */
export function lockedUntil(wrong: number, last_ms: number): number {
  return wrong < LOCK_AFTER ? 0 : last_ms + LOCK_FIRST_MS * 2 ** (wrong - LOCK_AFTER);
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;

async function markOf(badge: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes(`rampa badge ${badge}`));
  return [...new Uint8Array(digest).slice(0, 12)].map((each) => each.toString(16).padStart(2, '0')).join('');
}

export class SealedPasses {
  constructor(private readonly store: LocalStore, private readonly now_ms: () => number) {}

  /** Keeps a pass for the next time without a connection; does nothing where the browser has no cryptography. */
  async keep(badge: string, pin: string, offline_pass: string, person: Session['person']): Promise<void> {
    if (globalThis.crypto?.subtle === undefined) return;
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = await this.keyOf(badge, pin, salt);
    const box = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes(JSON.stringify({ offline_pass, person })));
    const mark = await markOf(badge);
    const others = (await this.kept()).filter((each) => each.mark !== mark && each.person_id !== person.id);
    const pass: SealedPass = { mark, person_id: person.id, salt, iv, box, seen_ms: this.now_ms(), wrong: 0, last_wrong_ms: 0 };
    await writeMeta(this.store, 'passes', [...others, pass]);
  }

  async known(badge: string): Promise<boolean> {
    if (globalThis.crypto?.subtle === undefined) return false;
    const mark = await markOf(badge);
    return (await this.kept()).some((each) => each.mark === mark);
  }

  /** Opens a session of whoever this is. Raises `NotLetIn`. The try is stored as a wrong one before it is made. */
  async open(badge: string, pin: string): Promise<Session> {
    if (globalThis.crypto?.subtle === undefined) throw new NotLetIn('OFFLINE_UNKNOWN');
    const mark = await markOf(badge);
    const passes = await this.kept();
    const pass = passes.find((each) => each.mark === mark);
    const now = this.now_ms();
    if (pass === undefined) throw new NotLetIn('OFFLINE_UNKNOWN');
    if (lockedUntil(pass.wrong, pass.last_wrong_ms) > now) throw new NotLetIn('SIGN_IN_LOCKED');
    const others = passes.filter((each) => each !== pass);
    const tried = { ...pass, wrong: pass.wrong + 1, last_wrong_ms: now };
    await writeMeta(this.store, 'passes', tried.wrong >= GIVE_UP_AFTER ? others : [...others, tried]);
    const key = await this.keyOf(badge, pin, pass.salt);
    let opened: { offline_pass: string; person: Session['person'] };
    try {
      const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: pass.iv }, key, pass.box);
      opened = JSON.parse(new TextDecoder().decode(plain)) as typeof opened;
    } catch {
      throw new NotLetIn('BADGE_OR_PIN_WRONG');
    }
    await writeMeta(this.store, 'passes', [...others, { ...pass, wrong: 0, last_wrong_ms: 0 }]);
    const session: Session = { uuid: newId(), person: opened.person, expires_at: new Date(now + SESSION_MS).toISOString() };
    const pending = (await readMeta(this.store, 'pending_sessions')) ?? [];
    const told: PendingSession = { session: session.uuid, offline_pass: opened.offline_pass, started_ms: now };
    await writeMeta(this.store, 'pending_sessions', [...pending, told]);
    return session;
  }

  /** Of people who were seen here within a week. */
  private async kept(): Promise<SealedPass[]> {
    const since = this.now_ms() - SEEN_WITHIN_MS;
    return ((await readMeta(this.store, 'passes')) ?? []).filter((each) => each.seen_ms > since);
  }

  private async keyOf(badge: string, pin: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
    let device = await readMeta(this.store, 'pass_key');
    if (device === undefined) {
      device = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
      await writeMeta(this.store, 'pass_key', device);
    }
    const material = await crypto.subtle.sign('HMAC', device, bytes(`${badge}\n${pin}`));
    const raw = await crypto.subtle.importKey('raw', material, 'PBKDF2', false, ['deriveKey']);
    const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS };
    return crypto.subtle.deriveKey(how, raw, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  }
}
