/* Holds the floor app to its budgets after `npm run build`: first screen, whole precache, styles (gzip). */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const read = (name) => readFileSync(new URL(name, dist));
const gzipped = (name) => gzipSync(read(name), { level: 9 }).length;
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

const page = read('index.html').toString();
const firstScreen = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
// Static imports of the entry come with the first screen even where the page does not preload them.
for (const name of firstScreen) {
  if (!name.endsWith('.js')) continue;
  for (const match of read(name).toString().matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) {
    const imported = `assets/${match[1]}`;
    if (!firstScreen.includes(imported)) firstScreen.push(imported);
  }
}
const precached = /index\.html [^"'`]*/.exec(read('sw.js').toString())?.[0].split(' ') ?? [];

// One language is loaded before anything is shown: the longest of the four counts.
const languages = precached.filter((name) => /assets\/first\.(cs|sk|hu|en)-/.test(name));
const longest = languages.sort((one, other) => gzipped(other) - gzipped(one))[0];
if (longest !== undefined && !firstScreen.includes(longest)) firstScreen.push(longest);

const sum = (names) => names.reduce((total, name) => total + gzipped(name), 0);
const measures = [
  ['JS of the first screen', sum(firstScreen.filter((name) => name.endsWith('.js'))), 60_000],
  ['CSS of the first screen', sum(firstScreen.filter((name) => name.endsWith('.css'))), 10_000],
  ['whole precache', sum(precached), 400_000],
];
let failed = precached.length < 4;
if (failed) console.error(`expected a precache list in dist/sw.js, got ${precached.length} files; run npm run build`);
for (const [name, bytes, limit] of measures) {
  if (bytes > limit) failed = true;
  console.log(`${bytes > limit ? 'OVER' : 'ok  '} ${name}: ${kB(bytes)} of ${kB(limit)} gzip`);
}
process.exit(failed ? 1 : 0);
