/*
 * The earcons as recipes: rising is good, falling is bad, and each has a rhythm of its own, so that colour-blind or
 * half-deaf ears tell them apart. Pure arithmetic; feedback/sounds.ts plays them.
 */
import type { Tone } from '../flows/flow';

export type Earcon = Tone | 'bounce' | 'not_saved' | 'ready';

/** One sweep: from one pitch to another, with a pause before it. */
export interface Sweep {
  pause_ms: number;
  length_ms: number;
  from_hz: number;
  to_hz: number;
  wave: 'sine' | 'square';
}

const sweep = (pause_ms: number, length_ms: number, from_hz: number, to_hz: number, wave: Sweep['wave'] = 'sine'): Sweep => ({
  pause_ms,
  length_ms,
  from_hz,
  to_hz,
  wave,
});

export const EARCONS: Readonly<Record<Earcon, readonly Sweep[]>> = {
  piece: [sweep(0, 80, 1_600, 2_000)],
  line: [sweep(0, 80, 1_300, 1_500), sweep(40, 110, 1_800, 2_200)],
  order: [sweep(0, 90, 1_050, 1_050), sweep(30, 90, 1_320, 1_320), sweep(30, 200, 1_580, 2_100)],
  already: [sweep(0, 70, 900, 900), sweep(70, 70, 900, 900)],
  warning: [sweep(0, 140, 900, 900, 'square'), sweep(80, 140, 900, 900, 'square')],
  wrong_thing: [sweep(0, 180, 500, 440, 'square'), sweep(60, 180, 450, 380, 'square')],
  wrong_place: [sweep(0, 90, 620, 520, 'square'), sweep(40, 90, 520, 430, 'square'), sweep(40, 260, 430, 320, 'square')],
  later: [sweep(0, 60, 1_200, 1_200), sweep(90, 60, 1_400, 1_400), sweep(90, 60, 1_200, 1_400)],
  bounce: [sweep(0, 15, 1_000, 1_000)],
  not_saved: [sweep(0, 220, 700, 350, 'square'), sweep(60, 220, 700, 350, 'square'), sweep(60, 320, 700, 250, 'square')],
  ready: [sweep(0, 90, 880, 880), sweep(30, 140, 1_320, 1_760)],
};

/** Milliseconds of vibration and pause in turn. */
export const VIBRATIONS: Readonly<Record<Earcon, readonly number[]>> = {
  piece: [40],
  line: [40, 50, 40],
  order: [40, 50, 40, 50, 120],
  already: [30, 40, 30],
  warning: [60, 60, 60],
  wrong_thing: [200, 80, 200],
  wrong_place: [90, 60, 90, 60, 250],
  later: [25, 60, 25, 60, 25],
  bounce: [10],
  not_saved: [300, 80, 300, 80, 300],
  ready: [40],
};

/** Tones that may sound only after the scan is stored. */
const AFTER_SAVING: ReadonlySet<Earcon> = new Set<Earcon>(['piece', 'line', 'order', 'later']);

export const isGood = (tone: Earcon): boolean => AFTER_SAVING.has(tone);

export function length_ms(earcon: Earcon): number {
  return EARCONS[earcon].reduce((total, each) => total + each.pause_ms + each.length_ms, 0);
}

/** Samples between -1 and 1; edges are faded over 4 ms so that nothing clicks. */
export function samples(earcon: Earcon, rate_hz: number): Float32Array<ArrayBuffer> {
  const drawn = new Float32Array(Math.ceil((length_ms(earcon) / 1_000) * rate_hz));
  let at = 0;
  for (const part of EARCONS[earcon]) {
    at += Math.round((part.pause_ms / 1_000) * rate_hz);
    const count = Math.round((part.length_ms / 1_000) * rate_hz);
    const fade = Math.max(1, Math.min(count / 2, 0.004 * rate_hz));
    let phase = 0;
    for (let index = 0; index < count && at + index < drawn.length; index += 1) {
      phase += (2 * Math.PI * (part.from_hz + ((part.to_hz - part.from_hz) * index) / count)) / rate_hz;
      const plain = Math.sin(phase);
      // A rounded square: the overtones of an alarm without much above 8 kHz.
      const value = part.wave === 'sine' ? plain : Math.tanh(2.2 * plain);
      drawn[at + index] = value * Math.min(1, index / fade, (count - 1 - index) / fade);
    }
    at += count;
  }
  return drawn;
}
