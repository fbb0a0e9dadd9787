/*
 * What all floor screens share: the shift's view, the language, and which screen is open. Screens draw it, send inputs
 * and hold no rules; lists are plain data.
 */
import { flushSync, getContext, setContext } from 'svelte';
import { NoAnswer } from '../api/client';
import type { Sounds } from '../feedback/sounds';
import type { PhotosView, WaitingPhotos } from '../offline/waiting_photos';
import type { AppUpdate } from '../shift/app_update';
import { StayAwake, keepStorage, wholeScreen } from '../shift/device_care';
import { DeviceFull } from '../shift/held_work';
import { needsSignIn, problemOf } from '../shift/problems';
import type { ScannedCode, Shift, ShiftView } from '../shift/shift';
import type { Judged } from '../inputs/camera_votes';
import { isLanguage, languageOf, loadSay, type Say } from '../texts/texts';
import type { Burst } from '../inputs/wedge_decoder';

export type ScreenName =
  | 'menu' | 'job' | 'pack_start' | 'handover_start' | 'receive_start' | 'put_away_start' | 'count_start' | 'move_start' | 'returns_start' | 'look_up' | 'corrections' | 'sounds' | 'settings';

type Heard = (code: ScannedCode) => void;
/** A scan waits so long for the screen that it was meant for. */
const EARLY_MS = 10_000;

export class FloorState {
  view: ShiftView;
  say: Say;
  screen: ScreenName = $state('menu');
  /** Sound is unlocked and the shift has begun; needs one tap after each start of the app. */
  started = $state(false);
  working = $state(true);
  scannerReady = $state(false);
  awake = $state<boolean | null>(null);
  /** Whether the browser promised to keep the device's storage; null: it does not say. */
  kept = $state<boolean | null>(null);
  /** The tone of this sign-in waits to be confirmed as heard. */
  hearing = $state(false);
  /** The task whose take-over card was read. */
  takeOverRead = $state('');
  /** A version whose news this device has not shown yet. */
  news = $state<string | null>(null);
  updateWaiting = $state(false);
  busy = $state(false);
  /** One sentence that waits to be read and tapped away. */
  message: { text: string; bad: boolean } | null = $state(null);
  /** The sheet with camera and typing is open. */
  codeSheet = $state(false);
  /** Still pictures that the server has not read yet, and answers that wait for a yes or no. */
  photos: PhotosView = $state.raw({ waiting: 0, answers: [] });
  lastBurst: Burst | null = $state.raw(null);
  /** A badge scanned in the menu: its owner is about to sign in. */
  badge = $state('');
  /** A code scanned in the menu, to be looked up at once. */
  lookUp: ScannedCode | null = $state.raw(null);
  private readonly listeners: Heard[] = [];
  private readonly early: { code: ScannedCode; at_ms: number }[] = [];
  private waitingPhotos: Promise<WaitingPhotos> | null = null;
  private readonly stayAwake = new StayAwake((awake) => (this.awake = awake));

  constructor(
    readonly shift: Shift,
    readonly sounds: Sounds,
    readonly update: AppUpdate,
    say: Say,
    readonly takeOver: () => void,
  ) {
    this.view = $state.raw(shift.view);
    this.say = $state.raw(say);
    shift.subscribe((view) => {
      if (view.language !== this.say.language) void this.speak(view.language);
      this.sounds.volume = view.settings.volume;
      if (view.link === 'ok' && this.view.link !== 'ok' && this.photos.waiting > 0) void this.stills().then((stills) => stills.send());
      if (this.view.refused === null && view.refused !== null) this.message = null;
      this.view = view;
    });
  }

  // Codes

  /** Who listens gets every code instead of the open job; the last one in wins. */
  listen(heard: Heard): () => void {
    this.listeners.push(heard);
    this.handEarly();
    return () => void this.listeners.splice(this.listeners.indexOf(heard), 1);
  }

  /** As the scanner card has taught this device; null when the burst was a lesson itself. */
  meant: (burst: Burst) => Burst | null = (burst) => burst;

  burst(heard: Burst): void {
    this.lastBurst = heard;
    const burst = this.meant(heard);
    if (burst === null) return;
    if (burst.end === 'unfinished') {
      this.wrong(this.say('scanner.unfinished'));
      return;
    }
    this.hear(this.shift.read(burst));
  }

  text(text: string, source: 'camera' | 'typed'): void {
    this.hear(this.shift.readText(text, source));
  }

  /** What this screen makes of a code in the camera's picture. */
  judge(text: string): Judged {
    return this.listeners.length > 0 ? this.shift.judge(text, null) : this.shift.judge(text);
  }

  private hear(code: ScannedCode | null): void {
    if (code === null || !this.working) return;
    this.shift.touch();
    this.message = null;
    // Work is being fetched, or the next screen is not there yet: what is scanned meanwhile is meant for it.
    const nobody = this.listeners.length === 0 && this.screen !== 'job';
    if (nobody || (this.busy && this.screen === 'menu')) this.early.push({ code, at_ms: performance.now() });
    else this.hand(code);
  }

