import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cut, grayOf, MIDDLE, NewestPicture, WHOLE } from './camera_pictures';

test.each([
  [1280, 720, MIDDLE, [256, 144, 768, 432]],
  [1280, 720, WHOLE, [0, 0, 1280, 720]],
  [721, 1283, MIDDLE, [144, 256, 432, 768]],
  [721, 1283, WHOLE, [0, 0, 720, 1282]],
  [640, 482, MIDDLE, [128, 96, 384, 288]],
])('of %i x %i pixels the share of %f stands in the middle, everything even', (width, height, share, expected) => {
  const part = cut(width, height, share);
  expect(part).toEqual(expected);
  expect(part[0] + part[2]).toBeLessThanOrEqual(width);
  expect(part[1] + part[3]).toBeLessThanOrEqual(height);
});

class Stream {
  private give: ((result: ReadableStreamReadResult<VideoFrame>) => void) | null = null;
  readonly closed: string[] = [];
  readonly pictures = {
    getReader: () => ({ read: () => new Promise<ReadableStreamReadResult<VideoFrame>>((give) => (this.give = give)) }),
  } as unknown as ReadableStream<VideoFrame>;

  async shows(name: string): Promise<void> {
    this.give?.({ done: false, value: { name, close: () => this.closed.push(name) } as unknown as VideoFrame });
    await vi.advanceTimersByTimeAsync(0);
  }
  async ends(): Promise<void> {
    this.give?.({ done: true, value: undefined });
    await vi.advanceTimersByTimeAsync(0);
  }
}
const name = (picture: VideoFrame | null): string | undefined => (picture as unknown as { name: string } | null)?.name;

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the newest picture is handed out, those before it go back to the camera', async () => {
  const stream = new Stream();
  const newest = new NewestPicture(stream.pictures);
  for (const each of ['first', 'second', 'third']) await stream.shows(each);
  expect(name(await newest.take())).toBe('third');
  expect(stream.closed).toEqual(['first', 'second']);
});

test('who asks too early waits for the next picture, and none is handed out twice', async () => {
  const stream = new Stream();
  const newest = new NewestPicture(stream.pictures);
  await stream.shows('first');
  await newest.take();
  const waiting = newest.take();
  await stream.shows('second');
  expect(name(await waiting)).toBe('second');
  expect(stream.closed).toEqual([]);
});

test.each(['silent', 'ended'])('a camera that is %s is not waited for for ever', async (how) => {
  const stream = new Stream();
  const newest = new NewestPicture(stream.pictures);
  if (how === 'ended') await stream.ends();
  const waiting = newest.take();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await waiting).toBeNull();
});

/** A picture of 6 x 4 pixels whose light counts up from 0; rows are stored 8 bytes apart, 3 bytes into the buffer. */
const stored = (more: object = {}): VideoFrame => ({
  format: 'I420', displayWidth: 6, displayHeight: 4, visibleRect: { x: 0, y: 0, width: 6, height: 4 },
  allocationSize: () => 64,
  copyTo: (into: Uint8Array, { rect }: { rect: { x: number; y: number; width: number; height: number } }) => {
    for (let y = 0; y < rect.height; y += 1) {
      for (let x = 0; x < rect.width; x += 1) into[3 + y * 8 + x] = (rect.y + y) * 6 + rect.x + x;
    }
    return Promise.resolve([{ offset: 3, stride: 8 }, { offset: 40, stride: 4 }, { offset: 50, stride: 4 }]);
  },
  ...more,
}) as unknown as VideoFrame;

test('light becomes gray pixels, row by row from where it is stored', async () => {
  vi.stubGlobal('ImageData', class { constructor(readonly data: Uint8ClampedArray, readonly width: number, readonly height: number) {} });
  const gray = await grayOf(stored(), [2, 0, 4, 2]);
  expect([gray?.width, gray?.height]).toEqual([4, 2]);
  const expected = [2, 3, 4, 5, 8, 9, 10, 11].flatMap((light) => [light, light, light, 255]);
  expect([...(gray?.data ?? [])]).toEqual(expected);
});

test.each([
  ['kept by the graphics card', { format: null }],
  ['stored as colours', { format: 'RGBA' }],
  ['shown at another size than stored', { displayWidth: 12, displayHeight: 8 }],
])('a picture %s is drawn instead', async (_how, more) => {
  expect(await grayOf(stored(more), [0, 0, 2, 2])).toBeNull();
});
