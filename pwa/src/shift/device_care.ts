/* What the device is asked for when a shift starts: sound, keeping its storage, staying awake, the whole screen. */

export interface Care {
  /** null: the browser does not say */
  persisted: boolean | null;
  awake: boolean | null;
}

export async function keepStorage(): Promise<boolean | null> {
  if (typeof navigator === 'undefined' || navigator.storage?.persist === undefined) return null;
  return navigator.storage.persist().catch(() => null);
}

export async function storageKept(): Promise<boolean | null> {
  if (typeof navigator === 'undefined' || navigator.storage?.persisted === undefined) return null;
  return navigator.storage.persisted().catch(() => null);
}

/** Keeps the screen awake while a job is open; taken again whenever the page comes back into sight. */
export class StayAwake {
  private lock: WakeLockSentinel | null = null;
  private wanted = false;

  constructor(private readonly changed: (awake: boolean) => void) {
    document.addEventListener('visibilitychange', () => void this.take());
  }

  want(wanted: boolean): void {
    this.wanted = wanted;
    if (wanted) void this.take();
    else void this.lock?.release().catch(() => undefined);
  }

  private async take(): Promise<void> {
    if (!this.wanted || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    try {
      this.lock = await navigator.wakeLock.request('screen');
      this.lock.addEventListener('release', () => this.changed(false));
      this.changed(true);
    } catch {
      this.changed(false);
    }
  }
}

export async function wholeScreen(): Promise<void> {
  const installed = matchMedia('(display-mode: fullscreen), (display-mode: standalone)').matches;
  if (installed || document.fullscreenElement !== null) return;
  // Only on handhelds: on a desk a page that grabs the screen is a nuisance.
  if (!matchMedia('(pointer: coarse)').matches) return;
  await document.documentElement.requestFullscreen?.().catch(() => undefined);
}
