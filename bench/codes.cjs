// How long the floor app takes for each code: the same codes through its own TypeScript, one call at a time.
// usage: node codes.cjs <pwa folder> <folder for the compiled files> < codes, one JSON text a line; prints microseconds as JSON
const fs = require('node:fs');
const path = require('node:path');

const [pwa, out] = process.argv.slice(2);
const ts = require(path.join(pwa, 'node_modules', 'typescript'));
const sources = path.join(pwa, 'src', 'codes');
for (const name of fs.readdirSync(sources)) {
  if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(fs.readFileSync(path.join(sources, name), 'utf8'), { compilerOptions });
  fs.writeFileSync(path.join(out, name.replace(/\.ts$/, '.js')), outputText);
}
const { readCode } = require(path.join(out, 'scan_keys.js'));

const codes = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const cold = process.hrtime.bigint();
readCode(codes[0]);
const first = Number(process.hrtime.bigint() - cold) / 1e3;
const times = codes.map((code) => {
  const began = process.hrtime.bigint();
  readCode(code);
  return Number(process.hrtime.bigint() - began) / 1e3;
});
times.sort((one, other) => one - other);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
const mean = times.reduce((sum, each) => sum + each, 0) / times.length;
console.log(JSON.stringify({ first, mean, p50: at(0.5), p99: at(0.99), worst: times[times.length - 1] }));
