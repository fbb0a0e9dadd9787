/* Seeds of the simulated world. RAMPA_SEEDS says how many, RAMPA_SEED plays one again, RAMPA_STEPS how long each is. */
import { beforeAll, expect, test } from 'vitest';
import { lightMachine } from './machine';
import { HEALED, PLANTED, type PlantedBug, type Twist } from './planted';
import { World, type Report } from './world';

const SEEDS = Number(process.env['RAMPA_SEEDS'] ?? 400);
const STEPS = Number(process.env['RAMPA_STEPS'] ?? 200);
const ONE = process.env['RAMPA_SEED'];
const SEEDS_FOR_A_BUG = 200;

beforeAll(lightMachine);

const empty = (): Report => ({ scans: 0, shown: 0, faults: 0, requests: 0, lostToPower: 0, lostToWipes: 0, failures: [] });

async function play(seed: number, bug: Twist | null, steps = STEPS): Promise<Report> {
  const report = await new World(seed, bug).run(steps);
  return { ...report, failures: report.failures.map((text) => `seed ${seed}: ${text}`) };
}

test('what was shown as taken is in the books once, in order, whatever disk, network, server and power do', async () => {
  const started = process.cpuUsage();
  const sum = empty();
  const first = ONE === undefined ? 1 : Number(ONE);
  const last = ONE === undefined ? SEEDS : first;
  for (let seed = first; seed <= last; seed += 1) {
    const report = await play(seed, null);
    for (const name of ['scans', 'shown', 'faults', 'requests', 'lostToPower', 'lostToWipes'] as const) sum[name] += report[name];
    sum.failures.push(...report.failures);
    if (sum.failures.length > 5) break;
  }
  const used = process.cpuUsage(started);
  const cpu_s = ((used.user + used.system) / 1e6).toFixed(1);
  console.log(
    `${last - first + 1} seeds x ${STEPS} steps: ${sum.scans} scans, ${sum.shown} shown as taken, ${sum.faults} faults of ` +
      `device and server, ${sum.requests} requests; lost 0, doubled 0; taken by power cuts within 450 ms and told: ` +
      `${sum.lostToPower}; by deleted databases and told: ${sum.lostToWipes}; ${cpu_s} s of processor time`,
  );
  expect(sum.failures, `play again: RAMPA_SEED=${first} npm run simulate`).toEqual([]);
  expect(sum.shown).toBeGreaterThan(20 * (last - first + 1));
}, 7_200_000);

test('a server that acknowledges before its commit is healed: the device sends again what is no longer known', async () => {
  for (let seed = 1; seed <= 60; seed += 1) expect((await play(seed, HEALED)).failures).toEqual([]);
}, 1_200_000);

test.each(Object.entries(PLANTED) as [PlantedBug, string][])('%s is caught: %s', async (bug) => {
  for (let seed = 1; seed <= SEEDS_FOR_A_BUG; seed += 1) {
    const { failures } = await play(seed, bug);
    if (failures.length > 0) {
      console.log(`${bug}: caught by ${failures[0]}`);
      return;
    }
  }
  throw new Error(`expected one of ${SEEDS_FOR_A_BUG} seeds to catch ${bug}, got none`);
}, 1_200_000);
