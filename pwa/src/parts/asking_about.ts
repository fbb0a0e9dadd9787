/*
 * Which codes in sight the house is to be asked about now: each once, and again after a while when no answer came.
 *
 * No answer is not "nobody knows it": the line may be back at the next picture. Pure: the clock is handed in.
 */
export const ASK_AGAIN_MS = 3_000;
const AT_ONCE = 4;

export class AskingAbout {
  private readonly underWay = new Set<string>();
  private readonly answered = new Set<string>();
  private readonly failed_ms = new Map<string, number>();

  /** Those of `texts` to ask about now; each of them ends in `heard` or `missed`. */
  due(texts: readonly string[], now_ms: number): string[] {
    const waits = (text: string): boolean => now_ms - (this.failed_ms.get(text) ?? -Infinity) < ASK_AGAIN_MS;
    const open = texts.filter((text) => !this.answered.has(text) && !this.underWay.has(text) && !waits(text));
    const due = [...new Set(open)].slice(0, Math.max(0, AT_ONCE - this.underWay.size));
    for (const text of due) this.underWay.add(text);
    return due;
  }

  heard(text: string): void {
    this.underWay.delete(text);
    this.answered.add(text);
  }

  missed(text: string, now_ms: number): void {
    this.underWay.delete(text);
    this.failed_ms.set(text, now_ms);
  }
}
