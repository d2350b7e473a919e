import * as z from "zod";
import { randomId, sha256 } from "../formats.ts";
import { accountKind, platform, timestamp } from "../words.ts";

/** How an account is verified again on the phone that recovers it. */
export const means = z.enum(["fresh-sign-in", "contact-code", "activation-code"]);

/** An account in a recovery: whether it works at once, and if not, what the owner has to do. */
export const recoveredAccount = z.strictObject({
  ref: sha256,
  kind: accountKind,
  push: z.boolean(),
  state: z.enum(["ready", "action-required"]),
  /** All of these are needed; empty if the account is ready. */
  means: z.array(means),
});

export type RecoveredAccount = z.infer<typeof recoveredAccount>;

/** How a recovery is stored. That it is completed or has expired follows from its accounts and from the time. */
export const storedState = z.enum(["waiting", "released", "cancelled", "denied"]);

export type StoredState = z.infer<typeof storedState>;

/** How a recovery stands [H4]; docs/recovery.md draws it. */
export const recoveryState = z.enum([...storedState.options, "completed", "expired"]);

export type RecoveryState = z.infer<typeof recoveryState>;

/** A recovery as the owner's item lists it, so that the other phones are shown it with the status. */
export const listedRecovery = z.strictObject({
  recoveryId: randomId,
  deviceId: sha256,
  state: z.enum(["waiting", "released"]),
  /** The version that was named; left out, whichever is current at the release. */
  named: z.int().positive().optional(),
  startedAt: timestamp,
  /** When it is released, or was. */
  releaseAt: timestamp,
  expiresAt: timestamp,
});

export type ListedRecovery = z.infer<typeof listedRecovery>;

export const recoveryShape = z.strictObject({
  schema: z.literal(1),
  state: storedState,
  deviceId: sha256,
  /** When its phone was registered: a phone as old, or older, may deny or approve it. */
  registeredAt: timestamp,
  /** While it waits, the version that was current when it began, or the one that was named. */
  version: z.int().positive(),
  platform,
  accounts: z.array(recoveredAccount),
  startedAt: timestamp,
  /** When it is released, or was. */
  releaseAt: timestamp,
  /** Until when it can be opened, cancelled and denied. */
  expiresAt: timestamp,
});

export type Recovery = z.infer<typeof recoveryShape>;

/** Seconds a recovery lasts: its accounts may wait for codes, and an owner may choose to wait for 7 days. */
export const RECOVERY_LIFE = 14 * 24 * 60 * 60;
