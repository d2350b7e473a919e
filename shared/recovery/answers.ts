import * as z from "zod";
import type { Loaded } from "../acts/recovery.ts";
import { sealedKey } from "../acts/userKey.ts";
import { platform } from "../backup/appVersion.ts";
import { randomId, sha256, timestamp } from "../formats.ts";
import { MOST_ACCOUNTS } from "../model/manifest.ts";
import { recoveredAccount } from "./accounts.ts";
import { recoveryState } from "./states.ts";

/** What a phone shows of itself when it wants to recover. */
export const shown = z.strictObject({
  storageCheck: sha256.optional(),
  /** In place of the storage account: HMAC under the recovery key [H9]. */
  recoveryKeyCheck: sha256.optional(),
  /** References of the accounts that are on the phone already. */
  accounts: z.array(sha256).max(MOST_ACCOUNTS),
});

/** The same, with an older version of the history; left out, the present one. */
export const wanted = shown.extend({ version: z.int().positive().optional() });

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
  { item, state }: Pick<Loaded, "item" | "state">,
): z.infer<typeof recoveryAnswer> {
  const { version, platform, accounts, startedAt, releaseAt, expiresAt } = item;
  return { recoveryId, state, version, platform, accounts, startedAt, releaseAt, expiresAt };
}
