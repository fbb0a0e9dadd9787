/* A photo that somebody chose, made small and sent; the server says what is wrong with what is no picture. */
import { smallPicture } from '../inputs/small_picture';
import type { FloorState } from './floor_state.svelte';

const SEND_MS = 30_000;

/** What the server says of it; `forgotten` older ones made way. The field is emptied, so that the same photo may be chosen again. */
export async function keepPhoto(floor: Pick<FloorState, 'ask' | 'shift'>, path: string, event: Event): Promise<{ forgotten?: number } | null> {
  const field = event.currentTarget as HTMLInputElement;
  const file = field.files?.[0];
  if (file === undefined) return null;
  const send = async (): Promise<{ forgotten?: number }> =>
    floor.shift.api(path, { method: 'POST', body: await smallPicture(file), timeout_ms: SEND_MS });
  const kept = await floor.ask(send);
  field.value = '';
  return kept ?? null;
}
