/* What the server answers to the courier's phone: carrier, counts and parcel numbers, no recipients. */
import type { Refusal } from '../flows/flow';
import type { Extra } from '../office/shapes';

export interface CourierView {
  number: string;
  carrier_name: string;
  state: 'open' | 'signed';
  expected: number;
  loaded: number;
  missing: number;
  parcels: { number: string; loaded: boolean }[];
  extras: Extra[];
  content_hash: string;
  has_document: boolean;
}
export interface CourierPage {
  opened: boolean;
  handover: CourierView;
}
export interface CourierSession {
  session: string;
  expires_at: string;
  handover: CourierView;
}
export interface CourierVerdict {
  outcome: 'ok' | 'refused';
  refusal: Refusal | null;
  parcel: string | null;
  handover: CourierView;
}
