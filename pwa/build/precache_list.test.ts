import { expect, test } from 'vitest';
import { pageFor } from './page_addresses.ts';
import { reachable, type BuiltFile } from './precache_list.ts';

const chunk = (fileName: string, imports: string[], dynamicImports: string[], css: string[] = []): BuiltFile => ({
  type: 'chunk', fileName, imports, dynamicImports,
  viteMetadata: { importedCss: new Set(css), importedAssets: new Set(['reader.wasm']) },
});

test('lazy chunks of the floor are precached, the office and WASM are not', () => {
  const files = {
    'floor.js': chunk('floor.js', ['shared.js'], ['pick.js'], ['floor.css']),
    'shared.js': chunk('shared.js', [], []),
    'pick.js': chunk('pick.js', ['shared.js', 'floor.js'], [], ['pick.css']),
    'office.js': chunk('office.js', ['shared.js'], []),
    'floor.css': { type: 'asset', fileName: 'floor.css' } as BuiltFile,
    'pick.css': { type: 'asset', fileName: 'pick.css' } as BuiltFile,
    'reader.wasm': { type: 'asset', fileName: 'reader.wasm' } as BuiltFile,
  };

  expect(reachable(files, 'floor.js')).toEqual(['floor.css', 'floor.js', 'pick.css', 'pick.js', 'shared.js']);
});

test.each([
  ['/office', '/office.html'], ['/office/orders', '/office.html'], ['/h/abc', '/courier.html'], ['/demo', '/demo.html'],
  ['/enrol', '/index.html'], ['/', undefined], ['/assets/x.js', undefined],
])('%s is served by %s', (path, expected) => {
  expect(pageFor(path)).toBe(expected);
});
