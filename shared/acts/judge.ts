import type * as z from "zod";
import type { ProblemCode } from "../errors/catalogue.ts";
import { type Problem, withTriesLeft } from "../errors/problem.ts";
import { exhausted, triesLeft, withTry } from "../limits/tries.ts";
import type { Envelope } from "../model/envelope.ts";
import type { Version } from "../model/version.ts";
import type { evidence } from "../recovery/answers.ts";
import { approversOf, chargeOf, isTold } from "../recovery/begun.ts";
import { explain } from "../recovery/explain.ts";
import { judge, type Refusal, type Verdict } from "../recovery/guards.ts";
import type { SayRefusal } from "../recovery/say.ts";
import { readEnvelope } from "../store/read.ts";
import type { Missing, TryKind } from "../words.ts";
import type { OwnerAct } from "./act.ts";
import { refuse } from "./commit.ts";
import { lookAgain } from "./retry.ts";

/** The problems that {@link refuseRecovery} can give. */
export const refusals = [
  "too-many-tries",
  "backup-frozen",
  "backup-none",
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

/** A version of the history and its ciphertext; both undefined if there is no such version. */
export interface Found {
  readonly version: Version | undefined;
  readonly envelope: Envelope | undefined;
}

/** The version of that number, or the current one without a number: at most one point read. */
export async function findVersion(act: OwnerAct, named: number | undefined): Promise<Found> {
  const { owner, services, identity } = act;
  const { backup } = owner.item;
  const versions = backup.state === "on" ? backup.versions : [];
  const version = named === undefined ? versions[0] : versions.find((other) => other.version === named);
  const envelope = version && (await readEnvelope(services.store, identity.userId, version.version));
  // Replaced or turned off between the two reads.
  if (version && !envelope) lookAgain();
  return { version, envelope };
}

/** What is particular to one request for a recovery. */
interface RecoveryRequest {
  readonly evidence: z.infer<typeof evidence>;
  /** Tries that it needs to have left, besides those that every recovery needs. */
  readonly tries: readonly TryKind[];
  readonly missing: readonly Missing[];
  /** When the recovery is released, in milliseconds since the epoch; left out if it has not begun. */
  readonly releaseAt?: number | undefined;
}

type Judgement =
  | Extract<Verdict, { refused: Refusal }>
  | (Extract<Verdict, { refused: undefined }> & { readonly envelope: Envelope });

/** Holds a request for a recovery against the guards. */
export function judgeRecovery(
  { owner: { item }, device, now }: OwnerAct,
  { version, envelope }: Found,
  { evidence, tries, missing, releaseAt }: RecoveryRequest,
): Judgement {
  const kinds: readonly TryKind[] = [
    ...tries,
    ...(evidence.recoveryKeyCheck === undefined ? [] : (["recovery-keys"] as const)),
    "step-ups",
    "proofs",
  ];
  const verdict = judge({
    now,
    exhausted: exhausted(item.tries, kinds, device, now),
    freeze: item.freeze,
    backup: item.backup,
    policy: item.policy,
    version,
    inBackup: envelope?.manifest.accounts.map(({ ref }) => ref) ?? [],
    platform: device.platform,
    storageCheck: evidence.storageCheck,
    recoveryKeyCheck: evidence.recoveryKeyCheck,
    onPhone: evidence.accounts,
    missing,
    releaseAt,
  });
  if (verdict.refused) return verdict;
  if (!envelope) throw new Error("the guards let a version through that has no envelope");
  return { ...verdict, envelope };
}

/** What the owner sees of a refusal. */
export function explained(
  { identity, services, owner, device, now }: OwnerAct,
  refusal: Refusal | SayRefusal,
): Problem {
  return explain(refusal, {
    identity,
    maxAge: services.config.stepUpMaxAge,
    now,
    approvers: approversOf(owner.item, device),
  });
}

/** Refuses, and tells the record: nothing else is changed but the count of tries [D4]. */
export async function refuseRecovery(act: OwnerAct, refusal: Refusal): Promise<never> {
  const { owner, device, now } = act;
  const problem = explained(act, refusal);
  if (!isTold(refusal)) throw problem;
  const kind = chargeOf(refusal);
  if (!kind) return await refuse(act, "recovery-refused", problem);
  const tries = withTry(owner.item.tries, kind, device, now);
  const told = withTriesLeft(problem, triesLeft(tries, kind, device, now));
  return await refuse(act, "recovery-refused", told, { ...owner.item, tries });
}
