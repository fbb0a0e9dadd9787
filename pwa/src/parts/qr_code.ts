/*
 * A QR code of a short text, drawn on the device: byte mode, error correction M, versions 1 to 10 (213 bytes).
 *
 * Source: ISO/IEC 18004. The tests read it back with an independent reader.
 */

/** Per version 1..10 at level M: error correction words per block, and data words of each block. */
const BLOCKS: readonly (readonly [number, readonly number[]])[] = [
  [10, [16]], [16, [28]], [26, [44]], [18, [32, 32]], [24, [43, 43]], [16, [27, 27, 27, 27]], [18, [31, 31, 31, 31]],
  [22, [38, 38, 39, 39]], [22, [36, 36, 36, 37, 37]], [26, [43, 43, 43, 43, 44]],
];
const ALIGNMENT: readonly (readonly number[])[] = [
  [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
];

const EXP = new Uint8Array(512);
const LOG = new Uint8Array(256);
for (let power = 0, value = 1; power < 255; power += 1) {
  EXP[power] = value;
  EXP[power + 255] = value;
  LOG[value] = power;
  value = (value << 1) ^ (value & 0x80 ? 0x11d : 0);
}
const at = (list: Uint8Array, index: number): number => list[index] ?? 0;
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : at(EXP, at(LOG, a) + at(LOG, b)));

function correction(block: readonly number[], count: number): number[] {
  let generator = [1];
  for (let power = 0; power < count; power += 1) {
    const next = new Array<number>(generator.length + 1).fill(0);
    generator.forEach((factor, index) => {
      next[index] = (next[index] ?? 0) ^ factor;
      next[index + 1] = (next[index + 1] ?? 0) ^ times(factor, at(EXP, power));
    });
    generator = next;
  }
  const rest = [...block, ...new Array<number>(count).fill(0)];
  for (let index = 0; index < block.length; index += 1) {
    const factor = rest[index] ?? 0;
    if (factor !== 0) generator.forEach((each, place) => (rest[index + place] = (rest[index + place] ?? 0) ^ times(each, factor)));
  }
  return rest.slice(block.length);
}

