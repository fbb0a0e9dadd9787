/* What the server answers to the office, as far as its screens read it. Times are ISO 8601 in UTC, amounts minor units. */

import type { Kept } from './problem_text';

export type Role = 'worker' | 'lead' | 'office' | 'owner';
export interface Me {
  person_id: number | null;
  role: Role | null;
  language: string;
  name: string;
}

export interface Person {
  id: number;
  name: string;
  role: Role;
  language: 'cs' | 'sk' | 'hu' | 'en';
  email: string;
  active: boolean;
  has_pin: boolean;
  badges: number;
  last_seen_at: string | null;
}
export interface MadeBadge {
  person: number;
  name: string;
  picture: string;
  printed: boolean;
  pin: string;
  problem: string;
  told: Kept;
}

export interface Why {
  code: string;
  values: Record<string, unknown>;
  hold: boolean;
  sentence: string;
}
export interface OrderRow {
  id: number;
  number: string;
  remote_number: string;
  state: string;
  buyer: string;
  city: string;
  country: string;
  channel: string;
  carrier: string;
  service: string;
  payment: string;
  placed_at: string;
  promised_at: string;
  lines: number;
  pieces: number;
  total_amount: number;
  currency: string;
  holds: string[];
  why: Why;
}
export interface OrderPage {
  rows: OrderRow[];
  next: string | null;
  counts: Record<string, number>;
}
export interface OrderLine {
  id: number;
  position: number;
  kind: string;
  sku: string;
  name: string;
  quantity: number;
  total_amount: number;
  reserved: number;
  picked: number;
  checked: number;
  short: number;
}
export interface OrderHold {
  code: string;
  values: Record<string, unknown>;
  sentence: string;
  created_at: string;
  released_at: string | null;
}
export interface FactEntry {
  seq: number;
  kind: string;
  at: string;
  person_id: number | null;
  person: string;
  device_id: number | null;
  payload: Record<string, unknown>;
}
export interface OrderDetail {
  order: OrderRow;
  company: string;
  email: string;
  phone: string;
  street: string;
  zip: string;
  pickup_point: string;
  buyer_note: string;
  office_note: string;
  may_become: string[];
  lines: OrderLine[];
  holds: OrderHold[];
  timeline: FactEntry[];
}
export interface Parcel {
  number: string | null;
  order: string;
  position: string;
  state: string;
  /** only a label is left, made void by an undo; `valid_number` is what the parcel bears now */
  void: boolean;
  valid_number: string;
  carrier_name: string;
  tracking_number: string | null;
  carton: string | null;
  weight_g: number | null;
  station: string;
}
export interface Shippable {
  looked_at: number;
  ready: number;
  partial: number;
  released: number;
  not_shippable: (Omit<Why, 'hold'> & { number: string })[];
}

export interface WaveOrder {
  order: string;
  slot: number;
  state: string;
  tote: string | null;
  pieces: number;
  picked: number;
  short: number;
}
export interface Wave {
  id: number;
  number: string;
  mode: 'single' | 'cluster';
  state: string;
  person_id: number | null;
  person: string;
  holder: { device_name: string; heard_at: string | null; unsent: number } | null;
  silent: boolean;
  created_at: string;
  taken_at: string | null;
  lines: number;
  lines_done: number;
  pieces: number;
  pieces_done: number;
  orders: WaveOrder[];
}
export interface Page<Row> {
  rows: Row[];
  next: number | null;
}

export interface HandoverRow {
  id: number;
  number: string;
  carrier: string;
  carrier_name: string;
  day: string;
  state: 'none' | 'open' | 'signed';
  loaded: number;
  waiting: number;
  signed_at: string | null;
  courier_name: string | null;
}
export interface Extra {
  code: string;
  outcome: 'wrong_carrier' | 'not_packed' | 'on_hold' | 'unknown';
  side: string;
  at: string;
  carrier: string;
}
export interface HandoverView {
  id: number;
  number: string;
  carrier: string;
  carrier_name: string;
  day: string;
  state: 'open' | 'signed';
  expected: number;
  loaded: number;
  missing: number;
  weight_g: number;
  parcels: { number: string; order: string; position: string; weight_g: number | null; loaded: boolean; side: string | null }[];
  /** parcels that stay because their order is on hold */
  held: { number: string; order: string; hold: string }[];
  extras: Extra[];
  content_hash: string;
  previous_hash: string | null;
  courier_name: string | null;
  vehicle_plate: string | null;
  remark: string;
  signed_at: string | null;
}
export interface CourierLink {
  url: string;
  expires_at: string;
}

export interface Printer {
  code: string;
  name: string;
  agent: string;
  driver: string;
  transport: string;
  address: string;
  dpi: number;
  media_width_mm: number | null;
  media_height_mm: number | null;
  darkness_percent: number | null;
  speed_mm_s: number | null;
  after_label: string | null;
  closes_line: boolean;
  active: boolean;
  fallback: string | null;
  state: string;
  state_detail: string;
  waiting: number;
  unknown: number;
}
export interface PrintAgent {
  name: string;
  last_seen_at: string | null;
  revoked_at: string | null;
  printers: number;
}
export interface PrintRoute {
  station: string;
  paper_kind: 'label' | 'goods_label' | 'place_label' | 'paper';
  printer: string;
  fallback: string | null;
  lifetime_h: number | null;
}
export interface BenchScale {
  station: string;
  agent: string;
  protocol: 'ascii' | 'sics' | 'toledo' | 'hid' | 'http';
  address: string;
  state: string;
  state_detail: string;
}
export interface PrintJob {
  id: number;
  title: string;
  about: string;
  station: string;
  paper_kind: string;
  printer_name: string;
  state: string;
  detail: string;
  waits_for: string;
  attempts: number;
  created_at: string;
  reprint_of: number | null;
  reprint_reason: string;
  voided_by: number | null;
}

export interface Trouble {
  deliveries: {
    id: number; reaction: string; about: string; state: string; attempts: number; not_before: string;
    parked_reason: string; parked_problem: Kept | null; kind: string; at: string;
  }[];
  scans: {
    id: number; device_id: number; seq: number; received_at: string; outcome: string; record: unknown;
  }[];
  imports: InboxEntry[];
  print_jobs: PrintJob[];
}

export interface Channel {
  code: string;
  name: string;
  kind: string;
}
/** An order or a delivery of a file that was left out. */
export interface LeftOut {
  key?: string;
  reference?: string;
  sentence: string;
  code?: string;
  values?: Kept;
}
export interface ImportOutcome {
  inbox_id: number;
  file: string;
  format: string;
  received: number;
  known: number;
  updated: number;
  held: number;
  skipped: number;
  cancelled: number;
  changed_not_taken: number;
  refused: LeftOut[];
}
export interface InboxEntry {
  id: number;
  channel: string;
  received_at: string;
  source: string;
  file_name: string;
  state: 'received' | 'parsed' | 'refused';
  bytes: number;
  outcome: Partial<ImportOutcome> & { code?: string; got?: string; expected?: string };
  sentence: string;
}

export interface Device {
  id: number;
  name: string;
  enrolled_at: string;
  revoked_at: string | null;
  last_seen_at: string | null;
  unsent: number | null;
  app_version: string | null;
}
export interface Enrolment {
  token: string;
  path: string;
  expires_at: string;
}

export interface ReturnRow {
  id: number;
  number: string;
  order: string;
  state: string;
  created_at: string;
  goods: { order_line_id: number; quantity: number; condition: string; reason: string; at: string }[];
  /** numbers below /api/returns/{id}/photos */
  photos: number[];
}
