/*
 * What all office screens share: who is signed in, the language, where we are, and how fresh what we show is. Screens
 * draw it and send requests; the rules stay on the server.
 */
import { getContext, setContext } from 'svelte';
import { apiClient } from '../api/client';
import { NoAnswer } from '../api/client';
import { listenForPokes } from '../offline/pokes';
import { isLanguage, languageOf, type Language } from '../texts/texts';
import { Live, type LiveState } from './live';
import { isSignedOut, problemText } from './problem_text';
import { addressOf, routeOf, withValues, type Route, type Tab } from './route';
import type { Me, Role } from './shapes';
import { loadSay, type OfficeSay } from './texts/texts';

const RANK: Readonly<Record<Role, number>> = { worker: 1, lead: 2, office: 3, owner: 4 };
const LANGUAGE = 'rampa.office.language';
const TOAST_MS = 6_000;

export interface Toast {
  text: string;
  bad: boolean;
}

export class OfficeState {
  say: OfficeSay;
  /** undefined: not asked yet; null: nobody is signed in. */
  me: Me | null | undefined = $state.raw(undefined);
  route: Route = $state.raw(routeOf('/office'));
  live: LiveState = $state('polling');
  toast: Toast | null = $state.raw(null);
  now: Date = $state.raw(new Date());
  readonly news: Live;
  readonly api = apiClient(() => ({ device: null, session: null }));
  private toastTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(say: OfficeSay) {
    this.say = $state.raw(say);
    this.route = routeOf(location.href);
    addEventListener('popstate', () => (this.route = routeOf(location.href)));
    setInterval(() => (this.now = new Date()), 15_000);
    this.news = new Live({
      listen: (poke, streaming) =>
        listenForPokes({
          address: '/api/events', headers: () => ({}), poke,
          fetcher: async (...args) => {
            streaming(false);
            const answer = await fetch(...args);
            streaming(answer.ok);
            return answer;
          },
        }),
      told: (state) => (this.live = state),
      unanswered: (error) => error instanceof NoAnswer,
      hidden: () => document.hidden,
    });
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.news.news();
    });
  }

  // Who

  async askWho(): Promise<void> {
    try {
      const me = await this.api<Me>('/api/me');
      this.me = me.person_id === null ? null : me;
    } catch (error) {
      this.me = null;
      if (!isSignedOut(error)) this.fail(error);
    }
    if (this.me !== null) await this.signedIn(this.me);
  }

  private async signedIn(me: Me): Promise<void> {
    if (localStorage.getItem(LANGUAGE) === null && isLanguage(me.language)) await this.speak(me.language, false);
    this.news.start();
  }

  async signIn(body: Record<string, string>): Promise<void> {
    await this.api('/api/office/sign-in', { method: 'POST', body });
    await this.askWho();
  }

  async signOut(): Promise<void> {
    await this.api('/api/office/sign-out', { method: 'POST', body: {} }).catch(() => undefined);
    this.over();
  }

  may(role: Role): boolean {
    return RANK[this.me?.role ?? 'worker'] >= RANK[role];
  }

  private over(): void {
    this.news.stop();
    this.me = null;
  }

  // Language

  async speak(language: Language, keep = true): Promise<void> {
    this.say = await loadSay(language);
    document.documentElement.lang = language;
    if (keep) localStorage.setItem(LANGUAGE, language);
  }

  // Where

  go(tab: Tab, values: Readonly<Record<string, string>> = {}): void {
    this.moveTo({ tab, values }, false);
  }

  /** Other values here; `replace` for what is typed letter by letter, so that Back leaves the search at once. */
  set(values: Readonly<Record<string, string>>, replace = false): void {
    this.moveTo(withValues(this.route, values), replace);
  }

  private moveTo(route: Route, replace: boolean): void {
    const address = addressOf(route);
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.route = route;
  }

  // Doing

  /** Runs an act of a person: its success or its problem is told, and what is shown is fetched anew. */
  async act<T>(work: () => Promise<T>, done?: string | ((result: T) => string)): Promise<T | null> {
    try {
      const result = await work();
      if (done !== undefined) this.tell(typeof done === 'string' ? done : done(result));
      return result;
    } catch (error) {
      this.fail(error);
      return null;
    } finally {
      this.news.news();
    }
  }

  tell(text: string, bad = false): void {
    this.toast = { text, bad };
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => (this.toast = null), TOAST_MS * (bad ? 2 : 1));
  }

  fail(error: unknown): void {
    if (isSignedOut(error)) this.over();
    this.tell(problemText(this.say, error), true);
  }
}

/** What a screen shows of the server: the newest request wins, an older answer never overwrites a newer one. */
export class Shown<T> {
  value: T | null = $state.raw(null);
  problem: unknown = $state.raw(null);
  private asked = 0;

  constructor(private readonly read: () => Promise<T | null>) {}

  load = async (): Promise<void> => {
    const mine = ++this.asked;
    try {
      const value = await this.read();
      if (mine !== this.asked) return;
      this.value = value;
      this.problem = null;
    } catch (error) {
      if (mine !== this.asked) return;
      this.problem = error;
      throw error;
    }
  };

  /** Forgets what is shown, for another subject. */
  clear(): void {
    this.asked++;
    this.value = null;
    this.problem = null;
  }
}

const KEY = Symbol('office');
export const provideOffice = (office: OfficeState): OfficeState => setContext(KEY, office);
export const useOffice = (): OfficeState => getContext<OfficeState>(KEY);

/**
 * Loads now and at each news, as long as the component stands. `subject` is read so that the load starts again when
 * what is shown changes. `every_ms` looks again by the clock as well: for what changes without leaving a fact, such as
 * the state of a printer or a refused scan at the dock.
 */
export function keepFresh(office: OfficeState, shown: Shown<unknown>, subject: () => unknown, every_ms = 0): void {
  $effect(() => {
    subject();
    const load = (): Promise<void> =>
      shown.load().catch((error: unknown) => {
        if (isSignedOut(error)) office.fail(error);
        throw error;
      });
    void load().catch(() => undefined);
    const forget = office.news.subscribe(load);
    const timer = every_ms === 0 ? undefined : setInterval(() => {
      if (!document.hidden) void load().catch(() => undefined);
    }, every_ms);
    return () => {
      forget();
      clearInterval(timer);
    };
  });
}

export const startLanguage = (): Language => {
  const kept = localStorage.getItem(LANGUAGE);
  return kept !== null && isLanguage(kept) ? kept : languageOf(navigator.languages);
};
