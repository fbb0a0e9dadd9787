/*
 * Where the office is: the tab is the path, what is chosen in it the query, so that an address can be shared, and Back
 * of the browser does what people expect.
 */
export const TABS = ['orders', 'waves', 'handover', 'receipts', 'stock', 'printing', 'trouble', 'people', 'devices', 'import'] as const;
export type Tab = (typeof TABS)[number];
export interface Route {
  tab: Tab;
  values: Readonly<Record<string, string>>;
}

export function routeOf(address: string): Route {
  const url = new URL(address, 'http://rampa.invalid');
  const named = url.pathname.split('/')[2] ?? '';
  const tab = TABS.find((each) => each === named) ?? 'orders';
  return { tab, values: Object.fromEntries([...url.searchParams].filter(([, value]) => value !== '')) };
}

export function addressOf(route: Route): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(route.values)) if (value !== '') query.set(name, value);
  const written = query.toString();
  return `/office/${route.tab}${written === '' ? '' : `?${written}`}`;
}

/** Other values in the same tab; an empty value takes the name away. */
export function withValues(route: Route, values: Readonly<Record<string, string>>): Route {
  const merged = { ...route.values, ...values };
  return { tab: route.tab, values: Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== '')) };
}
