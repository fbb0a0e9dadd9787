/*
 * New code is never swapped in under a running job: a waiting worker is let in only when nothing is open or unsaved.
 */

const CHECK_EVERY_MS = 30 * 60_000;

export class AppUpdate {
  private registration: ServiceWorkerRegistration | null = null;
  private asked = false;

  constructor(private readonly changed: (waiting: boolean) => void) {}

  async register(address = '/sw.js'): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      // The very first worker takes over silently: its code is the code that runs.
      if (this.asked) location.reload();
    });
    try {
      this.registration = await navigator.serviceWorker.register(address, { updateViaCache: 'none' });
    } catch {
      return; // Without a worker the app still runs, it just needs the network to start.
    }
    const { registration } = this;
    const look = (): void => this.changed(this.waiting);
    look();
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', look);
    });
    setInterval(() => this.check(), CHECK_EVERY_MS);
  }

  check(): void {
    void this.registration?.update().catch(() => undefined);
  }

  get waiting(): boolean {
    return this.registration?.waiting != null && navigator.serviceWorker.controller !== null;
  }

  /** To be called only between jobs with everything saved. */
  letIn(): void {
    if (this.registration?.waiting == null) return;
    this.asked = true;
    this.registration.waiting.postMessage({ type: 'activate' });
  }
}
