// Reads cases (JSON lines of [text, known]) through the floor app's own TypeScript and prints one reading a line.
// usage: node read_cases.cjs <pwa folder> <folder for the compiled files> < cases > readings
const fs = require('node:fs');
const path = require('node:path');

const [pwa, out] = process.argv.slice(2);
const ts = require(path.join(pwa, 'node_modules', 'typescript'));
const codes = path.join(pwa, 'src', 'codes');
for (const name of fs.readdirSync(codes)) {
  if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
  const source = fs.readFileSync(path.join(codes, name), 'utf8');
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  fs.writeFileSync(path.join(out, name.replace(/\.ts$/, '.js')), ts.transpileModule(source, { compilerOptions }).outputText);
}
const { readCode } = require(path.join(out, 'scan_keys.js'));

const readings = [];
for (const line of fs.readFileSync(0, 'utf8').split('\n')) {
  if (!line) continue;
  const [text, known] = JSON.parse(line);
  readings.push(JSON.stringify(readCode(text, new Set(known))));
}
fs.writeFileSync(1, readings.join('\n') + '\n');
