/* The floor app starts: local database, shift, scanner, sounds, one screen. */
import './parts/floor.css';
import { mount } from 'svelte';
import { Sounds } from './feedback/sounds';
import { loadFlow } from './flows/registry';
import type { CodeReader } from './inputs/reading';
import { openLocalStore } from './offline/local_store';
import { localWitness } from './offline/witness';
import { becomeWorkingTab } from './offline/working_tab';
import { ThemeOfPage } from './parts/theme';
import Floor from './screens/Floor.svelte';
import { FloorState } from './screens/floor_state.svelte';
import { AppUpdate } from './shift/app_update';
import { Shift } from './shift/shift';
import { languageOf, loadSay } from './texts/texts';

async function start(target: HTMLElement): Promise<void> {
  // Comes beside the first screen, not before it; nothing is heard until it is here.
  const hearing = import('./hearing');
  // A dead connection to the database loses writes silently: begin anew with a live one.
  const store = await openLocalStore('rampa', () => location.reload());
  const witness = localWitness(localStorage);
  const sounds = new Sounds();
  let read: CodeReader = (text) => ({ kind: 'unknown', keys: [`text:${text}`], elements: {}, error: null });
  const shift = new Shift({ store, feedback: sounds, readCode: (text, known) => read(text, known), loadFlow, app: __APP_VERSION__, witness });
  await shift.open();
  const language = shift.view.device === null ? languageOf(navigator.languages) : languageOf([shift.view.language]);
  // Before anybody listens: otherwise the language of a fresh store is loaded as well and, coming last, wins.
  if (shift.view.device === null) await shift.setLanguage(language);
  let floor: FloorState | null = null;
  const update = new AppUpdate(
    (waiting) => {
      if (floor !== null) floor.updateWaiting = waiting;
    },
    () => shift.view.job === null && shift.view.unsent === 0,
  );
  const tab = becomeWorkingTab((working) => {
    if (floor !== null) floor.working = working;
    workingFirst = working;
  });
  floor = new FloorState(shift, sounds, update, await loadSay(language), tab.takeOver);
  floor.working = workingFirst;
  const theme = new ThemeOfPage(document.documentElement);
  shift.subscribe(({ settings }) => theme.show(settings.theme));
  document.documentElement.lang = language;
  mount(Floor, { target, props: { floor } });

  const { readCode, shopOf, attachWedge, heardBy } = await hearing;
  read = (text, known) => readCode(text, known, shopOf(shift.view.job?.bundle));
  const listening = floor;
  listening.meant = heardBy(listening);
  const wedge = attachWedge(document, {
    suffix: shift.view.settings.suffix,
    burst: (burst) => listening.burst(burst),
    ready: (ready) => (listening.scannerReady = ready),
    learnt: (suffix) => void shift.setSettings({ suffix }),
  });
  let { suffix } = shift.view.settings;
  shift.subscribe(({ settings }) => {
    if (settings.suffix !== suffix) wedge.setSuffix((suffix = settings.suffix));
  });
  listenWhileEnrolled(shift);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && shift.poke());
  addEventListener('online', () => shift.poke());
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => shift.touch(), { capture: true, passive: true });
  setInterval(() => shift.lockIfIdle(), 20_000);
  await update.register();
}

let workingFirst = true;

/** Pokes come with the device's token, so listening starts when there is one and anew when it changes. */
function listenWhileEnrolled(shift: Shift): void {
  let token: string | null = null;
  let stop = (): void => undefined;
  shift.subscribe((view) => {
    const now = view.device?.token ?? null;
    if (now === token) return;
    stop();
    token = now;
    if (now !== null) {
      const headers = () => ({ Authorization: `Bearer ${now}` });
      let gone = false;
      stop = () => void (gone = true);
      void import('./offline/pokes').then(({ listenForPokes }) => {
        if (!gone) stop = listenForPokes({ address: '/api/events', headers, poke: () => shift.poke() });
      });
    }
  });
}

const target = document.getElementById('app');
if (target !== null) await start(target);
