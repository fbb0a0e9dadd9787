/* The list of handovers reduced to what the choice at the dock needs. */

/** A row of GET /api/handovers; `id` 0 with state `none`: parcels wait, but nobody has opened a list. */
export interface HandoverTold {
  id: number;
  number: string;
  carrier: string;
  carrier_name: string;
  state: string;
  loaded: number;
  waiting: number;
}

export interface HandoverRow {
  id: number;
  number: string;
  carrier: string;
  name: string;
  loaded: number;
  waiting: number;
}

/** Open handovers first, then carriers whose parcels wait without a list. Signed ones are history. */
export function choices(rows: readonly HandoverTold[]): HandoverRow[] {
  const open = rows.filter((row) => row.state === 'open');
  const begun = new Set(open.map((row) => row.carrier));
  const waiting = rows.filter((row) => row.state === 'none' && row.waiting > 0 && !begun.has(row.carrier));
  return [...open, ...waiting].map(({ id, number, carrier, carrier_name, loaded, waiting: parcels }) => ({
    id, number, carrier, name: carrier_name || carrier, loaded, waiting: parcels,
  }));
}
