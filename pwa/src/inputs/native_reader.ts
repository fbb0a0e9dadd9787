/* The browser's own reader of codes, where it reads what a warehouse has: Android's Chrome does, a desktop rarely. */

export interface NativeReader {
  detect(picture: ImageBitmap): Promise<{ rawValue: string; format: string; cornerPoints: { x: number; y: number }[] }[]>;
}
export interface NativeClass {
  new (options: { formats: string[] }): NativeReader;
  getSupportedFormats(): Promise<string[]>;
}

const WANTED = ['ean_13', 'ean_8', 'upc_a', 'code_128', 'code_39', 'itf', 'qr_code', 'data_matrix'];
/** Without one of these it would silently miss a good part of the labels. */
const NEEDED = ['code_128', 'ean_13', 'qr_code', 'data_matrix'];

/** Null: there is none, or it reads too little (the class may exist and read nothing). */
export async function nativeReader(found: NativeClass | undefined): Promise<NativeReader | null> {
  if (found === undefined) return null;
  try {
    const formats = await found.getSupportedFormats();
    const usable = WANTED.filter((format) => formats.includes(format));
    return NEEDED.every((format) => usable.includes(format)) ? new found({ formats: usable }) : null;
  } catch {
    return null;
  }
}
