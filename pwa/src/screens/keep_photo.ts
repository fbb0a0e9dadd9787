/* A photo that somebody chose, made small and sent; the server says what is wrong with what is no picture. */
import { smallPicture } from '../inputs/small_picture';
import type { FloorState } from './floor_state.svelte';

const SEND_MS = 30_000;

/** True once the server has it. The field is emptied, so that the same photo may be chosen again. */
export async function keepPhoto(floor: Pick<FloorState, 'ask' | 'shift'>, path: string, event: Event): Promise<boolean> {
  const field = event.currentTarget as HTMLInputElement;
  const file = field.files?.[0];
  if (file === undefined) return false;
  const send = async (): Promise<unknown> =>
    floor.shift.api(path, { method: 'POST', body: await smallPicture(file), timeout_ms: SEND_MS });
  const kept = await floor.ask(send);
  field.value = '';
  return kept !== undefined;
}
