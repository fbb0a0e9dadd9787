/*
 * New code is never swapped in under a running job: a waiting worker is let in only when nothing is open or unsaved,
 * and the page that asked for it reloads only when that is still so.
 */

const CHECK_EVERY_MS = 30 * 60_000;

export class AppUpdate {
  private registration: ServiceWorkerRegistration | null = null;
  private asked = false;
  private switched = false;

  /** `idle`: nothing is open and nothing waits to be stored. */
  constructor(
    private readonly changed: (waiting: boolean) => void,
    private readonly idle: () => boolean = () => true,
  ) {}

  async register(address = '/sw.js'): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      // The very first worker takes over silently: its code is the code that runs. So does one that another tab let in:
      // the chunks of this page are kept beside its own.
      this.switched ||= this.asked;
      this.reloadIfIdle();
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
    if (this.registration?.waiting == null || !this.idle()) return;
    this.asked = true;
    this.registration.waiting.postMessage({ type: 'activate' });
  }

  /** The new worker is in: begin anew with its code, now or when the job that was opened meanwhile is closed. */
  reloadIfIdle(): void {
    if (this.switched && this.idle()) location.reload();
  }
}
