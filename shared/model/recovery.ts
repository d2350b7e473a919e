import * as z from "zod";
import { randomId, sha256, tenantId } from "../formats.ts";
import { accountKind, means, platform, purpose, timestamp } from "../words.ts";
import { actor } from "./event.ts";

/** An account in a recovery, as its phone sees it: whether it works at once, and if not, what the owner has to do. */
export const recoveredAccount = z.strictObject({
  ref: sha256,
  kind: accountKind,
  push: z.boolean(),
  state: z.enum(["ready", "action-required"]),
  /** All of these are needed; empty if the account is ready. */
  means: z.array(means),
});

export type RecoveredAccount = z.infer<typeof recoveredAccount>;

/** The same as it is stored: with what its proofs are held against, of an account that needs them. */
export const pendingAccount = recoveredAccount.extend({
  tenant: tenantId.optional(),
  subjectHash: sha256.optional(),
});

export type PendingAccount = z.infer<typeof pendingAccount>;

/** How a recovery is stored. That it is completed or has expired follows from its accounts and from the time. */
export const storedState = z.enum(["waiting", "released", "cancelled", "denied"]);

export type StoredState = z.infer<typeof storedState>;

/** How a recovery stands [H4]; docs/trust.md draws it. */
export const recoveryState = z.enum([...storedState.options, "completed", "expired"]);

export type RecoveryState = z.infer<typeof recoveryState>;

/**
 * Seconds: after its wait a recovery can be opened for so long, and after its release it can be denied, and is told in
 * every status, for so long, whatever happens to its phone.
 */
export const RECOVERY_LIFE = 14 * 24 * 60 * 60;

/** Seconds a recovery item is kept: longer than its life, so that a late request hears "expired", not "not found". */
export const RECOVERY_TTL = 90 * 24 * 60 * 60;

/** The most recoveries that are listed: 10 are begun a day, and each is told for 14 days after its release. */
export const MOST_RECOVERIES = 200;

/** A recovery as the owner's item lists it: what the other phones are shown, and may deny. */
export const listedRecovery = z.strictObject({
  recoveryId: randomId,
  purpose,
  /** The phone, as it was called when it began: it may be gone since. */
  device: actor,
  /** The number of the event that began it. */
  order: z.int().positive(),
  /** The order of its phone's trust, if that was trusted before. */
  trusted: z.int().positive().optional(),
  state: z.enum(["waiting", "released"]),
  /** The version that it names, or, once released, has brought: it is kept while the recovery lives. */
  version: z.int().positive().optional(),
  startedAt: timestamp,
  /** When it may be opened, or was. */
  releaseAt: timestamp,
  /** Until when it may be opened, or, once released, denied. */
  expiresAt: timestamp,
});

export type ListedRecovery = z.infer<typeof listedRecovery>;

/** The recovery as its phone reads it. While it waits, the owner's item says when it is released and expires. */
export const recoveryShape = z.strictObject({
  schema: z.literal(1),
  purpose,
  state: storedState,
  deviceId: sha256,
  /** The number of the event that registered its phone: registered again, that can't resume it. */
  registered: z.int().positive(),
  /** The version that it brought; left out while it waits, and if there was none. */
  version: z.int().positive().optional(),
  /** The number of the user key that it brought; left out while it waits. */
  key: z.int().positive().optional(),
  platform,
  /** While it waits, those of the version that was current when it began, or was named. */
  accounts: z.array(pendingAccount),
  startedAt: timestamp,
  releaseAt: timestamp,
  expiresAt: timestamp,
});

export type Recovery = z.infer<typeof recoveryShape>;
