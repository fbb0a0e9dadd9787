/*
 * Writes into the built service worker which files make up the floor app.
 *
 * The list follows the floor page's chunks through static and dynamic imports, so each lazy chunk of a job is on the
 * device before the job starts, and nothing of the office is. WASM is left out: the worker keeps it after first use.
 */
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

export interface BuiltFile {
  type: 'chunk' | 'asset';
  fileName: string;
  code?: string;
  source?: string | Uint8Array;
  imports?: string[];
  dynamicImports?: string[];
  viteMetadata?: { importedCss: Set<string>; importedAssets: Set<string> };
}

/** File names reachable from a page's script, without source maps and WASM. */
export function reachable(files: Record<string, BuiltFile>, entry: string): string[] {
  const found = new Set<string>();
  const open = [entry];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const file = files[name];
    if (found.has(name) || file === undefined) continue;
    found.add(name);
    open.push(...(file.imports ?? []), ...(file.dynamicImports ?? []));
    open.push(...(file.viteMetadata?.importedCss ?? []), ...(file.viteMetadata?.importedAssets ?? []));
  }
  return [...found].filter((name) => !name.endsWith('.wasm') && !name.endsWith('.map')).sort();
}

export function precacheList(options: { page: string; worker: string }): Plugin {
  return {
    name: 'rampa-precache-list',
    apply: 'build',
    enforce: 'post',
    generateBundle(_output, bundle) {
      const files = bundle as unknown as Record<string, BuiltFile>;
      const worker = files[options.worker];
      const page = files[options.page];
      if (worker?.code === undefined || page === undefined) {
        this.error(`expected ${options.worker} and ${options.page} in the build, got ${Object.keys(files).join(', ')}`);
      }
      const html = String(page.source);
      const entries = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
      const names = new Set(entries.flatMap((entry) => reachable(files, entry)));
      // Workers are built apart: their file is an asset that no chunk lists.
      for (const name of Object.keys(files)) if (/(^|\/)camera_worker-[^/]*\.js$/.test(name)) names.add(name);
      const list = ['index.html', 'manifest.webmanifest', 'icons/icon-192.png', ...[...names].sort()];
      const hash = createHash('sha256');
      for (const name of list) hash.update(name).update(String(files[name]?.code ?? files[name]?.source ?? ''));
      const version = hash.digest('hex').slice(0, 12);
      worker.code = worker.code
        .replace(/(["'`])__PRECACHE_LIST__\1/, JSON.stringify(list.join(' ')))
        .replace(/(["'`])__PRECACHE_VERSION__\1/, JSON.stringify(version));
      if (!worker.code.includes(version)) this.error('the service worker lost its place for the precache list');
    },
  };
}
