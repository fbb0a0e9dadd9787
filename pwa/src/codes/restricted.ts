// Weight codes a shop prints itself; twin of backend/gs1/restricted.py.
import { mod10Digit } from './check_digits';

/** 13 characters: I item, W weight, V anything, C check digit, a digit stands for itself. */
export interface WeightLayout {
  pattern: string;
  gPerUnit: number;
}

export const CZECH_LAYOUTS: readonly WeightLayout[] = [
  { pattern: '28IIII0WWWWWC', gPerUnit: 1 },
  { pattern: '29IIII0WWWWWC', gPerUnit: 1 },
];

export function readWeightCode(
  digits: string,
  layouts: readonly WeightLayout[],
): { itemGtin: string; weightG: number } | null {
  for (const layout of layouts) {
    const marks = [...layout.pattern];
    if (marks.some((mark, place) => mark >= '0' && mark <= '9' && mark !== digits[place])) continue;
    const weight = marks.map((mark, place) => (mark === 'W' ? digits[place] : '')).join('');
    const item = marks.map((mark, place) => (mark === 'C' ? '' : mark === 'W' || mark === 'V' ? '0' : digits[place])).join('');
    const weightG = Number(weight) * layout.gPerUnit;
    if (weightG) return { itemGtin: `0${item}${mod10Digit(item)}`, weightG };
  }
  return null;
}
