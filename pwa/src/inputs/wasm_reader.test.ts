import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test, vi } from 'vitest';
import { prepareZXingModule as prepareReader } from 'zxing-wasm/reader';
import { prepareZXingModule as prepareWriter, writeBarcode, type WriteInputBarcodeFormat } from 'zxing-wasm/writer';
import { provesItself } from './camera_votes';
import { readPixels } from './wasm_reader';

const bytes = (name: string): ArrayBuffer => new Uint8Array(readFileSync(createRequire(import.meta.url).resolve(name))).buffer;
const SIDE = 400;

class Pixels {
  constructor(readonly data: Uint8ClampedArray, readonly width: number, readonly height: number) {}
}

beforeAll(() => {
  vi.stubGlobal('ImageData', Pixels);
  prepareReader({ overrides: { wasmBinary: bytes('zxing-wasm/reader/zxing_reader.wasm') } });
  prepareWriter({ overrides: { wasmBinary: bytes('zxing-wasm/writer/zxing_writer.wasm') } });
  return () => vi.unstubAllGlobals();
});

/** A drawn code in the middle of white paper, upright or lying. */
async function drawn(text: string, format: WriteInputBarcodeFormat, lying = false): Promise<ImageData> {
  const { symbol, error } = await writeBarcode(text, { format, addQuietZones: false });
  expect(error).toBe('');
  const scale = Math.max(1, Math.floor((SIDE - 60) / Math.max(symbol.width, 3 * symbol.height)));
  const pixels = new Uint32Array(SIDE * SIDE).fill(0xffffffff);
  const high = symbol.height > 10 ? symbol.height * scale : 120;
  const [left, top] = [(SIDE - symbol.width * scale) >> 1, (SIDE - high) >> 1];
  for (let y = 0; y < high; y += 1) {
    for (let x = 0; x < symbol.width * scale; x += 1) {
      const row = Math.floor((y * symbol.height) / high);
      if (symbol.data[row * symbol.width + Math.floor(x / scale)] !== 0) continue;
      pixels[lying ? (left + x) * SIDE + top + y : (top + y) * SIDE + left + x] = 0xff000000;
    }
  }
  return new ImageData(new Uint8ClampedArray(pixels.buffer), SIDE, SIDE);
}

const WAREHOUSE: [WriteInputBarcodeFormat, string, string, string, boolean][] = [
  ['EAN13', '4006381333931', '4006381333931', 'ean_13', true],
  ['EAN8', '96385074', '96385074', 'ean_8', false],
  ['UPCA', '012345678905', '0012345678905', 'ean_13', true],
  ['Code128', 'LOT-2026-11', 'LOT-2026-11', 'code_128', false],
  ['Code39', 'A12B34', 'A12B34', 'code_39', false],
  ['ITF', '00012345678905', '00012345678905', 'itf', true],
  ['QRCode', 'A-01-2-17', 'A-01-2-17', 'qr_code', true],
  ['DataMatrix', 'A-01-2-17', 'A-01-2-17', 'data_matrix', true],
  ['Aztec', 'A-01-2-17', 'A-01-2-17', 'aztec', true],
  ['DataBarOmni', '0401234567890', ']e00104012345678901', 'databar', true],
  ['DataBarExp', '[01]90012345678908[10]A', ']e0019001234567890810A', 'databar', true],
];

test.each(WAREHOUSE)('%s in a hurry: text, name, and whether one read is enough', async (format, content, text, name, proves) => {
  const [read] = await readPixels(await drawn(content, format), 'fast');
  expect(read).toMatchObject({ text, format: name });
  expect(provesItself(read!)).toBe(proves);
});

test.each(['EAN13', 'Code128', 'ITF'] as const)('%s that lies on its side is read in a hurry, too', async (format) => {
  const content = { EAN13: '4006381333931', Code128: 'LOT-2026-11', ITF: '00012345678905' }[format];
  expect((await readPixels(await drawn(content, format, true), 'fast')).map((each) => each.text)).toEqual([content]);
});

test('light bars on dark ground are read by the thorough look only', async () => {
  const paper = await drawn('A-01-2-17', 'QRCode');
  for (let at = 0; at < paper.data.length; at += 1) if (at % 4 !== 3) paper.data[at] = 255 - paper.data[at]!;
  expect((await readPixels(paper, 'fast')).length).toBe(0);
  expect((await readPixels(paper, 'thorough')).map((each) => each.text)).toEqual(['A-01-2-17']);
});
