/*
 * The pictures between camera and reader: which part of one is read, how the newest of a stream is kept at hand, and how
 * its light becomes what the reader takes. For page and worker alike.
 */

/** What the worker is asked: how hard to look, and at what; without a picture, at the newest of the stream it was given. */
export interface PictureToRead {
  picture?: ImageBitmap;
  effort: 'fast' | 'thorough' | 'turned' | 'many';
}
/** Told once, at the beginning: where the camera's pictures come from. */
export interface PicturesToCome {
  pictures: ReadableStream<VideoFrame>;
}

export type Cut = [left: number, top: number, width: number, height: number];

/** Share of each side that is read. */
export const MIDDLE = 0.6;
/** Where many codes are wanted, the whole picture is read. */
export const WHOLE = 1;
const PATIENCE_MS = 500;

/** The middle of a picture. Everything even: a camera stores its colours for two pixels by two. */
export function cut(width: number, height: number, share: number): Cut {
  const even = (length: number): number => Math.floor(length / 2) * 2;
  const [cut_width, cut_height] = [even(width * share), even(height * share)];
  return [even((width - cut_width) / 2), even((height - cut_height) / 2), cut_width, cut_height];
}

/** The newest picture of a stream; older ones are given back to the camera at once, which has only a few. */
export class NewestPicture {
  private newest: VideoFrame | null = null;
  private came: () => void = () => undefined;

  constructor(pictures: ReadableStream<VideoFrame>) {
    void this.follow(pictures.getReader());
  }

  /** Each picture is handed out once, and is to be closed by who took it. Null: the camera is silent. */
  async take(): Promise<VideoFrame | null> {
    if (this.newest === null) {
      await new Promise<void>((go) => {
        this.came = go;
        setTimeout(go, PATIENCE_MS);
      });
    }
    const taken = this.newest;
    this.newest = null;
    return taken;
  }

  private async follow(reader: ReadableStreamDefaultReader<VideoFrame>): Promise<void> {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.newest?.close();
      this.newest = value;
      this.came();
    }
  }
}

const LIGHT_FIRST = /^(I4|NV)/;
const OPAQUE = 0xff000000;

/** The light of a part of the picture as gray pixels; null where it is not stored just as it is shown, light first. */
export async function grayOf(picture: VideoFrame, [left, top, width, height]: Cut): Promise<ImageData | null> {
  const { format, visibleRect: shown, displayWidth, displayHeight } = picture;
  const asShown = shown?.width === displayWidth && shown.height === displayHeight;
  if (format === null || !LIGHT_FIRST.test(format) || !asShown) return null;
  const rect = { x: shown.x + left, y: shown.y + top, width, height };
  const stored = new Uint8Array(picture.allocationSize({ rect }));
  const [light] = await picture.copyTo(stored, { rect });
  if (light === undefined) return null;
  const pixels = new Uint32Array(width * height);
  for (let row = 0, to = 0; row < height; row += 1) {
    const from = light.offset + row * light.stride;
    for (let column = 0; column < width; column += 1, to += 1) pixels[to] = OPAQUE | (stored[from + column]! * 0x010101);
  }
  return new ImageData(new Uint8ClampedArray(pixels.buffer), width, height);
}
