/* A label's design as the office changes it: blocks from top to bottom. The rules are the server's. */
export const KINDS = ['field', 'text', 'code', 'logo', 'line', 'space'] as const;
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
  height_mm: number;
  size_mm: number;
  weight: (typeof WEIGHTS)[number];
  align: (typeof ALIGNS)[number];
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
  kind: 'field', field, text: '', width_percent: 100, height_mm: 6, size_mm: 3.5, weight: 'regular', align: 'left',
  inverse: false, symbology: 'code128', readable: true,
});

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
