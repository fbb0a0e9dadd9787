import { expect, test } from 'vitest';
import { nativeReader, type NativeClass } from './native_reader';

const browser = (formats: string[] | Error): { found: NativeClass; asked: string[][] } => {
  const asked: string[][] = [];
  const found = class {
    constructor(options: { formats: string[] }) {
      asked.push(options.formats);
    }
    static getSupportedFormats = (): Promise<string[]> => (formats instanceof Error ? Promise.reject(formats) : Promise.resolve(formats));
    detect = () => Promise.resolve([]);
  };
  return { found, asked };
};

test('a browser that reads what a warehouse has is asked for just that', async () => {
  const { found, asked } = browser(['aztec', 'code_128', 'data_matrix', 'ean_13', 'ean_8', 'itf', 'qr_code', 'unknown']);
  expect(await nativeReader(found)).not.toBeNull();
  expect(asked).toEqual([['ean_13', 'ean_8', 'code_128', 'itf', 'qr_code', 'data_matrix']]);
});

test.each([
  ['that reads nothing', []],
  ['without DataMatrix', ['code_128', 'ean_13', 'qr_code']],
  ['whose reader is broken', new Error('the service is away')],
])('a browser %s is read for by WebAssembly', async (_name, formats) => {
  expect(await nativeReader(browser(formats).found)).toBeNull();
});

test('a browser without a reader of its own is read for by WebAssembly', async () => {
  expect(await nativeReader(undefined)).toBeNull();
});
