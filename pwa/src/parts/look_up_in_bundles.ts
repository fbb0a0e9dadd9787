/* What the open work on the device knows about a code, for looking up without network. */
import type { Bundle } from '../flows/flow';

export interface KnownGoods {
  sku: string;
  name: string;
  picture: string | null;
  /** Code of the place where it lives; '' when not known. */
  place: string;
}

interface Goods {
  sku: string;
  name: string;
  picture?: string | null;
}
interface Known {
  places?: Readonly<Record<string, Goods & { location?: string; belongs?: string }>>;
  lines?: readonly {
    codes: readonly { key: string }[];
    product?: Goods;
    sku?: string;
    name?: string;
    picture?: string | null;
    location?: { code: string };
  }[];
}

/** Goods of the bundles that carry one of the keys, each once. */
export function lookUpInBundles(bundles: readonly Bundle[], keys: readonly string[]): KnownGoods[] {
  const found = new Map<string, KnownGoods>();
  const add = (goods: Goods, place: string): void => {
    const known = { sku: goods.sku, name: goods.name, picture: goods.picture ?? null, place };
    found.set(`${known.sku} ${known.place}`, known);
  };
  for (const bundle of bundles as readonly (Bundle & Known)[]) {
    for (const line of bundle.lines ?? []) {
      if (!line.codes.some((code) => keys.includes(code.key))) continue;
      const goods = line.product ?? { sku: line.sku ?? '', name: line.name ?? '', picture: line.picture ?? null };
      add(goods, line.location?.code ?? '');
    }
    for (const key of keys) {
      const place = bundle.places?.[key];
      if (place !== undefined) add(place, place.location ?? place.belongs ?? '');
    }
  }
  return [...found.values()];
}
