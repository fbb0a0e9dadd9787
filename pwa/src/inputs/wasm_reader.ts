/*
 * zxing-cpp in WebAssembly: pixels in, codes out, under the names of the BarcodeDetector standard.
 * What is asked for are the symbologies of a warehouse: all that the library knows would take twice the time of a picture.
 */
import { readBarcodes, type ReadInputBarcodeFormat, type ReaderOptions } from 'zxing-wasm/reader';
import type { PictureToRead } from './camera_pictures';
import type { CameraRead } from './camera_votes';

const NAMES: Readonly<Record<string, string>> = {
  EAN13: 'ean_13', EAN8: 'ean_8', UPCA: 'upc_a', UPCE: 'upc_e', Code128: 'code_128', Code39: 'code_39', ITF: 'itf',
  QRCode: 'qr_code', MicroQRCode: 'micro_qr_code', DataMatrix: 'data_matrix', Aztec: 'aztec', PDF417: 'pdf417',
  DataBarOmni: 'databar', DataBarStk: 'databar', DataBarStkOmni: 'databar', DataBarLtd: 'databar',
  DataBarExp: 'databar', DataBarExpStk: 'databar',
};
// Code39Std, not Code39: the latter turns six characters into an Italian Code 32 of nine digits.
const FORMATS: ReadInputBarcodeFormat[] = [
  'EAN13', 'EAN8', 'UPCE', 'Code128', 'Code39Std', 'ITF', 'QRCode', 'MicroQRCode', 'DataMatrix', 'Aztec', 'PDF417',
  'DataBarOmni', 'DataBarStk', 'DataBarStkOmni', 'DataBarLtd', 'DataBarExp', 'DataBarExpStk',
];
const FEW = 4;
const MANY = 40;
const HOW: Readonly<Record<PictureToRead['effort'], ReaderOptions>> = {
  fast: { tryHarder: false, tryRotate: true, tryInvert: false, tryDownscale: false, maxNumberOfSymbols: FEW },
  thorough: { tryHarder: true, tryRotate: true, tryInvert: true, tryDownscale: true, maxNumberOfSymbols: FEW },
  turned: { tryHarder: true, tryRotate: true, tryInvert: false, tryDownscale: true, maxNumberOfSymbols: FEW },
  many: { tryHarder: true, tryRotate: true, tryInvert: false, tryDownscale: true, maxNumberOfSymbols: MANY },
};

/** The module itself has to be prepared before (`prepareZXingModule`). */
export async function readPixels(pixels: ImageData, effort: PictureToRead['effort']): Promise<CameraRead[]> {
  const found = await readBarcodes(pixels, { ...HOW[effort], formats: FORMATS, textMode: 'Plain' });
  return found.filter((each) => each.isValid).map((each) => ({
    // Only its symbol says that a code without separators is GS1 content.
    text: each.contentType === 'GS1' ? each.symbologyIdentifier + each.text : each.text,
    format: NAMES[each.format] ?? each.format.toLowerCase(),
    corners: cornersOf(each.position),
  }));
}

type Corners = Record<'topLeft' | 'topRight' | 'bottomRight' | 'bottomLeft', { x: number; y: number }>;
const cornersOf = ({ topLeft, topRight, bottomRight, bottomLeft }: Corners) => [topLeft, topRight, bottomRight, bottomLeft];
