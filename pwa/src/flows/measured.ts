/*
 * Goods that are kept in grams or millimetres: the code of a pack tells how much is in it.
 *
 * The twin of `pieces_told` in backend/catalog/product.py.
 */

/** Stock unit to the keys that tell how much of it is there. A weight code's digits are millimetres for goods in mm. */
const MEASURES: Readonly<Record<string, readonly string[]>> = { g: ['weight_g:'], mm: ['length_mm:', 'weight_g:'] };

/** `quantity` of the code, or what its weight or length tells. Goods in pieces are not counted by their weight. */
export function piecesTold(quantity: number, unit: string | undefined, keys: readonly string[]): number {
  for (const prefix of MEASURES[unit ?? ''] ?? []) {
    for (const key of keys) {
      const told = key.startsWith(prefix) ? key.slice(prefix.length) : '';
      if (/^[0-9]{1,8}$/.test(told) && Number(told) > 0) return Number(told);
    }
  }
  return quantity;
}
