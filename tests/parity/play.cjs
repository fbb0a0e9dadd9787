// Plays generated jobs through the floor app's own flows:
// node play.cjs PWA_FOLDER COMPILED_FOLDER < jobs.jsonl > outcomes.jsonl
const path = require('node:path');
const fs = require('node:fs');
const [pwa, compiled] = process.argv.slice(2);
const ts = require(path.join(pwa, 'node_modules', 'typescript'));

const folder = path.join(pwa, 'src', 'flows');
const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
for (const name of fs.readdirSync(folder)) {
  if (!name.endsWith('.ts') || name.endsWith('.test.ts') || name === 'registry.ts') continue;
  const source = fs.readFileSync(path.join(folder, name), 'utf8');
  fs.writeFileSync(path.join(compiled, name.replace(/\.ts$/, '.js')), ts.transpileModule(source, { compilerOptions: options }).outputText);
}
const module_ = (name) => require(path.join(compiled, `${name}.js`));
const { received, damaged } = module_('receive_state');
const putAway = module_('put_away');
const move = module_('move');

// What the device believes at the end, in the words of the books.
const ENDS = {
  receive: (state) => ({ lines: state.bundle.lines.map((line) => [line.id, received(state, line), damaged(state, line)]), over: state.finished }),
  put_away: (state) => ({ lines: state.bundle.lines.map((line) => [line.id, line.quantity - putAway.left(state, line)]) }),
  count: (state) => ({
    places: state.places.map((place) => [
      place.place, place.done, place.lines.filter((line) => line.counted !== null).map((line) => [line.line, line.counted]),
    ]),
  }),
  move: (state) => ({ lines: state.bundle.lines.map((line) => [line.id, move.remaining(state, line)]) }),
  replenish: (state) => ({ lines: state.bundle.lines.map((line) => [line.id, move.remaining(state, line)]) }),
  returns: (state) => ({
    lines: state.bundle.lines.map((line) => [line.id, line.open - state.log.reduce((sum, each) => sum + (each.line === line.id ? each.quantity : 0), 0)]),
    over: state.finished,
  }),
};

function inputOf(text) {
  const [word, ...rest] = text.split(' ');
  if (word === 'scan') {
    const raw = rest.length ? rest[0].slice(rest[0].indexOf(':') + 1) : '';
    return { type: 'scan', reading: { kind: 'any', keys: rest, elements: {}, error: null }, raw, source: 'wedge' };
  }
  if (word === 'quantity') return { type: 'quantity', value: Number(rest[0]) };
  if (word === 'confirm') return { type: 'confirm', what: rest[0], body: JSON.parse(rest.slice(1).join(' ')) };
  return { type: word };
}

function play(job) {
  let ids = 0;
  const newAct = () => `00000000-0000-7000-8000-${String(++ids).padStart(12, '0')}`;
  const { flow: name } = job.bundle;
  const flow = module_(name)[name];
  let state = flow.start(job.bundle, newAct);
  const records = [];
  for (const text of job.inputs) {
    const stepped = flow.step(state, inputOf(text), newAct);
    state = stepped.state;
    for (const effect of stepped.effects) if (effect.type === 'record') records.push(effect.scan);
  }
  return { records, path: state.path, end: ENDS[name](state) };
}

const lines = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean);
process.stdout.write(lines.map((line) => JSON.stringify(play(JSON.parse(line))) + '\n').join(''));
