/*
 * The camera as a spare scanner: back camera, the middle of the picture, about 12 pictures a second, read in a worker.
 * Stops by itself after 20 s without a code; that is told, so that the screen can show a button again.
 *
 * Three pictures of four are read in a hurry; the fourth with all efforts, every other of those turned by 45 degrees.
 *
 * Where the browser can, the camera's pictures go to the worker without passing the page: on a slow phone the page's own
 * thread would cut out fewer of them than the worker can read.
 */
import { cut, MIDDLE, WHOLE, type PicturesToCome, type PictureToRead } from './camera_pictures';
import { CameraVotes, type CameraRead, type Judged } from './camera_votes';

export interface CameraOptions {
  video: HTMLVideoElement;
  code(text: string): void;
  /** What the open work makes of a text; without it every code is wanted. */
  judge?(text: string): Judged;
  /** A code that fits nothing: to be shown, not taken. */
  shown?(text: string): void;
  /** Instead of `code`: every code of each whole picture, with the size of the picture that the corners belong to. */
  all?(reads: readonly CameraRead[], width: number, height: number): void;
  stopped(reason: 'idle' | 'closed' | 'failed', sentence?: string): void;
}

export interface Camera {
  stop(): void;
  torch: ((on: boolean) => Promise<void>) | null;
  zoom: ((factor: number) => Promise<void>) | null;
  /** What the camera sees now, whole, as a JPEG. */
  still(): Promise<Blob>;
}

const PICTURE_MS = 80;
const IDLE_MS = 20_000;
const STILL_QUALITY = 0.92;

/** The effort for the picture of this number, counted from 0. */
export const effortOf = (number: number): PictureToRead['effort'] =>
  number % 4 !== 3 ? 'fast' : number % 8 === 3 ? 'thorough' : 'turned';

/** Of Chrome's own: the pictures of a camera as a stream (Insertable Streams for MediaStreamTrack). */
interface TrackProcessor {
  new (of: { track: MediaStreamTrack; maxBufferSize: number }): { readable: ReadableStream<VideoFrame> };
}

/** Hands the camera's pictures to the worker; false where the browser has no such stream or does not let it go. */
function streamed(track: MediaStreamTrack | undefined, worker: Worker): boolean {
  const found = (globalThis as { MediaStreamTrackProcessor?: TrackProcessor }).MediaStreamTrackProcessor;
  if (found === undefined || track === undefined) return false;
  try {
    const pictures = new found({ track, maxBufferSize: 1 }).readable;
    const told: PicturesToCome = { pictures };
    worker.postMessage(told, [pictures]);
    return true;
  } catch {
    return false;
  }
}

interface MoreCapabilities extends MediaTrackCapabilities {
  torch?: boolean;
  zoom?: { min: number; max: number };
  focusMode?: string[];
}

const apply = (track: MediaStreamTrack, constraint: Record<string, unknown>): Promise<void> =>
  track.applyConstraints({ advanced: [constraint] } as MediaTrackConstraints);

export async function openCamera(options: CameraOptions): Promise<Camera> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  const { video } = options;
  const track = stream.getVideoTracks()[0];
  const worker = new Worker(new URL('./camera_worker.ts', import.meta.url), { type: 'module' });
  const votes = new CameraVotes();
  // The places of many codes are drawn over the picture on the screen: they are read from just that one.
  const comes = options.all === undefined && streamed(track, worker);
  let open = true;
  let pictures = 0;
  let seen_ms = performance.now();

  const stop = (reason: 'idle' | 'closed' | 'failed', sentence?: string): void => {
    if (!open) return;
    open = false;
    worker.terminate();
    for (const each of stream.getTracks()) each.stop();
    video.srcObject = null;
    options.stopped(reason, sentence);
  };

  const send = async (): Promise<void> => {
    if (!open) return;
    if (performance.now() - seen_ms > IDLE_MS) return stop('idle');
    const { videoWidth: width, videoHeight: height } = video;
    if (width === 0 || document.hidden) return void setTimeout(() => void send(), PICTURE_MS);
    const effort = options.all === undefined ? effortOf(pictures) : 'many';
    pictures += 1;
    if (comes) return worker.postMessage({ effort } satisfies PictureToRead);
    try {
      const picture = await createImageBitmap(video, ...cut(width, height, options.all === undefined ? MIDDLE : WHOLE));
      if (open) worker.postMessage({ picture, effort } satisfies PictureToRead, [picture]);
    } catch {
      setTimeout(() => void send(), PICTURE_MS);
    }
  };

  let sent_ms = performance.now();
  worker.addEventListener('message', (event: MessageEvent<{ reads?: CameraRead[]; failed?: string }>) => {
    const now_ms = performance.now();
    if (event.data.failed !== undefined) return stop('failed', event.data.failed);
    const reads = event.data.reads ?? [];
    if (reads.length > 0) seen_ms = now_ms;
    if (options.all !== undefined) options.all(reads, video.videoWidth, video.videoHeight);
    else {
      const { taken, shown } = votes.picture(reads, now_ms, options.judge);
      if (taken !== null) options.code(taken);
      if (shown !== null) options.shown?.(shown);
    }
    const wait_ms = Math.max(0, PICTURE_MS - (now_ms - sent_ms));
    setTimeout(() => {
      sent_ms = performance.now();
      void send();
    }, wait_ms);
  });
  worker.addEventListener('error', (event) => stop('failed', event.message));

  video.srcObject = stream;
  video.muted = true;
  video.playsInline = true;
  try {
    await video.play();
  } catch (error) {
    // The screen was left meanwhile: without this the camera would stay on behind everybody's back.
    stop('closed');
    throw error;
  }
  void send();

  const still = (): Promise<Blob> => {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    canvas.getContext('2d')?.drawImage(video, 0, 0);
    return canvas.convertToBlob({ type: 'image/jpeg', quality: STILL_QUALITY });
  };
  return { stop: () => stop('closed'), still, ...(track === undefined ? { torch: null, zoom: null } : abilities(track)) };
}

/** Keeps the picture sharp where the camera can, and tells what a person may switch. */
function abilities(track: MediaStreamTrack): Pick<Camera, 'torch' | 'zoom'> {
  const { torch, zoom, focusMode } = (track.getCapabilities?.() ?? {}) as MoreCapabilities;
  if (focusMode?.includes('continuous') === true) void apply(track, { focusMode: 'continuous' }).catch(() => undefined);
  const within = (factor: number): number => Math.min(zoom?.max ?? 1, Math.max(zoom?.min ?? 1, factor));
  return {
    torch: torch === true ? (on) => apply(track, { torch: on }) : null,
    zoom: zoom !== undefined && zoom.max > zoom.min ? (factor) => apply(track, { zoom: within(factor) }) : null,
  };
}
