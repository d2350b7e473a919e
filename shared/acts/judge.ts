import type * as z from "zod";
import { othersTrusted } from "../backup/standing.ts";
import type { ProblemCode } from "../errors/catalogue.ts";
import { type Problem, withTriesLeft } from "../errors/problem.ts";
import { isFolded } from "../limits/refusals.ts";
import { exhausted, triesLeft, withTry } from "../limits/tries.ts";
import type { Envelope } from "../model/envelope.ts";
import { currentVersion } from "../model/owner.ts";
import type { Recovery } from "../model/recovery.ts";
import type { Version } from "../model/version.ts";
import type { evidence } from "../recovery/answers.ts";
import { approversOf, chargeOf, isTold } from "../recovery/begun.ts";
import { explain } from "../recovery/explain.ts";
import type { Facts, Refusal } from "../recovery/guards.ts";
import type { SayRefusal } from "../recovery/say.ts";
import { readEnvelope } from "../store/read.ts";
import type { Missing, Purpose, TryKind } from "../words.ts";
import type { OwnerAct } from "./act.ts";
import { refuse } from "./commit.ts";
import { lookAgain } from "./retry.ts";

/** The problems that {@link refuseRecovery} can give. */
export const refusals = [
  "too-many-refusals",
  "too-many-tries",
  "backup-frozen",
  "backup-none",
  "backup-off",
  "backup-deleted",
  "version-not-found",
  "platform-changed",
  "storage-bound",
  "recovery-key-none",
  "recovery-key-wrong",
  "storage-account-missing",
  "storage-account-mismatch",
  "storage-account-unexpected",
  "accounts-present",
  "step-up-required",
] as const satisfies readonly ProblemCode[];

/** What a recovery is for, and the version that it names. */
export interface Wish {
  readonly purpose: Purpose;
  /** Left out, the current one. */
  readonly version: number | undefined;
}

/** A version of the history and its ciphertext; both undefined if there is no such version, or none is wanted. */
export interface Found {
  readonly version: Version | undefined;
  readonly envelope: Envelope | undefined;
}

/** The version that a recovery is for: at most one point read. */
export async function findVersion(act: OwnerAct, { purpose, version: named }: Wish): Promise<Found> {
  const { owner, services, identity } = act;
  const { backup } = owner.item;
  if (backup.state !== "on" || purpose === "start-anew") return { version: undefined, envelope: undefined };
  const version =
    named === undefined ? currentVersion(backup) : backup.versions.find((other) => other.version === named);
  const envelope = version && (await readEnvelope(services.store, identity.userId, version.version));
  // Thinned out or turned off between the two reads.
  if (version && !envelope) lookAgain();
  return { version, envelope };
}

/** What a released recovery has brought: if that was no version, not one that was uploaded since. */
export async function findBrought(act: OwnerAct, { purpose, version }: Recovery): Promise<Found> {
  if (version === undefined) return { version: undefined, envelope: undefined };
  return await findVersion(act, { purpose, version });
}

/** What is particular to one request for a recovery. */
interface RecoveryRequest {
  readonly wish: Wish;
  readonly evidence: z.infer<typeof evidence>;
  /** Tries that it needs to have left, besides those that every recovery needs. */
  readonly tries: readonly TryKind[];
  readonly missing: readonly Missing[];
  /** When the recovery may be opened, in milliseconds since the epoch; left out if it has not begun. */
  readonly releaseAt?: number | undefined;
}

/** What the guards look at, for this request. */
export function factsOf(
  { owner: { item }, device, now }: OwnerAct,
  { version, envelope }: Found,
  { wish, evidence, tries, missing, releaseAt }: RecoveryRequest,
): Facts {
  const kinds: readonly TryKind[] = [
    ...tries,
    "conflicts",
    ...(evidence.recoveryKeyCheck === undefined ? [] : (["recovery-keys"] as const)),
    // What a sign-in costs, it costs only while it is stale: a fresh one is always let through.
    ...(missing.length > 0 ? (["step-ups", "proofs"] as const) : []),
  ];
  return {
    now,
    purpose: wish.purpose,
    exhausted: exhausted(item.tries, kinds, device, now),
    freeze: item.freeze,
    backup: item.backup,
    othersTrusted: othersTrusted(item, device),
    policy: item.policy,
    named: wish.version,
    version,
    inBackup: envelope?.manifest.accounts.map(({ ref }) => ref) ?? [],
    device,
    platform: device.platform,
    storageCheck: evidence.storageCheck,
    recoveryKeyCheck: evidence.recoveryKeyCheck,
    onPhone: evidence.accounts,
    missing,
    releaseAt,
  };
}

/** What the owner sees of a refusal. */
export function explained(
  { identity, services, owner, device, now }: OwnerAct,
  refusal: Refusal | SayRefusal,
): Problem {
  return explain(refusal, {
    identity,
    maxAge: services.config.stepUpMaxAge,
    approvers: approversOf(owner.item, device, now),
  });
}

/** Refuses, and tells the record: nothing else is changed but the count of tries [D4]. */
export async function refuseRecovery(act: OwnerAct, refusal: Refusal): Promise<never> {
  const { owner, device, now } = act;
  const problem = explained(act, refusal);
  if (!isTold(refusal)) throw problem;
  const kind = chargeOf(refusal);
  if (!kind) {
    if (isFolded(owner.item.refusals ?? [], device, problem.code, now)) throw problem;
    return await refuse(act, "recovery-refused", problem);
  }
  const tries = withTry(owner.item.tries, kind, device, now);
  const told = withTriesLeft(problem, triesLeft(tries, kind, device, now));
  return await refuse(act, "recovery-refused", told, { ...owner.item, tries });
}
