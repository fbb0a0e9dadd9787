/* A code as people can read it: without its symbol's mark, separators as gaps, not longer than a line or two. */
const SHOWN = 60;

export function shownCode(text: string): string {
  const plain = text.replace(/^\](C1|e0|d2|Q3|J1)/, '').replaceAll('\x1d', ' ').trim();
  return plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain;
}
