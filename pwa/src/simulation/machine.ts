/*
 * What the machine gives to every page, in a shape that costs nothing: ids from a counter instead of the system's own
 * chance, a way to give up a write without the weight of a DOM event, and a console that keeps still about the
 * thousands of faults. None of it decides anything: a seed plays the same with the machine's own.
 */

class LightSignal {
  aborted = false;
  readonly hearers = new Set<() => void>();

  addEventListener(_name: string, hear: () => void): void {
    this.hearers.add(hear);
  }

  removeEventListener(_name: string, hear: () => void): void {
    this.hearers.delete(hear);
  }
}

class LightAbort {
  readonly signal = new LightSignal();

  abort(): void {
    if (this.signal.aborted) return;
    this.signal.aborted = true;
    for (const hear of this.signal.hearers) hear();
  }
}

let drawn = 0;

/** Numbers that never come twice, where only that is asked of them. */
function fill<T extends ArrayBufferView | null>(view: T): T {
  if (!(view instanceof Uint8Array)) return view;
  drawn += 1;
  for (let place = view.length - 1, rest = drawn; place >= 0; place -= 1, rest = Math.floor(rest / 256)) view[place] = rest % 256;
  return view;
}

/** Puts the light machine in place; the answer takes it away again. */
export function lightMachine(): () => void {
  const { error } = console;
  const { AbortController: abort } = globalThis;
  const random = crypto.getRandomValues.bind(crypto);
  const limit = Error.stackTraceLimit;
  console.error = () => undefined;
  Error.stackTraceLimit = 0;
  globalThis.AbortController = LightAbort as unknown as typeof AbortController;
  Object.defineProperty(crypto, 'getRandomValues', { value: fill, configurable: true });
  return () => {
    console.error = error;
    Error.stackTraceLimit = limit;
    globalThis.AbortController = abort;
    Object.defineProperty(crypto, 'getRandomValues', { value: random, configurable: true });
  };
}
