// Plays picking jobs (JSON lines of {bundle, inputs}) through the floor app's own TypeScript; prints one outcome a line.
// usage: node run_picks.cjs <pwa folder> <folder for the compiled files> < jobs > outcomes
const fs = require('node:fs');
const path = require('node:path');

const [pwa, out] = process.argv.slice(2);
const ts = require(path.join(pwa, 'node_modules', 'typescript'));
const compilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2022,
  rewriteRelativeImportExtensions: true,
};
for (const name of fs.readdirSync(path.join(pwa, 'src', 'flows'))) {
  if (!name.endsWith('.ts') || name.endsWith('.test.ts') || name === 'registry.ts') continue;
  const source = fs.readFileSync(path.join(pwa, 'src', 'flows', name), 'utf8');
  fs.writeFileSync(path.join(out, name.replace(/\.ts$/, '.js')), ts.transpileModule(source, { compilerOptions }).outputText);
}
const { pick } = require(path.join(out, 'pick.js'));

function read(text) {
  const [word, ...keys] = text.split(' ');
  if (word === 'quantity') return { type: 'quantity', value: Number(keys[0]) };
  if (word === 'undo' || word === 'skip') return { type: word };
  if (word === 'short') return { type: 'confirm', what: 'short' };
  const raw = keys.length === 0 ? '' : keys[0].slice(keys[0].indexOf(':') + 1);
  return { type: 'scan', reading: { kind: '', keys, elements: {}, error: null }, raw, source: 'wedge' };
}

const outcomes = [];
for (const text of fs.readFileSync(0, 'utf8').split('\n')) {
  if (!text) continue;
  const { bundle, inputs } = JSON.parse(text);
  let acts = 0;
  const newAct = () => `a${++acts}`;
  let state = pick.start(bundle, newAct);
  const records = [];
  for (const input of inputs) {
    const answer = pick.step(state, read(input), newAct);
    state = answer.state;
    const refusal = answer.effects.find((effect) => effect.type === 'refuse')?.refusal ?? null;
    for (const effect of answer.effects) if (effect.type === 'record') records.push({ scan: effect.scan, refusal });
  }
  outcomes.push(
    JSON.stringify({
      records,
      path: state.path,
      lines: state.lines.map((line) => [line.id, line.picked, line.short]),
      totes: state.slots.map((slot) => [slot.slot, slot.tote]),
      walk: [...state.lines].sort((one, other) => one.sequence - other.sequence).map((line) => line.id),
    }),
  );
}
fs.writeFileSync(1, outcomes.join('\n') + '\n');
