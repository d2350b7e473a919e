import type { LoadPhone } from "./load/phones.ts";
import { reads, recoveries, type Traffic, uploads } from "./load/traffic.ts";

export type OperationName =
  | "status"
  | "upload-12"
  | "upload-64k"
  | "upload-1m"
  | "key"
  | "key-unwrap"
  | "recovery";

export interface Operation {
  readonly name: OperationName;
  readonly title: string;
  /** What `--only` calls it. */
  readonly group: "status" | "upload" | "key" | "recovery";
  /** How many owners, each with one phone. */
  readonly phones: number;
  /** The most requests of one round. */
  readonly requests: number;
  /** The least share of the floor's requests per second, by the number of connections. */
  readonly goals?: Readonly<Record<number, number>>;
  readonly traffic: (phone: LoadPhone) => Traffic;
}

export const KIB = 1_024;

/** Bytes of a body just under the limit of 1 MiB. */
const NEAR_LIMIT = 1_024 * KIB - 64;

/** What people have: a body of 4 KiB. */
export function upload12(phone: LoadPhone): Traffic {
  return uploads(phone, 4 * KIB, 12);
}

export const operations: readonly Operation[] = [
  {
    name: "status",
    title: "status",
    group: "status",
    phones: 32,
    requests: 50_000,
    goals: { 1: 0.7, 32: 0.7 },
    traffic: (phone) => reads(phone, "/v1/backup"),
  },
  {
    name: "upload-12",
    title: "upload, 12 accounts (4 KiB)",
    group: "upload",
    phones: 32,
    requests: 5_000,
    goals: { 1: 0.5, 32: 0.5 },
    traffic: upload12,
  },
  {
    name: "upload-64k",
    title: "upload, 64 KiB",
    group: "upload",
    phones: 32,
    requests: 5_000,
    goals: { 1: 0.5, 32: 0.5 },
    traffic: (phone) => uploads(phone, 64 * KIB),
  },
  {
    name: "upload-1m",
    title: "upload, 1 MiB",
    group: "upload",
    phones: 32,
    requests: 640,
    goals: { 1: 0.4, 32: 0.4 },
    traffic: (phone) => uploads(phone, NEAR_LIMIT),
  },
  {
    name: "key",
    title: "key, remembered",
    group: "key",
    phones: 32,
    requests: 50_000,
    goals: { 1: 0.7, 32: 0.85 },
    traffic: (phone) => reads(phone, "/v1/backup/key"),
  },
  {
    name: "key-unwrap",
    title: "key, unwrapped",
    group: "key",
    // In turn, and more phones than the service caches keys: the key that is asked for is never cached.
    phones: 640,
    requests: 50_000,
    traffic: (phone) => reads(phone, "/v1/backup/key"),
  },
  {
    name: "recovery",
    title: "begin recovery",
    group: "recovery",
    // Each may begin 5 a day: many phones in turn, and few requests of each.
    phones: 1_280,
    requests: 200,
    goals: { 1: 0.6, 32: 0.75 },
    traffic: recoveries,
  },
];
