import { expect, test } from 'vitest';
import { EventReader, listenForPokes } from './pokes';

test('events are found however the text is cut', () => {
  const text = 'retry: 3000\n\n: still here\n\nid: 7\nevent: poke\ndata: {"cursor":7}\n\nid: 8\nevent: poke\ndata: {"cursor":8}\n\n';
  for (let size = 1; size < 20; size += 1) {
    const reader = new EventReader();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...reader.push(text.slice(at, at + size)));
    expect(events.map((event) => [event.id, event.event, event.data])).toEqual([
      ['7', 'poke', '{"cursor":7}'], ['8', 'poke', '{"cursor":8}'],
    ]);
  }
});

test('after a cut it comes back and says what it has heard last', async () => {
  const asked: (string | undefined)[] = [];
  const cursors: number[] = [];
  await new Promise<void>((enough) => {
    const stop = listenForPokes({
      address: '/api/events',
      headers: () => ({ Authorization: 'Bearer t' }),
      poke: (cursor) => cursors.push(cursor),
      random: () => 0.5,
      wait: () => Promise.resolve(),
      fetcher: (async (_address: string, init: RequestInit) => {
        const headers = init.headers as Record<string, string>;
        asked.push(headers['Last-Event-ID']);
        if (asked.length === 3) {
          stop();
          enough();
          throw new TypeError('stopped');
        }
        return new Response(`id: ${asked.length}0\nevent: poke\ndata: {"cursor":${asked.length}0}\n\n`);
      }) as typeof fetch,
    });
  });

  expect(asked).toEqual([undefined, '10', '20']);
  expect(cursors).toEqual([10, 20]);
});
