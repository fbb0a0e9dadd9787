/*
 * Reads codes out of pictures away from the page: the browser's own reader when it has one, WebAssembly otherwise.
 * One picture is read at a time; the page sends the next when it has the answer.
 */
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader';
import wasmAddress from 'zxing-wasm/reader/zxing_reader.wasm?url';
import type { PictureToRead } from './camera';
import type { CameraRead } from './camera_votes';
import { nativeReader, type NativeClass, type NativeReader } from './native_reader';

interface WorkerPage {
  postMessage(message: { reads: CameraRead[]; reader: string } | { failed: string }): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<PictureToRead>) => void): void;
  BarcodeDetector?: NativeClass;
}

const page = self as unknown as WorkerPage;
const NAMES: Readonly<Record<string, string>> = {
  EAN13: 'ean_13', EAN8: 'ean_8', UPCA: 'upc_a', UPCE: 'upc_e', Code128: 'code_128', Code39: 'code_39', ITF: 'itf',
  QRCode: 'qr_code', DataMatrix: 'data_matrix', DataBar: 'databar', DataBarExpanded: 'databar', Aztec: 'aztec', PDF417: 'pdf417', MicroQRCode: 'micro_qr_code',
};

let native: Promise<NativeReader | null> | undefined;
let canvas: OffscreenCanvas | undefined;

const FEW = 4;
const MANY = 40;
const HOW: Readonly<Record<PictureToRead['effort'], ReaderOptions>> = {
  fast: { tryHarder: false, tryRotate: true, tryInvert: false, tryDownscale: false, maxNumberOfSymbols: FEW },
  thorough: { tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true, maxNumberOfSymbols: FEW },
  turned: { tryHarder: true, tryRotate: true, tryInvert: false, tryDownscale: true, maxNumberOfSymbols: FEW },
  many: { tryHarder: true, tryRotate: true, tryInvert: false, tryDownscale: true, maxNumberOfSymbols: MANY },
};

/** The pixels, turned by 45 degrees about the middle where a slanted label is looked for: bars are read upright only. */
function pixelsOf(picture: ImageBitmap, turned: boolean): ImageData | null {
  const { width, height } = picture;
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
  context.drawImage(picture, 0, 0);
  return context.getImageData(0, 0, width, height);
}

async function readByWasm(picture: ImageBitmap, effort: PictureToRead['effort']): Promise<CameraRead[]> {
  const pixels = pixelsOf(picture, effort === 'turned');
  if (pixels === null) return [];
  const found = await readBarcodes(pixels, { ...HOW[effort], textMode: 'Plain' });
  return found.filter((each) => each.isValid).map((each) => ({
    // Only its symbol says that a code without separators is GS1 content.
    text: each.contentType === 'GS1' ? each.symbologyIdentifier + each.text : each.text,
    format: NAMES[each.format] ?? each.format.toLowerCase(),
    corners: cornersOf(each.position),
  }));
}

type Corners = Record<'topLeft' | 'topRight' | 'bottomRight' | 'bottomLeft', { x: number; y: number }>;
const cornersOf = ({ topLeft, topRight, bottomRight, bottomLeft }: Corners) => [topLeft, topRight, bottomRight, bottomLeft];

async function read({ picture, effort }: PictureToRead): Promise<void> {
  native ??= nativeReader(page.BarcodeDetector);
  const detector = await native;
  try {
    if (detector !== null) {
      const found = await detector.detect(picture);
      page.postMessage({ reads: found.map((each) => ({ text: each.rawValue, format: each.format, corners: each.cornerPoints })), reader: 'native' });
    } else page.postMessage({ reads: await readByWasm(picture, effort), reader: 'wasm' });
  } catch (error) {
    page.postMessage({ failed: String(error) });
  } finally {
    picture.close();
  }
}

// The package would fetch its WASM from elsewhere by itself: it is served from our own address.
prepareZXingModule({ overrides: { locateFile: () => new URL(wasmAddress, self.location.origin).href } });
page.addEventListener('message', (event) => void read(event.data));
