// Plays generated jobs of packing and of the handover through the floor app's own flows:
// node run_loads.cjs PWA_FOLDER COMPILED_FOLDER < jobs.jsonl > outcomes.jsonl
const path = require('node:path');
const fs = require('node:fs');
const [pwa, compiled] = process.argv.slice(2);
const ts = require(path.join(pwa, 'node_modules', 'typescript'));

for (const name of fs.readdirSync(path.join(pwa, 'src', 'flows'))) {
  if (!name.endsWith('.ts') || name.endsWith('.test.ts') || name === 'registry.ts') continue;
  const source = fs.readFileSync(path.join(pwa, 'src', 'flows', name), 'utf8');
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  fs.writeFileSync(path.join(compiled, name.replace(/\.ts$/, '.js')), ts.transpileModule(source, { compilerOptions: options }).outputText);
}
const FLOWS = {
  pack: require(path.join(compiled, 'pack.js')).pack,
  handover: require(path.join(compiled, 'handover.js')).handover,
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

// The carrier has answered: every closed parcel of a packed order gets its number and label.
function labels(state, given) {
  const closed = state.parcels.filter((parcel) => parcel.state === 'closed');
  if (state.path !== 'pack.await_label') return [];
  return closed.map((parcel, place) => ({
    ...parcel, state: 'labelled', number: `P9${given + place}`, label_key: `track:FK${given + place}`,
  }));
}

function play(job) {
  let ids = 0;
  const newAct = () => `00000000-0000-7000-8000-${String(++ids).padStart(12, '0')}`;
  const flow = FLOWS[job.flow];
  let state = flow.start(job.bundle, newAct);
  const records = [];
  let given = 0;
  for (const text of job.inputs) {
    if (text === 'labels') {
      const news = labels(state, given);
      if (news.length === 0) continue;
      given += news.length;
      const bundle = { ...state.bundle, parcels: news };
      state = flow.step(state, { type: 'bundle_changed', bundle }, newAct).state;
      records.push({ news: news.map(({ uid, number, label_key }) => ({ uid, number, label_key })) });
      continue;
    }
    const stepped = flow.step(state, inputOf(text), newAct);
    state = stepped.state;
    const refused = stepped.effects.find((effect) => effect.type === 'refuse');
    for (const effect of stepped.effects) {
      if (effect.type === 'record') records.push({ scan: effect.scan, refusal: refused ? refused.refusal : null });
    }
  }
  const { path: at, checked, missing, parcels, loaded } = state;
  return { records, end: { path: at, checked, missing, parcels, loaded } };
}

const lines = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean);
process.stdout.write(lines.map((line) => JSON.stringify(play(JSON.parse(line))) + '\n').join(''));
