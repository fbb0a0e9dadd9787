/*
 * Signing in without a connection.
 *
 * Who signs in online gets a pass. It is kept sealed under badge and PIN and under a key that never leaves this
 * browser; whoever can open it knows both. A session opened that way is told to the server before anything else is sent.
 * Needs a secure page (https or this machine), because only there the browser has cryptography.
 */
import { ApiProblem, NoAnswer, type Api } from '../api/client';
import { readMeta, writeMeta, type LocalStore, type PendingSession, type Session } from '../offline/local_store';
import type { SealedPasses } from './sealed_pass';

interface SessionReply {
  session: string;
  person_id: number;
  name: string;
  language: string;
  role: string;
  expires_at: string;
  offline_pass?: string | null;
}

/** Why nobody came in, with a code of `problem.*`. */
export class NotLetIn extends Error {
  override name = 'NotLetIn';
  constructor(readonly code: 'OFFLINE_UNKNOWN' | 'SIGN_IN_LOCKED' | 'BADGE_OR_PIN_WRONG') {
    super(code);
  }
}

export class Passes {
  constructor(private readonly store: LocalStore, private readonly now_ms: () => number) {}

  private async sealed(): Promise<SealedPasses> {
    // An app that is not whole on the device cannot let anybody in by itself.
    const loaded = await import('./sealed_pass').catch(() => null);
    if (loaded === null) throw new NotLetIn('OFFLINE_UNKNOWN');
    return new loaded.SealedPasses(this.store, this.now_ms);
  }

  /** Keeps a pass for the next time without a connection. */
  async keep(badge: string, pin: string, offline_pass: string, person: Session['person']): Promise<void> {
    await (await this.sealed()).keep(badge, pin, offline_pass, person);
  }

  async known(badge: string): Promise<boolean> {
    return (await this.sealed()).known(badge);
  }

  /** Opens a session of whoever this is. Raises `NotLetIn`. */
  async open(badge: string, pin: string): Promise<Session> {
    return (await this.sealed()).open(badge, pin);
  }

  /** The server decides when it answers; else this device does, for people it has seen within a week. */
  async signIn(api: Api, badge: string, pin: string): Promise<Session> {
    const timeout_ms = (await this.known(badge).catch(() => false)) ? 4_000 : 8_000;
    try {
      const reply = await api<SessionReply>('/api/sessions', { method: 'POST', body: { badge, pin }, timeout_ms });
      const { session: uuid, person_id: id, name, language, role, expires_at } = reply;
      const person = { id, name, language, role };
      if (reply.offline_pass) await this.keep(badge, pin, reply.offline_pass, person).catch(() => undefined);
      return { uuid, person, expires_at };
    } catch (error) {
      if (error instanceof NoAnswer) return this.open(badge, pin);
      throw error;
    }
  }

  /** Tells the server of sessions it has not heard of. A no of the server ends the matter: their scans get its verdict. */
  async tell(api: Api): Promise<void> {
    for (const each of await this.pending()) {
      const started_ago_s = Math.max(0, this.now_ms() - each.started_ms) / 1_000;
      const body = { session: each.session, offline_pass: each.offline_pass, started_ago_s };
      try {
        await api('/api/sessions/offline', { method: 'POST', body });
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.problem.status >= 500 || error.problem.status === 429) throw error;
      }
      const left = (await this.pending()).filter((one) => one.session !== each.session);
      await writeMeta(this.store, 'pending_sessions', left);
    }
  }

  /** `api`, but whatever is asked, sessions come first; and scans say what this device's clock shows. */
  telling(api: Api): Api {
    return async <T>(path: string, call?: Parameters<Api>[1]): Promise<T> => {
      if (!path.startsWith('/api/sessions') && !path.startsWith('/api/devices')) await this.tell(api);
      if (path !== '/api/scans' || call === undefined) return api<T>(path, call);
      const sent_at = new Date(this.now_ms()).toISOString();
      return api<T>(path, { ...call, body: { ...(call.body as object), sent_at } });
    };
  }

  private async pending(): Promise<PendingSession[]> {
    return (await readMeta(this.store, 'pending_sessions')) ?? [];
  }
}
