/*
 * A drawn signature as strokes of points, without pressure and timing: those would be biometric data. Pure geometry;
 * the pad draws it and makes the picture.
 */
export interface Point {
  x: number;
  y: number;
}
export type Stroke = readonly Point[];

/** Points closer than this to the one before say nothing new. */
const APART = 1.5;
const LEAST_LENGTH = 40;

export function withPoint(stroke: Stroke, point: Point): Stroke {
  const last = stroke.at(-1);
  if (last !== undefined && Math.hypot(point.x - last.x, point.y - last.y) < APART) return stroke;
  return [...stroke, point];
}

const lengthOf = (stroke: Stroke): number =>
  stroke.slice(1).reduce((sum, point, place) => {
    const before = stroke[place] as Point;
    return sum + Math.hypot(point.x - before.x, point.y - before.y);
  }, 0);

/** A dot or a slip of the finger is not a signature. */
export const isSigned = (strokes: readonly Stroke[]): boolean =>
  strokes.reduce((sum, stroke) => sum + lengthOf(stroke), 0) >= LEAST_LENGTH;

/** Smooth curves through the middles of the points, as lines for a 2D context or an SVG path. */
export function pathOf(stroke: Stroke): string {
  const [first, ...rest] = stroke;
  if (first === undefined) return '';
  const at = (value: number): string => value.toFixed(1);
  let path = `M${at(first.x)} ${at(first.y)}`;
  if (rest.length === 0) return `${path}l0.1 0`;
  rest.forEach((point, place) => {
    const next = rest[place + 1];
    const end = next === undefined ? point : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    path += `Q${at(point.x)} ${at(point.y)} ${at(end.x)} ${at(end.y)}`;
  });
  return path;
}
