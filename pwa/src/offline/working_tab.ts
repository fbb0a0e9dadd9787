/* One working tab per device: the others show a button to take over. Any tab may send, only one may scan. */

export interface WorkingTab {
  /** Takes the work away from another tab. */
  takeOver(): void;
  release(): void;
}

export function becomeWorkingTab(changed: (working: boolean) => void): WorkingTab {
  if (typeof navigator === 'undefined' || !('locks' in navigator)) {
    changed(true);
    return { takeOver: () => undefined, release: () => undefined };
  }
  let release: () => void = () => undefined;

  const hold = (options: LockOptions): void => {
    navigator.locks
      .request('rampa-work', options, (lock) => {
        changed(lock !== null);
        if (lock === null) return undefined;
        return new Promise<void>((resolve) => (release = resolve));
      })
      // Rejected when another tab takes over.
      .catch(() => changed(false));
  };
  hold({ ifAvailable: true });
  return { takeOver: () => hold({ steal: true }), release: () => release() };
}
