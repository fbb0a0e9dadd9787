/*
 * The camera as a spare scanner: back camera, the middle of the picture, about 12 pictures a second, read in a worker.
 * Stops by itself after 20 s without a code; that is told, so that the screen can show a button again.
 *
 * Three pictures of four are read in a hurry; the fourth with all efforts, every other of those turned by 45 degrees.
 */
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

/** What the worker is asked: one picture, and how hard to look. */
export interface PictureToRead {
  picture: ImageBitmap;
  effort: 'fast' | 'thorough' | 'turned' | 'many';
}

const PICTURE_MS = 80;
const IDLE_MS = 20_000;
const MIDDLE = 0.6;
/** Where many codes are wanted, the whole picture is read. */
const WHOLE = 1;
const STILL_QUALITY = 0.92;

/** The effort for the picture of this number, counted from 0. */
export const effortOf = (number: number): PictureToRead['effort'] =>
  number % 4 !== 3 ? 'fast' : number % 8 === 3 ? 'thorough' : 'turned';

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
    const part = options.all === undefined ? MIDDLE : WHOLE;
    const [cut_width, cut_height] = [Math.round(width * part), Math.round(height * part)];
    const [left, top] = [(width - cut_width) >> 1, (height - cut_height) >> 1];
    try {
      const picture = await createImageBitmap(video, left, top, cut_width, cut_height);
      const effort = options.all === undefined ? effortOf(pictures) : 'many';
      pictures += 1;
      const asked: PictureToRead = { picture, effort };
      if (open) worker.postMessage(asked, [picture]);
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
