import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effortOf, openCamera, type Camera } from './camera';
import type { PicturesToCome, PictureToRead } from './camera_pictures';
import type { CameraRead } from './camera_votes';

/** A camera, its worker and its page, as far as they are asked for anything. */
class Bench {
  readonly wanted: MediaStreamConstraints[] = [];
  readonly applied: unknown[] = [];
  readonly cuts: number[][] = [];
  readonly efforts: string[] = [];
  readonly sent_ms: number[] = [];
  /** Of each picture that was asked for: whether the page sent it along. */
  readonly sent: boolean[] = [];
  readonly handedOver: unknown[] = [];
  streamStays = false;
  reads: CameraRead[] = [];
  stopped = 0;
  terminated = 0;
  capabilities: Record<string, unknown> = { torch: true, zoom: { min: 1, max: 3 }, focusMode: ['manual', 'continuous'] };
  readonly video = { videoWidth: 1280, videoHeight: 720, play: () => Promise.resolve(), srcObject: null as unknown, muted: false, playsInline: false };

  constructor() {
    const bench = this;
    const track = {
      stop: () => (bench.stopped += 1),
      getCapabilities: () => bench.capabilities,
      applyConstraints: ({ advanced }: { advanced: unknown[] }) => (bench.applied.push(advanced[0]), Promise.resolve()),
    };
    vi.stubGlobal('navigator', {
      mediaDevices: {
        getUserMedia: (wanted: MediaStreamConstraints) => {
          bench.wanted.push(wanted);
          return Promise.resolve({ getVideoTracks: () => [track], getTracks: () => [track] });
        },
      },
    });
    vi.stubGlobal('document', { hidden: false });
    vi.stubGlobal('createImageBitmap', (_video: unknown, ...cut: number[]) => (bench.cuts.push(cut), Promise.resolve({ close: () => undefined })));
    vi.stubGlobal('Worker', class {
      private heard: ((event: { data: unknown }) => void) | null = null;
      addEventListener(type: string, heard: (event: { data: unknown }) => void): void {
        if (type === 'message') this.heard = heard;
      }
      postMessage(asked: PictureToRead | PicturesToCome, handedOver: unknown[] = []): void {
        if ('pictures' in asked) {
          if (bench.streamStays) throw new DOMException('a stream cannot be cloned', 'DataCloneError');
          bench.handedOver.push(...handedOver);
          return;
        }
        bench.efforts.push(asked.effort);
        bench.sent.push(asked.picture !== undefined);
        bench.sent_ms.push(performance.now());
        setTimeout(() => this.heard?.({ data: { reads: bench.reads, reader: 'wasm' } }), 5);
      }
      terminate = () => (bench.terminated += 1);
    });
  }

  open(more: Partial<Parameters<typeof openCamera>[0]> = {}): Promise<Camera> {
    const video = this.video as unknown as HTMLVideoElement;
    return openCamera({ video, code: () => undefined, stopped: () => undefined, ...more });
  }
}

let bench: Bench;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  bench = new Bench();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the back camera, kept sharp, the middle of the picture, 10 to 15 pictures a second', async () => {
  const camera = await bench.open();
  await vi.advanceTimersByTimeAsync(10_000);
  camera.stop();
  expect(bench.wanted).toMatchObject([{ audio: false, video: { facingMode: { ideal: 'environment' } } }]);
  expect(bench.applied).toEqual([{ focusMode: 'continuous' }]);
  expect(bench.cuts[0]).toEqual([256, 144, 768, 432]);
  const per_s = bench.sent_ms.length / 10;
  expect(per_s).toBeGreaterThanOrEqual(10);
  expect(per_s).toBeLessThanOrEqual(15);
});

test('light and zoom are switched on the camera; zoom stays within what it can', async () => {
  const camera = await bench.open();
  await camera.torch?.(true);
  await camera.zoom?.(9);
  expect(bench.applied.slice(1)).toEqual([{ torch: true }, { zoom: 3 }]);
  camera.stop();
});

test('a camera without light and zoom offers no button for them', async () => {
  bench.capabilities = {};
  const camera = await bench.open();
  expect([camera.torch, camera.zoom]).toEqual([null, null]);
  camera.stop();
});

test('after 20 s without a code the camera is off; a code keeps it on', async () => {
  const stopped: string[] = [];
  await bench.open({ stopped: (reason) => stopped.push(reason) });
  await vi.advanceTimersByTimeAsync(19_000);
  bench.reads = [{ text: '4006381333931', format: 'ean_13' }];
  await vi.advanceTimersByTimeAsync(2_000);
  bench.reads = [];
  await vi.advanceTimersByTimeAsync(19_000);
  expect([stopped, bench.stopped]).toEqual([[], 0]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([stopped, bench.stopped, bench.terminated]).toEqual([['idle'], 1, 1]);
});

test('what the job takes is handed over once; what fits nothing is only shown', async () => {
  const [codes, shown]: [string[], string[]] = [[], []];
  bench.reads = [{ text: 'https://example.com', format: 'qr_code' }];
  const camera = await bench.open({
    code: (text) => codes.push(text), shown: (text) => shown.push(text),
    judge: (text) => ({ fit: text.startsWith('http') ? 'nothing' : 'wanted', proven: false }),
  });
  await vi.advanceTimersByTimeAsync(1_000);
  expect([codes, new Set(shown)]).toEqual([[], new Set(['https://example.com'])]);
  bench.reads = [...bench.reads, { text: '4006381333931', format: 'ean_13' }];
  await vi.advanceTimersByTimeAsync(1_000);
  camera.stop();
  expect(codes).toEqual(['4006381333931']);
});

test('every code of the whole picture, where many are wanted', async () => {
  const camera = await bench.open({ all: () => undefined });
  await vi.advanceTimersByTimeAsync(100);
  camera.stop();
  expect([bench.cuts[0], bench.efforts[0]]).toEqual([[0, 0, 1280, 720], 'many']);
});

/** A browser that gives a camera's pictures as a stream. */
const withStream = (): void => {
  vi.stubGlobal('MediaStreamTrackProcessor', class { readonly readable = 'the pictures'; });
};

test('where the browser gives a stream, the pictures pass by the page', async () => {
  withStream();
  const codes: string[] = [];
  bench.reads = [{ text: '4006381333931', format: 'ean_13' }];
  const camera = await bench.open({ code: (text) => codes.push(text) });
  await vi.advanceTimersByTimeAsync(1_000);
  camera.stop();
  expect(bench.handedOver).toEqual(['the pictures']);
  expect([bench.cuts, new Set(bench.sent), codes]).toEqual([[], new Set([false]), ['4006381333931']]);
});

test.each(['a stream that cannot be handed over', 'many codes, whose places are drawn over the picture'])('with %s the page cuts the pictures out', async (why) => {
  withStream();
  bench.streamStays = why.startsWith('a stream');
  const camera = await bench.open(bench.streamStays ? {} : { all: () => undefined });
  await vi.advanceTimersByTimeAsync(500);
  camera.stop();
  expect([bench.handedOver, new Set(bench.sent), bench.cuts.length > 3]).toEqual([[], new Set([true]), true]);
});

test('three pictures of four in a hurry, the fourth with all efforts, every other of those turned', () => {
  expect(Array.from({ length: 8 }, (_none, number) => effortOf(number))).toEqual(
    ['fast', 'fast', 'fast', 'thorough', 'fast', 'fast', 'fast', 'turned'],
  );
});
