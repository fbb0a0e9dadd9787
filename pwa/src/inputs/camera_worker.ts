/*
 * Reads codes out of pictures away from the page: the browser's own reader when it has one, WebAssembly otherwise.
 * One picture is read at a time; the page sends the next when it has the answer.
 */
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasmAddress from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { CameraRead } from './camera_votes';

interface NativeDetector {
  detect(picture: ImageBitmap): Promise<{ rawValue: string; format: string; cornerPoints: { x: number; y: number }[] }[]>;
}
interface NativeDetectorClass {
  new (options: { formats: string[] }): NativeDetector;
  getSupportedFormats(): Promise<string[]>;
}
interface WorkerPage {
  postMessage(message: { reads: CameraRead[]; reader: string } | { failed: string }): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<{ picture: ImageBitmap; many?: boolean }>) => void): void;
  BarcodeDetector?: NativeDetectorClass;
}

const page = self as unknown as WorkerPage;
const WANTED = ['ean_13', 'ean_8', 'upc_a', 'code_128', 'code_39', 'itf', 'qr_code', 'data_matrix'];
const NAMES: Readonly<Record<string, string>> = {
  EAN13: 'ean_13', EAN8: 'ean_8', UPCA: 'upc_a', UPCE: 'upc_e', Code128: 'code_128', Code39: 'code_39', ITF: 'itf',
  QRCode: 'qr_code', DataMatrix: 'data_matrix', Aztec: 'aztec', PDF417: 'pdf417', MicroQRCode: 'micro_qr_code',
};

let native: Promise<NativeDetector | null> | undefined;

async function nativeDetector(): Promise<NativeDetector | null> {
  const found = page.BarcodeDetector;
  if (found === undefined) return null;
  try {
    const formats = await found.getSupportedFormats();
    const usable = WANTED.filter((format) => formats.includes(format));
    // A reader without Code 128 or EAN would silently miss half of a warehouse.
    return usable.includes('code_128') && usable.includes('ean_13') ? new found({ formats: usable }) : null;
  } catch {
    return null;
  }
}

let canvas: OffscreenCanvas | undefined;

const FEW = 4;
const MANY = 40;

async function readByWasm(picture: ImageBitmap, many: boolean): Promise<CameraRead[]> {
  canvas ??= new OffscreenCanvas(picture.width, picture.height);
  canvas.width = picture.width;
  canvas.height = picture.height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return [];
  context.drawImage(picture, 0, 0);
  const pixels = context.getImageData(0, 0, picture.width, picture.height);
  const found = await readBarcodes(pixels, {
    tryHarder: many, tryInvert: false, tryDownscale: true, maxNumberOfSymbols: many ? MANY : FEW,
  });
  return found
    .filter((each) => each.isValid)
    .map((each) => ({ text: each.text, format: NAMES[each.format] ?? each.format.toLowerCase(), corners: cornersOf(each.position) }));
}

type Corners = Record<'topLeft' | 'topRight' | 'bottomRight' | 'bottomLeft', { x: number; y: number }>;
const cornersOf = ({ topLeft, topRight, bottomRight, bottomLeft }: Corners) => [topLeft, topRight, bottomRight, bottomLeft];

async function read(picture: ImageBitmap, many: boolean): Promise<void> {
  native ??= nativeDetector();
  const detector = await native;
  try {
    if (detector !== null) {
      const found = await detector.detect(picture);
      page.postMessage({ reads: found.map((each) => ({ text: each.rawValue, format: each.format, corners: each.cornerPoints })), reader: 'native' });
    } else page.postMessage({ reads: await readByWasm(picture, many), reader: 'wasm' });
  } catch (error) {
    page.postMessage({ failed: String(error) });
  } finally {
    picture.close();
  }
}

// The package would fetch its WASM from elsewhere by itself: it is served from our own address.
prepareZXingModule({ overrides: { locateFile: () => new URL(wasmAddress, self.location.origin).href } });
page.addEventListener('message', (event) => void read(event.data.picture, event.data.many === true));
