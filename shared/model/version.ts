import * as z from "zod";
import { sha256 } from "../formats.ts";
import { timestamp } from "../words.ts";
import { actor } from "./event.ts";

/** Since when a version is held for 31 days, whatever comes after it, and by what. */
export const held = z.strictObject({
  since: timestamp,
  by: z.enum(["loss", "confirmed", "start-anew", "revocation"]),
});

/** One version in the history, without its ciphertext. */
export const version = z.strictObject({
  version: z.int().positive(),
  uploadedAt: timestamp,
  device: actor,
  /** How many accounts it holds. */
  accounts: z.int().nonnegative(),
  /** How many more its phone had, which did not fit [C8]; left out if none. */
  leftOut: z.int().positive().optional(),
  /** Length of the envelope in bytes. */
  bytes: z.int().positive(),
  /** SHA-256 of the envelope: a retried upload is known by it. */
  digest: sha256,
  /** The `ver` in its envelope's header: its own number, or the one of the version that it restored. */
  sealedAs: z.int().positive(),
  /** Whether it opens with the storage secret alone: not on a phone that has none. */
  storageBound: z.boolean(),
  /** The number of the user key that it is sealed under. */
  key: z.int().positive(),
  /** When it ceased to be current; left out while it is. */
  replacedAt: timestamp.optional(),
  held: held.optional(),
  /** Whether the phone that uploaded it was denied: it is not made current by itself. */
  denied: z.literal(true).optional(),
});

export type Version = z.infer<typeof version>;