function words(bytes: Uint8Array, version: number): number[] {
  const [count, sizes] = BLOCKS[version - 1] ?? [0, []];
  const capacity = sizes.reduce((total, size) => total + size, 0);
  const bits: number[] = [];
  const push = (value: number, length: number): void => {
    for (let bit = length - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
  };
  push(4, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, capacity * 8 - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const data: number[] = [];
  for (let index = 0; index < bits.length; index += 8) data.push(Number.parseInt(bits.slice(index, index + 8).join(''), 2));
  for (let pad = 0xec; data.length < capacity; pad ^= 0xec ^ 0x11) data.push(pad);
  let start = 0;
  const blocks = sizes.map((size) => data.slice(start, (start += size)));
  const corrections = blocks.map((block) => correction(block, count));
  const mixed: number[] = [];
  for (const group of [blocks, corrections]) {
    const longest = Math.max(...group.map((block) => block.length));
    for (let index = 0; index < longest; index += 1) {
      for (const block of group) if (index < block.length) mixed.push(block[index] ?? 0);
    }
  }
  return mixed;
}

type Grid = Int8Array[];

/** Finder, timing and alignment patterns; -1 marks what is still free, 2 what is kept for format and version. */
function patterns(version: number): Grid {
  const size = 17 + 4 * version;
  const grid: Grid = Array.from({ length: size }, () => new Int8Array(size).fill(-1));
  const set = (row: number, column: number, value: number): void => {
    const line = grid[row];
    if (line !== undefined && column >= 0 && column < size) line[column] = value;
  };
  for (const [top, left] of [[0, 0], [0, size - 7], [size - 7, 0]] as const) {
    for (let row = -1; row <= 7; row += 1) {
      for (let column = -1; column <= 7; column += 1) {
        const ring = Math.max(Math.abs(row - 3), Math.abs(column - 3));
        set(top + row, left + column, ring === 2 || ring > 3 ? 0 : 1);
      }
    }
  }
  for (let index = 8; index < size - 8; index += 1) {
    set(6, index, (index + 1) % 2);
    set(index, 6, (index + 1) % 2);
  }
  for (const row of ALIGNMENT[version - 1] ?? []) {
    for (const column of ALIGNMENT[version - 1] ?? []) {
      if ((grid[row]?.[column] ?? -1) !== -1 && !(row === 6 || column === 6)) continue;
      if ((row === 6 || column === 6) && (row < 9 && column < 9 || row < 9 && column > size - 9 || row > size - 9 && column < 9)) continue;
      for (let down = -2; down <= 2; down += 1) {
        for (let right = -2; right <= 2; right += 1) {
          set(row + down, column + right, Math.max(Math.abs(down), Math.abs(right)) === 1 ? 0 : 1);
        }
      }
    }
  }
  for (let index = 0; index < 9; index += 1) {
    if (grid[8]?.[index] === -1) set(8, index, 2);
    if (grid[index]?.[8] === -1) set(index, 8, 2);
    if (index < 8) {
      set(8, size - 1 - index, 2);
      set(size - 1 - index, 8, 2);
    }
  }
  set(size - 8, 8, 1);
  if (version >= 7) {
    let rest = version;
    for (let bit = 0; bit < 12; bit += 1) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
    const bits = (version << 12) | rest;
    for (let bit = 0; bit < 18; bit += 1) {
      const [long, short] = [Math.floor(bit / 3), size - 11 + (bit % 3)];
      set(long, short, (bits >> bit) & 1);
      set(short, long, (bits >> bit) & 1);
    }
  }
  return grid;
}

const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_row, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

function draw(version: number, bits: readonly number[], mask: number): Grid {
  const grid = patterns(version);
  const size = grid.length;
  let place = 0;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      const row = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        const line = grid[row];
        if (line === undefined || line[column] !== -1) continue;
        const bit = (bits[place] ?? 0) ^ (MASKS[mask]?.(row, column) === true ? 1 : 0);
        place += 1;
        line[column] = bit;
      }
    }
  }
  // Level M is 00 in the format word.
  let rest = mask;
  for (let bit = 0; bit < 10; bit += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const format = ((mask << 10) | rest) ^ 0x5412;
  const put = (row: number, column: number, bit: number): void => void ((grid[row] ?? new Int8Array(size))[column] = (format >> bit) & 1);
  for (let bit = 0; bit < 15; bit += 1) {
    if (bit < 6) put(bit, 8, bit);
    else if (bit < 8) put(bit + 1, 8, bit);
    else if (bit === 8) put(8, 7, bit);
    else put(8, 14 - bit, bit);
    if (bit < 8) put(8, size - 1 - bit, bit);
    else put(size - 15 + bit, 8, bit);
  }
  return grid;
}

/** Rule 1, 2 and 4 of the standard's penalties: long runs, blocks, and how far from half dark. */
function penalty(grid: Grid): number {
  const size = grid.length;
  let points = 0;
  let dark = 0;
  for (let row = 0; row < size; row += 1) {
    for (const turned of [false, true]) {
      let run = 0;
      for (let column = 0; column < size; column += 1) {
        const here = turned ? grid[column]?.[row] : grid[row]?.[column];
        const before = turned ? grid[column - 1]?.[row] : grid[row]?.[column - 1];
        run = column > 0 && here === before ? run + 1 : 1;
        if (run === 5) points += 3;
        else if (run > 5) points += 1;
      }
    }
    for (let column = 0; column < size; column += 1) {
      const here = grid[row]?.[column];
      if (here === 1) dark += 1;
      if (here === grid[row]?.[column + 1] && here === grid[row + 1]?.[column] && here === grid[row + 1]?.[column + 1]) points += 3;
    }
  }
  return points + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10));
}

/** Rows of modules, true for dark, without the quiet zone; raises RangeError for more than 213 bytes. */
export function qrCode(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex(([, sizes], index) => {
    const capacity = sizes.reduce((total, size) => total + size, 0);
    return bytes.length + (index < 9 ? 2 : 3) <= capacity;
  }) + 1;
  if (version === 0) throw new RangeError(`expected at most 213 bytes for a QR code, got ${bytes.length}`);
  const bits = words(bytes, version).flatMap((word) => Array.from({ length: 8 }, (_, bit) => (word >> (7 - bit)) & 1));
  const drawn = MASKS.map((_, mask) => draw(version, bits, mask));
  const best = drawn.reduce((one, other) => (penalty(other) < penalty(one) ? other : one));
  return best.map((row) => Array.from(row, (module) => module === 1));
}
