import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, expect, test } from 'vitest';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { qrCode } from './qr_code';

beforeAll(() => {
  const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const bytes = readFileSync(wasm);
  prepareZXingModule({ overrides: { wasmBinary: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer } });
});

async function readBack(text: string): Promise<string[]> {
  const modules = qrCode(text);
  const scale = 4;
  const quiet = 4;
  const size = (modules.length + 2 * quiet) * scale;
  const pixels = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (modules[Math.floor(y / scale) - quiet]?.[Math.floor(x / scale) - quiet] !== true) continue;
      pixels.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3);
    }
  }
  const picture = { data: pixels, width: size, height: size, colorSpace: 'srgb' } as ImageData;
  return (await readBarcodes(picture, { formats: ['QRCode'] })).map((each) => each.text);
}

test.each([1, 10, 14, 26, 42, 62, 84, 106, 122, 152, 180, 213])('%i characters are read back by another reader', async (length) => {
  const text = `https://rampa.example/h/${'0123456789abcdefghijklmnopqrstuvwxyz'.repeat(7)}`.slice(0, length);

  expect(await readBack(text)).toEqual([text]);
});

test('what does not fit is refused', () => {
  expect(() => qrCode('x'.repeat(214))).toThrow(RangeError);
});
