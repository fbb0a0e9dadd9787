/* A label's design as the office changes it: blocks from top to bottom. The rules are the server's. */
export const KINDS = ['field', 'text', 'code', 'logo', 'line', 'box', 'space'] as const;
export const WEIGHTS = ['regular', 'bold', 'condensed'] as const;
export const ALIGNS = ['left', 'center', 'right'] as const;
export const CODES = [
  'code128', 'gs1-128', 'ean13', 'ean8', 'upca', 'itf14', 'code39', 'qr', 'gs1-qr', 'link-qr', 'datamatrix', 'gs1-datamatrix', 'pdf417', 'aztec',
] as const;

export interface Block {
  kind: (typeof KINDS)[number];
  field: string;
  text: string;
  width_percent: number;
  /** Its place from the label's corner; null: below the block before. */
  x_mm: number | null;
  y_mm: number | null;
  width_mm: number | null;
  height_mm: number;
  size_mm: number;
  weight: (typeof WEIGHTS)[number];
  align: (typeof ALIGNS)[number];
  vertical: 'top' | 'middle' | 'bottom';
  inverse: boolean;
  symbology: (typeof CODES)[number];
  readable: boolean;
}

export interface Design {
  base: string;
  width_mm: number;
  height_mm: number;
  margin_mm: number;
  logo: string;
  blocks: Block[];
}

export interface LabelRow {
  code: string;
  base: string;
  title: string;
  version: number;
  own: boolean;
  designed: boolean;
}

export interface LabelShown {
  code: string;
  base: string;
  version: number;
  design: Design;
  fields: string[];
  codes: string[];
  versions: { version: number; saved_at: string; designed: boolean }[];
}

export interface Preview {
  picture: string;
  width_mm: number;
  height_mm: number;
}

export const blankBlock = (field: string): Block => ({
  kind: 'field', field, text: '', width_percent: 100, x_mm: null, y_mm: null, width_mm: null, height_mm: 6, size_mm: 3.5, weight: 'regular',
  align: 'left', vertical: 'middle', inverse: false, symbology: 'code128', readable: true,
});

/** A block that stands where it is put, or again below the one before. */
export function placed(block: Block, design: Design, free: boolean): Block {
  if (!free) return { ...block, x_mm: null, y_mm: null, width_mm: null };
  const inner_mm = design.width_mm - 2 * design.margin_mm;
  return { ...block, x_mm: design.margin_mm, y_mm: design.margin_mm, width_mm: Math.round(inner_mm * block.width_percent) / 100 };
}

/** The blocks with one of them moved up (-1) or down (1); at the ends nothing changes. */
export function moved(blocks: readonly Block[], at: number, by: number): Block[] {
  const to = at + by;
  const order = [...blocks];
  const [block] = order.slice(at, at + 1);
  if (block === undefined || to < 0 || to >= order.length) return order;
  order.splice(at, 1);
  order.splice(to, 0, block);
  return order;
}
