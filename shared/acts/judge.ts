import type * as z from "zod";
import type { ProblemCode } from "../errors/catalogue.ts";
import { type Problem, withTriesLeft } from "../errors/problem.ts";
import type { OwnerCall } from "../http/endpoint.ts";
import type { Missing } from "../identity/assurance.ts";
import { exhausted, type TryKind, triesLeft, withTry } from "../limits/tries.ts";
import type { shown } from "../recovery/answers.ts";
import { type Circumstances, explain } from "../recovery/explain.ts";
import { isAsOld } from "../recovery/freeze.ts";
import { judge, type Refusal, type Verdict } from "../recovery/guards.ts";
import { isAlive, type ListedRecovery } from "../recovery/listed.ts";
import type { Envelope, Version } from "../store/items.ts";
import { readEnvelope } from "../store/read.ts";
import { Contention, refuse } from "./commit.ts";

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

/** A version of the history and its ciphertext; both undefined where there is no such version. */
export interface Found {
  readonly version: Version | undefined;
  readonly envelope: Envelope | undefined;
}

/** The version of that number, or the present one without a number: at most one point read. */
export async function findVersion(call: OwnerCall, named: number | undefined): Promise<Found> {
  const { owner, services, identity } = call;
  const { backup } = owner.item;
  const versions = backup.state === "on" ? backup.versions : [];
  const version = named === undefined ? versions[0] : versions.find((other) => other.version === named);
  const envelope = version && (await readEnvelope(services.store, identity.userId, version.version));
  // Replaced or turned off between the two reads: look again.
  if (version && !envelope) throw new Contention();
  return { version, envelope };
}

/** What is particular to one act of a recovery. */
interface Act {
  readonly shown: z.infer<typeof shown>;
  /** Tries that the act needs to have left, besides those that every recovery needs. */
  readonly tries: readonly TryKind[];
  readonly missing: readonly Missing[];
  /** When the recovery is released, in milliseconds since the epoch; left out where it has not begun. */
  readonly releaseAt?: number | undefined;
}

export type Judgement =
  | Extract<Verdict, { refused: Refusal }>
  | (Extract<Verdict, { refused: undefined }> & { readonly envelope: Envelope });

/** Holds the call against the guards. */
export function judgeCall(
  { owner: { item }, device, now }: OwnerCall,
  { version, envelope }: Found,
  { shown, tries, missing, releaseAt }: Act,
): Judgement {
  const kinds: readonly TryKind[] = [
    ...tries,
    ...(shown.recoveryKeyCheck === undefined ? [] : (["recovery-keys"] as const)),
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
    storageCheck: shown.storageCheck,
    recoveryKeyCheck: shown.recoveryKeyCheck,
    onPhone: shown.accounts,
    missing,
    releaseAt,
  });
  if (verdict.refused) return verdict;
  if (!envelope) throw new Error("the guards let a version through that has no envelope");
  return { ...verdict, envelope };
}

/** What the owner sees of a refusal. */
export function explained(call: OwnerCall, refusal: Refusal): Problem {
  const { identity, services, now } = call;
  const circumstances: Circumstances = {
    identity,
    maxAge: services.config.stepUpMaxAge,
    now,
    approvers: approversOf(call),
  };
  return explain(refusal, circumstances);
}

/** What waits on this phone for the same wish: beginning again goes on with it [H4], and its time does not begin anew. */
export function waitingHere(
  { owner, device, now }: OwnerCall,
  named: number | undefined,
): ListedRecovery | undefined {
  return owner.item.recoveries.find(
    (other) =>
      other.deviceId === device.deviceId &&
      other.state === "waiting" &&
      other.named === named &&
      isAlive(other, now),
  );
}

/**
 * The tries that beginning takes. A phone that has the backup could ask for its key: there is nothing to count, nor where
 * it goes on.
 */
export function triesToBegin(call: OwnerCall, named: number | undefined): readonly TryKind[] {
  return call.device.holdsBackup || waitingHere(call, named) ? [] : ["recoveries"];
}

/** How many of the owner's other phones can approve a recovery of this one [H10]. */
export function approversOf({ owner: { item }, device }: OwnerCall): number {
  return item.devices.filter(
    (other) => other.deviceId !== device.deviceId && other.holdsBackup && isAsOld(other, device.registeredAt),
  ).length;
}

/** A refusal that counts as a try of its kind. */
const COUNTED: Partial<Record<Refusal["reason"], TryKind>> = {
  "step-up-required": "step-ups",
  "recovery-key-wrong": "recovery-keys",
};

/** What a phone may ask again and again, without filling the record. */
const UNTOLD: readonly Refusal["reason"][] = ["too-many-tries", "recovery-waiting"];

/** Refuses, and tells the record: nothing else is changed but the count of tries [D4]. */
export async function refuseRecovery(call: OwnerCall, refusal: Refusal): Promise<never> {
  const { owner, device, now } = call;
  const problem = explained(call, refusal);
  if (UNTOLD.includes(refusal.reason)) throw problem;
  const of = COUNTED[refusal.reason];
  if (!of) return await refuse(call, "recovery-refused", problem);
  const tries = withTry(owner.item.tries, of, device, now);
  const told = withTriesLeft(problem, triesLeft(tries, of, device, now));
  return await refuse(call, "recovery-refused", told, { ...owner.item, tries });
}
