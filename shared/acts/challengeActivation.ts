import { type ActivationVerdict, judgeActivation } from "../challenge/activation.ts";
import { ACTIVATION_REFUSALS, explain } from "../challenge/explain.ts";
import { gaveUp } from "../challenge/states.ts";
import type { ActivatedAccount } from "../model/activation.ts";
import type { ManifestEntry } from "../model/manifest.ts";
import { readChallenge } from "../store/read.ts";
import type { OwnerAct } from "./act.ts";
import { activatedOf, claimActivation, type FoundActivation, findActivation } from "./activations.ts";
import { underSalt } from "./challenge.ts";
import { count } from "./commit.ts";
import { lookAgain } from "./retry.ts";

/** An activation whose code is right for an account. */
export interface RightActivation {
  readonly found: FoundActivation;
  readonly account: ActivatedAccount;
}

/**
 * The activation that a code stands for, if it is right. A wrong one is counted: a thief would try again; of one that was made
 * for this account but is no longer good, it is told why, which costs nothing.
 * @param code 12 digits @param entry the account; undefined where the code says which it is
 * @throws {Problem} activation-code-*
 */
export async function rightActivation(
  act: OwnerAct,
  code: string,
  { challengeId, entry }: { readonly challengeId: string; readonly entry: ManifestEntry | undefined },
): Promise<RightActivation> {
  const known = await findActivation(act.services, code);
  const account = known && (await activatedOf(act.services, known.found));
  const isForAccount =
    known !== undefined &&
    account !== undefined &&
    (!entry || (await isFor(act, known.found, account, entry)));
  const verdict = judgeActivation(known && { item: known.found.item, isLast: known.isLast }, {
    isForAccount,
    claim: known && isForAccount ? await claimOf(act, known.found, challengeId) : "none",
    now: act.now,
  });
  if (verdict !== "right" || !known || !account) return await refuse(act, verdict);
  return { found: known.found, account };
}

async function refuse(act: OwnerAct, verdict: ActivationVerdict): Promise<never> {
  const refusal = explain({ reason: ACTIVATION_REFUSALS[verdict === "right" ? "wrong" : verdict] });
  if (verdict !== "wrong") throw refusal;
  return await count(act, act.device, "activation-codes", refusal);
}

async function isFor(
  act: OwnerAct,
  { item }: FoundActivation,
  { subject }: ActivatedAccount,
  entry: ManifestEntry,
): Promise<boolean> {
  return (
    entry.kind === "work-or-school" &&
    entry.tenant === item.tenant &&
    entry.subjectHash === (await underSalt(act, item.tenant, subject))
  );
}

/** Whether this challenge has it already, or may have it after one of the same owner that ended without a key. */
async function claimOf(
  { services, identity, owner, now }: OwnerAct,
  { item }: FoundActivation,
  challengeId: string,
): Promise<"none" | "here" | "given-up" | "other"> {
  const { claimedBy } = item;
  if (!claimedBy) return "none";
  if (claimedBy.challengeId === challengeId) return "here";
  if (claimedBy.userId !== identity.userId) return "other";
  const before = await readChallenge(services.store, identity.userId, claimedBy.challengeId);
  // It was never written: this owner's request ended between the claim and its own commit.
  if (!before) return "given-up";
  const known = { challengeId: claimedBy.challengeId, challenge: before.item };
  return gaveUp(known, owner.item, now) ? "given-up" : "other";
}

/**
 * The id of the challenge that begins with a code: where a request of this owner ended between the claim and its own commit,
 * that of the challenge which it would have begun. What it asked for may still be done: under another id there would be two
 * challenges with one activation.
 */
export async function idOfBeginning(
  { services, identity }: OwnerAct,
  { found }: RightActivation,
  fresh: string,
): Promise<string> {
  const { claimedBy } = found.item;
  if (!claimedBy) return fresh;
  const before = await readChallenge(services.store, identity.userId, claimedBy.challengeId);
  return before ? fresh : claimedBy.challengeId;
}

/** Takes the activation for a challenge: one commit. @throws {Contention} somebody else was faster */
export async function claim(act: OwnerAct, { found }: RightActivation, challengeId: string): Promise<void> {
  const claimedBy = { userId: act.identity.userId, challengeId };
  if (!(await claimActivation(act.services, found, claimedBy, act.now))) lookAgain();
}

/** Two digits that the provider's page shows: one number a challenge, so that trying again is guessing once. */
export function numberFor(
  { services: { system } }: OwnerAct,
  { found }: RightActivation,
): { readonly number?: number } {
  if (!found.item.showNumber) return {};
  const random = Buffer.from(system.random(6)).readUIntBE(0, 6);
  return { number: 10 + (random % 90) };
}

/** The account that a code says, as a manifest has it: its reference is that of the names that the phone is shown. */
export async function entryFor(act: OwnerAct, { found, account }: RightActivation): Promise<ManifestEntry> {
  const { tenant } = found.item;
  return {
    ref: await underSalt(act, account.organization.normalize("NFC"), account.userName.normalize("NFC")),
    kind: "work-or-school",
    push: true,
    tenant,
    subjectHash: await underSalt(act, tenant, account.subject),
  };
}