  private hand(code: ScannedCode): void {
    const heard = this.listeners.at(-1);
    if (heard !== undefined) heard(code);
    else if (this.screen === 'job') this.shift.scan(code);
  }

  /** After the screen has changed; what waited long was not meant for this one. */
  private handEarly(): void {
    setTimeout(() => {
      // The screen before must not hear what was meant for the one after it.
      flushSync();
      if (this.busy || (this.listeners.length === 0 && this.screen !== 'job')) return;
      const fresh = this.early.splice(0).filter(({ at_ms }) => performance.now() - at_ms < EARLY_MS);
      for (const { code } of fresh) this.hand(code);
    }, 0);
  }

  // Still pictures

  /** The machinery comes with the first still picture, or with a shift that finds some waiting. */
  private stills(): Promise<WaitingPhotos> {
    const open = async (): Promise<WaitingPhotos> => {
      const { WaitingPhotos, openPhotoStore } = await import('../offline/waiting_photos');
      const changed = (view: PhotosView): void => {
        if (view.answers.length > this.photos.answers.length) this.sounds.play('piece');
        this.photos = view;
      };
      const photos = new WaitingPhotos({ store: await openPhotoStore(), api: this.shift.api, changed });
      await photos.tell();
      return photos;
    };
    // What failed once (a full disk) may work the next time.
    this.waitingPhotos ??= open().catch((error: unknown) => {
      this.waitingPhotos = null;
      throw error;
    });
    return this.waitingPhotos;
  }

  /** Keeps a still picture for the server to read: now, or when the line is back. */
  async keepStill(picture: Blob): Promise<void> {
    const { job } = this.shift;
    const bundle = job?.view.bundle as { task: string; flow: string; number?: string } | undefined;
    const title = bundle === undefined ? '' : this.say.code('task', bundle.flow, bundle.task, { number: bundle.number ?? '' });
    try {
      const kept = await (await this.stills()).add(picture, { task: bundle?.task ?? null, title, known: this.shift.expected });
      if (!kept) this.wrong(this.say('photo.full', { n: this.photos.waiting }));
    } catch (error) {
      console.error(error);
      this.wrong(this.say('photo.not_kept'));
    }
  }

  /** What was read in a still picture is what was meant, or not. Either way the picture goes. */
  async settleStill(number: number, text: string | null): Promise<void> {
    await (await this.stills()).forget(number);
    if (text !== null) this.text(text, 'camera');
  }

  // Telling

  wrong(text: string): void {
    this.sounds.play('wrong_thing');
    this.sounds.vibrate('wrong_thing');
    this.message = { text, bad: true };
  }

  /** No answer is no mistake of the person: calm, and the sender finds out how things stand. */
  private offline(): void {
    this.sounds.play('warning');
    this.message = { text: this.say('problem.NO_ANSWER'), bad: false };
    this.shift.poke();
  }

  problemText(error: unknown): string {
    const { code, sentence, refusal } = problemOf(error);
    if (code === 'APP_ERROR') console.error(error);
    if (refusal === null) return this.say.code('problem', code, sentence, { sentence });
    const text = this.say.code('refusal', refusal.code, sentence, refusal.values);
    return `${text} ${this.say.code('cure', refusal.cure, '')}`.trim();
  }

  /** Runs something that asks the server; a problem becomes a sentence with the error tone. */
  async ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.message = null;
    try {
      return await work();
    } catch (error) {
      if (error instanceof NoAnswer) this.offline();
      else if (error instanceof DeviceFull) this.wrong(this.say('storage.nearly_full', { n: error.unsent }));
      else if (needsSignIn(error)) {
        await this.shift.sessionIsOver();
        this.wrong(this.say('problem.SIGN_IN_NEEDED'));
      } else this.wrong(this.problemText(error));
      return undefined;
    } finally {
      this.busy = false;
      this.handEarly();
    }
  }

  // Moving about

  async go(screen: ScreenName): Promise<void> {
    // First of all: the screen that shows between two screens must not open the camera anew.
    this.codeSheet = false;
    if (screen !== 'job') await this.shift.closeJob();
    this.message = null;
    this.screen = screen;
    if (screen === 'job') this.hearing = false;
    else this.update.reloadIfIdle();
    this.stayAwake.want(screen === 'job');
  }

  async startShift(): Promise<void> {
    await this.sounds.unlock();
    this.sounds.play('ready');
    this.sounds.vibrate('ready');
    void keepStorage().then((kept) => (this.kept = kept));
    void wholeScreen();
    this.started = true;
    this.hearing = true;
    void this.stills().then((stills) => stills.send()).catch((error: unknown) => console.error(error));
    this.news = await this.shift.unseenNews();
    this.update.check();
  }

  async speak(language: string): Promise<void> {
    const known = isLanguage(language) ? language : languageOf([language]);
    const say = await loadSay(known);
    if (this.started) await say.whole();
    if (this.shift.view.language !== language) return;
    this.say = say;
    document.documentElement.lang = known;
  }
}

const KEY = Symbol('floor');
export const provideFloor = (floor: FloorState): FloorState => setContext(KEY, floor);
export const useFloor = (): FloorState => getContext<FloorState>(KEY);
