import * as z from "zod";
import type { ProblemCode } from "../errors/catalogue.ts";
import { randomId, sha256 } from "../formats.ts";
import { sealedKey } from "../keys/seal.ts";
import { MOST_ACCOUNTS } from "../model/manifest.ts";
import { type Recovery, type RecoveryState, recoveredAccount, recoveryState } from "../model/recovery.ts";
import { type AccountKind, accountKind, platform, purpose, timestamp } from "../words.ts";
import { toldOf } from "./accounts.ts";

/** What a phone shows of itself when it wants to recover. */
export const evidence = z.strictObject({
  storageCheck: sha256.optional(),
  /** In place of the storage account: HMAC under the recovery key [H9]. */
  recoveryKeyCheck: sha256.optional(),
  /** References of the accounts that are on the phone already. */
  accounts: z.array(sha256).max(MOST_ACCOUNTS),
});

/** The same, with what it is for, and an older version of the history; left out, the current one. */
const wish = evidence.extend({
  purpose: purpose.default("recover"),
  version: z.int().positive().optional(),
});

/** Starting anew brings no version; one that it named would be kept as long as it waits. */
const namesWhatItBrings = ({ purpose, version }: Pick<z.infer<typeof wish>, "purpose" | "version">) =>
  purpose === "recover" || version === undefined;

const onlyToRecover = { path: ["version"], message: "must be left out to start anew" };

export const recoveryRequest = wish.refine(namesWhatItBrings, onlyToRecover);

export const previewRequest = wish.omit({ accounts: true }).refine(namesWhatItBrings, onlyToRecover);

export const recoveryParams = z.strictObject({ recoveryId: randomId });

/** Accounts in numbers: all that is told before a recovery is released. */
export const counts = {
  /** How many accounts of each kind. */
  kinds: z.record(accountKind, z.int()),
  /** How many have to be verified again. */
  actionRequired: z.int(),
};

export function countsOf(accounts: Recovery["accounts"]) {
  const count = (kind: AccountKind) => accounts.filter((account) => account.kind === kind).length;
  return {
    kinds: {
      personal: count("personal"),
      "work-or-school": count("work-or-school"),
      "third-party": count("third-party"),
    },
    actionRequired: accounts.filter(({ state }) => state !== "ready").length,
  };
}

/** A recovery as its phone sees it. */
export const recoveryAnswer = z.strictObject({
  recoveryId: randomId,
  purpose,
  state: recoveryState,
  /** Left out while it waits, and if there was none. */
  version: z.int().optional(),
  platform,
  ...counts,
  /** In the owner's order; left out until it is released. */
  accounts: z.array(recoveredAccount).optional(),
  startedAt: timestamp,
  /** Until when it waits, or waited. */
  releaseAt: timestamp,
  /** Until when it can be opened or, once released, denied by an older phone. */
  expiresAt: timestamp,
});

export const releasedStates = recoveryState.extract(["released", "completed"]);

/** What opens one version. */
const content = z.strictObject({
  /** Compact JWE. */
  envelope: z.string(),
  /** The `ver` in its header. */
  sealedAs: z.int(),
  /** Whether its content key needs the storage secret. */
  storageBound: z.boolean(),
});

/** A recovery that is released: all that the phone needs. */
export const releasedAnswer = recoveryAnswer.extend({
  state: releasedStates,
  accounts: z.array(recoveredAccount),
  /** What the content is sealed under; without content, the current key. */
  key: sealedKey,
  /** Left out after starting anew, and if nothing was ever uploaded. */
  content: content.optional(),
  /** The storage secret, wrapped under the recovery key; if that was shown. */
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
  const { purpose, version, platform, accounts, startedAt, releaseAt, expiresAt } = item;
  const told = item.key !== undefined;
  return {
    recoveryId,
    purpose,
    state,
    ...(version !== undefined && { version }),
    platform,
    ...countsOf(accounts),
    ...(told && { accounts: accounts.map(toldOf) }),
    startedAt,
    releaseAt,
    expiresAt,
  };
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
