/*
 * Listens for pokes: a stream of events without content that say "there is news, come and ask".
 *
 * Read by fetch, because the device's token belongs into a header and EventSource has none. A lost poke costs nothing:
 * every reply carries the cursor.
 */

export interface PokeOptions {
  address: string;
  headers(): Record<string, string>;
  poke(cursor: number): void;
  fetcher?: typeof fetch;
  random?: () => number;
  wait?: (delay_ms: number, signal: AbortSignal) => Promise<void>;
}

export interface ServerEvent {
  event: string;
  data: string;
  id: string | null;
}

const RETRY_MS = 3_000;
const RETRY_LAST_MS = 30_000;

/** Splits the text of an event stream into events; keeps an unfinished rest for the next piece. */
export class EventReader {
  private rest = '';

  push(piece: string): ServerEvent[] {
    this.rest += piece;
    const events: ServerEvent[] = [];
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.rest);
      if (end === null) return events;
      const block = this.rest.slice(0, end.index);
      this.rest = this.rest.slice(end.index + end[0].length);
      const event = this.block(block);
      if (event !== null) events.push(event);
    }
  }

  private block(block: string): ServerEvent | null {
    const event: ServerEvent = { event: 'message', data: '', id: null };
    let lines = 0;
    for (const line of block.split(/\r?\n/)) {
      const [, name, value = ''] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
      if (name === 'event') event.event = value;
      else if (name === 'id') event.id = value;
      else if (name === 'data') event.data += (lines++ > 0 ? '\n' : '') + value;
    }
    return lines > 0 ? event : null;
  }
}

const pause = (delay_ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, delay_ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Listens until the returned function is called; comes back after 3 s to 30 s with spread. */
export function listenForPokes(options: PokeOptions): () => void {
  const stop = new AbortController();
  const fetcher = options.fetcher ?? fetch;
  let lastId: string | null = null;

  const once = async (): Promise<void> => {
    const headers: Record<string, string> = { Accept: 'text/event-stream', ...options.headers() };
    if (lastId !== null) headers['Last-Event-ID'] = lastId;
    const answer = await fetcher(options.address, { headers, cache: 'no-store', signal: stop.signal });
    if (!answer.ok || answer.body === null) throw new Error(`expected an event stream, got status ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const events = new EventReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      for (const event of events.push(part.value)) {
        lastId = event.id ?? lastId;
        if (event.event === 'poke') options.poke(cursorIn(event.data));
      }
    }
  };

  const listen = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted; ) {
      const started = Date.now();
      await once().catch(() => undefined);
      failures = Date.now() - started > RETRY_LAST_MS ? 0 : Math.min(failures + 1, 5);
      const spread = 0.5 + (options.random ?? Math.random)();
      await (options.wait ?? pause)(Math.min(RETRY_LAST_MS, RETRY_MS * failures) * spread, stop.signal);
    }
  };
  void listen();
  return () => stop.abort();
}

function cursorIn(text: string): number {
  try {
    const cursor: unknown = (JSON.parse(text) as { cursor?: unknown }).cursor;
    return typeof cursor === 'number' ? cursor : 0;
  } catch {
    return 0;
  }
}
