import * as z from "zod";
import type { ProblemCode } from "../errors/catalogue.ts";
import { randomId, sha256 } from "../formats.ts";
import { sealedKey } from "../keys/seal.ts";
import { MOST_ACCOUNTS } from "../model/manifest.ts";
import { type Recovery, type RecoveryState, recoveredAccount, recoveryState } from "../model/recovery.ts";
import { platform, timestamp } from "../words.ts";

/** What a phone shows of itself when it wants to recover. */
export const evidence = z.strictObject({
  storageCheck: sha256.optional(),
  /** In place of the storage account: HMAC under the recovery key [H9]. */
  recoveryKeyCheck: sha256.optional(),
  /** References of the accounts that are on the phone already. */
  accounts: z.array(sha256).max(MOST_ACCOUNTS),
});

/** The same, with an older version of the history; left out, the current one. */
export const recoveryRequest = evidence.extend({ version: z.int().positive().optional() });

export const recoveryParams = z.strictObject({ recoveryId: randomId });

/** A recovery as its phone sees it. */
export const recoveryAnswer = z.strictObject({
  recoveryId: randomId,
  state: recoveryState,
  version: z.int(),
  platform,
  /** In the owner's order. */
  accounts: z.array(recoveredAccount),
  startedAt: timestamp,
  /** Until when it waits, or waited. */
  releaseAt: timestamp,
  expiresAt: timestamp,
});

export const releasedStates = recoveryState.extract(["released", "completed"]);

/** A recovery that is released: all that the phone needs to open the backup. */
export const releasedAnswer = recoveryAnswer.extend({
  state: releasedStates,
  key: sealedKey,
  /** Compact JWE. */
  envelope: z.string(),
  /** The `ver` in its header. */
  sealedAs: z.int(),
  /** Whether its content key needs the storage secret. */
  storageBound: z.boolean(),
  /** The storage secret, wrapped under the recovery key; where that was shown. */
  wrappedStorageSecret: z.string().optional(),
});

/** A recovery that waits: how long, and who can shorten it. */
export const waitingAnswer = recoveryAnswer.extend({
  state: z.literal("waiting"),
  /** How many of the owner's other phones can approve it. */
  approvers: z.int(),
});

export function describe(
  recoveryId: string,
  { item, state }: { readonly item: Recovery; readonly state: RecoveryState },
): z.infer<typeof recoveryAnswer> {
  const { version, platform, accounts, startedAt, releaseAt, expiresAt } = item;
  return { recoveryId, state, version, platform, accounts, startedAt, releaseAt, expiresAt };
}

/** The problems of a phone's act on its own recovery. */
export const ownProblems = ["recovery-not-found", "recovery-over"] as const satisfies readonly ProblemCode[];

/** The problems of a phone's act on another's recovery. */
export const othersProblems = [
  "recovery-not-found",
  "recovery-own",
  "older-phone-required",
  "recovery-over",
] as const satisfies readonly ProblemCode[];
