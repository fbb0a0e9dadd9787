/* Draws the app's icons (a ramp made of bars) into public/icons: `npm run icons`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const NAVY = [0x14, 0x21, 0x3d];
const MINT = [0x8f, 0xe3, 0xa6];
const WHITE = [0xff, 0xff, 0xff];
// Bars as x and width in a unit square; their tops climb like a loading ramp.
const BARS = [[0.16, 0.08], [0.28, 0.04], [0.36, 0.1], [0.5, 0.04], [0.58, 0.08], [0.7, 0.05], [0.78, 0.06]];

function colourAt(x, y) {
  const floor = 0.8;
  if (y > floor && y < floor + 0.055 && x > 0.12 && x < 0.88) return WHITE;
  for (const [left, width] of BARS) {
    const top = 0.66 - 0.5 * ((left + width / 2 - 0.14) / 0.7);
    if (x >= left && x < left + width && y >= top && y < floor - 0.03) return MINT;
  }
  return NAVY;
}

function png(size, margin, rounded) {
  const samples = 4;
  const rows = [];
  for (let row = 0; row < size; row += 1) {
    const line = Buffer.alloc(1 + size * 4);
    for (let column = 0; column < size; column += 1) {
      const sum = [0, 0, 0, 0];
      for (let sample = 0; sample < samples * samples; sample += 1) {
        const x = (column + ((sample % samples) + 0.5) / samples) / size;
        const y = (row + (Math.floor(sample / samples) + 0.5) / samples) / size;
        const dx = Math.max(rounded - x, x - 1 + rounded, 0);
        const dy = Math.max(rounded - y, y - 1 + rounded, 0);
        if (Math.hypot(dx, dy) > rounded) continue;
        const scale = 1 - 2 * margin;
        const colour = colourAt((x - margin) / scale, (y - margin) / scale);
        colour.forEach((value, index) => (sum[index] += value));
        sum[3] += 1;
      }
      const at = 1 + column * 4;
      for (let index = 0; index < 3; index += 1) line[at + index] = sum[3] ? Math.round(sum[index] / sum[3]) : 0;
      line[at + 3] = Math.round((255 * sum[3]) / (samples * samples));
    }
    rows.push(line);
  }
  const part = (name, body) => {
    const typed = Buffer.concat([Buffer.from(name, 'latin1'), body]);
    const framed = Buffer.alloc(typed.length + 8);
    framed.writeUInt32BE(body.length, 0);
    typed.copy(framed, 4);
    framed.writeUInt32BE(crc32(typed), typed.length + 4);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = deflateSync(Buffer.concat(rows), { level: 9 });
  return Buffer.concat([signature, part('IHDR', header), part('IDAT', pixels), part('IEND', Buffer.alloc(0))]);
}

const folder = new URL('../public/icons/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('icon-192.png', folder), png(192, 0, 0.18));
writeFileSync(new URL('icon-512.png', folder), png(512, 0, 0.18));
writeFileSync(new URL('maskable-512.png', folder), png(512, 0.1, 0));
