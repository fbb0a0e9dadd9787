import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Live, type LiveState } from './live';

class NoWay extends Error {}

interface Stage {
  live: Live;
  states: LiveState[];
  poke(): void;
  streaming(on: boolean): void;
  hidden: boolean;
  stopped: boolean;
}

function stage(): Stage {
  const found: Stage = { live: undefined as unknown as Live, states: [], poke: () => undefined, streaming: () => undefined, hidden: false, stopped: false };
  found.live = new Live({
    listen: (poke, streaming) => {
      Object.assign(found, { poke, streaming });
      return () => (found.stopped = true);
    },
    told: (state) => found.states.push(state),
    unanswered: (error) => error instanceof NoWay,
    hidden: () => found.hidden,
  });
  return found;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a hundred pokes in a second make at most three refreshes', async () => {
  const on = stage();
  const refresh = vi.fn(async () => undefined);
  on.live.start();
  on.live.subscribe(refresh);
  await vi.advanceTimersByTimeAsync(600);
  for (let each = 0; each < 100; each += 1) {
    on.poke();
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(refresh.mock.calls.length).toBeGreaterThanOrEqual(2);
  expect(refresh.mock.calls.length).toBeLessThanOrEqual(3);
});

test('a poke after a rest is followed at once', async () => {
  const on = stage();
  const refresh = vi.fn(async () => undefined);
  on.live.start();
  on.live.subscribe(refresh);
  await vi.advanceTimersByTimeAsync(2_000);
  on.poke();
  await vi.advanceTimersByTimeAsync(0);
  expect(refresh).toHaveBeenCalledTimes(1);
});

test('a poke that comes while a refresh is under way is not lost', async () => {
  const on = stage();
  let finish = (): void => undefined;
  const refresh = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  on.live.start();
  on.live.subscribe(refresh);
  await vi.advanceTimersByTimeAsync(1_000);
  on.poke();
  await vi.advanceTimersByTimeAsync(100);
  expect(refresh).toHaveBeenCalledTimes(1);
  on.poke();
  await vi.advanceTimersByTimeAsync(100);
  finish();
  await vi.advanceTimersByTimeAsync(700);
  expect(refresh).toHaveBeenCalledTimes(2);
});

test('without a stream it looks every ten seconds, with one it rests', async () => {
  const on = stage();
  const refresh = vi.fn(async () => undefined);
  on.live.start();
  on.live.subscribe(refresh);
  await vi.advanceTimersByTimeAsync(35_000);
  expect(refresh).toHaveBeenCalledTimes(3);
  on.streaming(true);
  await vi.advanceTimersByTimeAsync(31_000);
  expect(refresh).toHaveBeenCalledTimes(3);
  expect(on.states).toEqual(['polling', 'live']);
});

test('no answer is told as offline until an answer comes', async () => {
  const on = stage();
  let fails = true;
  on.live.start();
  on.streaming(true);
  on.live.subscribe(async () => {
    if (fails) throw new NoWay();
  });
  on.poke();
  await vi.advanceTimersByTimeAsync(600);
  expect(on.states.at(-1)).toBe('offline');
  fails = false;
  await vi.advanceTimersByTimeAsync(12_000);
  expect(on.states.at(-1)).toBe('live');
});

test('a refusal of the server is not called offline', async () => {
  const on = stage();
  on.live.start();
  on.live.subscribe(async () => {
    throw new Error('409');
  });
  on.poke();
  await vi.advanceTimersByTimeAsync(600);
  expect(on.states).not.toContain('offline');
});

test('a hidden tab rests and catches up when it is seen', async () => {
  const on = stage();
  const refresh = vi.fn(async () => undefined);
  on.live.start();
  on.live.subscribe(refresh);
  on.hidden = true;
  on.poke();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(refresh).not.toHaveBeenCalled();
  on.hidden = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(refresh).toHaveBeenCalledTimes(1);
});

test('an answer that takes longer than five seconds is told as late', async () => {
  const on = stage();
  on.live.start();
  on.live.subscribe(() => new Promise(() => undefined));
  on.poke();
  await vi.advanceTimersByTimeAsync(8_000);
  expect(on.states.at(-1)).toBe('late');
});

test('after stop nothing is asked any more', async () => {
  const on = stage();
  const refresh = vi.fn(async () => undefined);
  on.live.start();
  on.live.subscribe(refresh);
  on.poke();
  on.live.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(refresh).not.toHaveBeenCalled();
  expect(on.stopped).toBe(true);
});
