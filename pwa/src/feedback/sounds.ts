/* Plays earcons and vibrates. A browser needs one tap first: `unlock` belongs into the "start shift" button. */
import { EARCONS, VIBRATIONS, samples, type Earcon } from './tones';

export interface Feedback {
  play(earcon: Earcon): void;
  vibrate(earcon: Earcon): void;
}

export class Sounds implements Feedback {
  private context: AudioContext | null = null;
  private readonly buffers = new Map<Earcon, AudioBuffer>();
  volume = 1;

  get unlocked(): boolean {
    return this.context?.state === 'running';
  }

  async unlock(): Promise<void> {
    if (this.context === null) {
      if (!('AudioContext' in globalThis)) return;
      this.context = new AudioContext({ latencyHint: 'interactive' });
      for (const earcon of Object.keys(EARCONS) as Earcon[]) {
        const drawn = samples(earcon, this.context.sampleRate);
        const buffer = this.context.createBuffer(1, drawn.length, this.context.sampleRate);
        buffer.copyToChannel(drawn, 0);
        this.buffers.set(earcon, buffer);
      }
    }
    await this.context.resume().catch(() => undefined);
  }

  play(earcon: Earcon): void {
    const buffer = this.buffers.get(earcon);
    if (this.context === null || buffer === undefined) return;
    if (this.context.state === 'suspended') void this.context.resume();
    const source = this.context.createBufferSource();
    const gain = this.context.createGain();
    gain.gain.value = this.volume;
    source.buffer = buffer;
    source.connect(gain).connect(this.context.destination);
    source.start();
  }

  vibrate(earcon: Earcon): void {
    if ('vibrate' in navigator) navigator.vibrate([...VIBRATIONS[earcon]]);
  }
}
