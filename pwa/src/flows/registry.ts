/* The flows that this app knows; each is a lazy chunk that the service worker has on the device beforehand. */
import type { Flow } from './flow';

const LOAD: Readonly<Record<string, () => Promise<Record<string, unknown>>>> = Object.fromEntries(
  Object.entries(import.meta.glob<Record<string, unknown>>([
    './pick.ts', './pack.ts', './handover.ts', './receive.ts', './put_away.ts',
    './count.ts', './move.ts', './replenish.ts', './returns.ts',
  ])).map(
    ([path, load]) => [path.replace(/^\.\/|\.ts$/g, ''), load],
  ),
);

/** A file flows/<name>.ts exports its flow under its own name. */
export async function loadFlow(name: string): Promise<Flow | null> {
  const load = LOAD[name];
  return load === undefined ? null : (((await load())[name] as Flow | undefined) ?? null);
}
