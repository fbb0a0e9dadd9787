/*
 * Reads codes out of pictures away from the page: the browser's own reader when it has one, WebAssembly otherwise.
 * One picture is read at a time; the page sends the next when it has the answer.
 */
import { prepareZXingModule } from 'zxing-wasm/reader';
import wasmAddress from 'zxing-wasm/reader/zxing_reader.wasm?url';
import { cut, grayOf, MIDDLE, NewestPicture, type Cut, type PicturesToCome, type PictureToRead } from './camera_pictures';
import type { CameraRead } from './camera_votes';
import { nativeReader, type NativeClass, type NativeReader } from './native_reader';
import { readPixels } from './wasm_reader';

/** The answer to one picture; `ms` is what its reading took, without the wait for it. */
export interface PictureRead {
  reads: readonly CameraRead[];
  reader: 'native' | 'wasm';
  ms: number;
}
interface WorkerPage {
  postMessage(message: PictureRead | { failed: string }): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<PictureToRead | PicturesToCome>) => void): void;
  BarcodeDetector?: NativeClass;
}

const page = self as unknown as WorkerPage;
const NOTHING = { reads: [], reader: 'wasm' } as const;
let native: Promise<NativeReader | null> | undefined;
let canvas: OffscreenCanvas | undefined;
let camera: NewestPicture | undefined;

/** The pixels, turned by 45 degrees about the middle where a slanted label is looked for: bars are read upright only. */
function drawn(picture: ImageBitmap | VideoFrame, [left, top, width, height]: Cut, turned: boolean): ImageData | null {
  canvas ??= new OffscreenCanvas(width, height);
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return null;
  if (turned) {
    context.translate(width / 2, height / 2);
    context.rotate(Math.PI / 4);
    context.translate(-width / 2, -height / 2);
  }
  context.drawImage(picture, -left, -top);
  return context.getImageData(0, 0, width, height);
}

async function readByWasm(picture: ImageBitmap | VideoFrame, part: Cut, effort: PictureToRead['effort']): Promise<CameraRead[]> {
  const turned = effort === 'turned';
  const gray = 'format' in picture && !turned ? await grayOf(picture, part) : null;
  const pixels = gray ?? drawn(picture, part, turned);
  return pixels === null ? [] : readPixels(pixels, effort);
}

async function readByBrowser(detector: NativeReader, picture: ImageBitmap | VideoFrame, part: Cut): Promise<CameraRead[]> {
  const middle = await createImageBitmap(picture, ...part);
  try {
    const found = await detector.detect(middle);
    return found.map((each) => ({ text: each.rawValue, format: each.format, corners: each.cornerPoints }));
  } finally {
    middle.close();
  }
}

/** The browser's reader may be a service of the phone that is away today: then the other one reads from now on. */
async function readAnyhow(picture: ImageBitmap | VideoFrame, effort: PictureToRead['effort']): Promise<Omit<PictureRead, 'ms'>> {
  // What the page sends is cut out already.
  const part: Cut = 'format' in picture ? cut(picture.displayWidth, picture.displayHeight, MIDDLE) : [0, 0, picture.width, picture.height];
  const detector = await native;
  if (detector) {
    try {
      return { reads: await readByBrowser(detector, picture, part), reader: 'native' };
    } catch {
      native = Promise.resolve(null);
    }
  }
  return { reads: await readByWasm(picture, part, effort), reader: 'wasm' };
}

async function read({ picture: sent, effort }: PictureToRead): Promise<void> {
  native ??= nativeReader(page.BarcodeDetector);
  const picture = sent ?? (await camera?.take()) ?? null;
  const started_ms = performance.now();
  try {
    const found = picture === null ? NOTHING : await readAnyhow(picture, effort);
    page.postMessage({ ...found, ms: performance.now() - started_ms });
  } catch (error) {
    page.postMessage({ failed: String(error) });
  } finally {
    picture?.close();
  }
}

// The package would fetch its WASM from elsewhere by itself: it is served from our own address.
prepareZXingModule({ overrides: { locateFile: () => new URL(wasmAddress, self.location.origin).href } });
page.addEventListener('message', ({ data }) => {
  if ('pictures' in data) camera = new NewestPicture(data.pictures);
  else void read(data);
});
