import type { LoadPhone } from "./load/phones.ts";
import { reads, recoveries, type Traffic, uploads } from "./load/traffic.ts";

export type OperationName = "status" | "upload-64k" | "upload-1m" | "key" | "key-unwrap" | "recovery";

export interface Operation {
  readonly name: OperationName;
  readonly title: string;
  /** What `--only` calls it. */
  readonly group: "status" | "upload" | "key" | "recovery";
  /** How many owners, each with one phone. */
  readonly phones: number;
  /** The most requests of one round. */
  readonly requests: number;
  /** The least share of the floor's requests per second, at 32 connections. */
  readonly goal?: number;
  readonly traffic: (phone: LoadPhone) => Traffic;
}

export const KIB = 1_024;

/** Bytes of a body just under the limit of 1 MiB. */
const NEAR_LIMIT = 1_024 * KIB - 64;

export const operations: readonly Operation[] = [
  {
    name: "status",
    title: "status",
    group: "status",
    phones: 32,
    requests: 50_000,
    goal: 0.5,
    traffic: (phone) => reads(phone, "/v1/backup"),
  },
  {
    name: "upload-64k",
    title: "upload, 64 KiB",
    group: "upload",
    phones: 32,
    requests: 5_000,
    goal: 0.6,
    traffic: (phone) => uploads(phone, 64 * KIB),
  },
  {
    name: "upload-1m",
    title: "upload, 1 MiB",
    group: "upload",
    phones: 32,
    requests: 640,
    traffic: (phone) => uploads(phone, NEAR_LIMIT),
  },
  {
    name: "key",
    title: "key, remembered",
    group: "key",
    phones: 32,
    requests: 50_000,
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
    traffic: recoveries,
  },
];
