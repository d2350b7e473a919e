import { createHmac } from "node:crypto";
import type { Offered } from "../challenge/answers.ts";
import { withChallenge } from "../challenge/changes.ts";
import { explain, type OverState } from "../challenge/explain.ts";
import { missingProofs, takes } from "../challenge/proofs.ts";
import { type ChallengeAct, type Known, OVER, stateOf, transitions } from "../challenge/states.ts";
import { doesCount } from "../contact/contacts.ts";
import type { ProblemCode } from "../errors/catalogue.ts";
import type { Problem } from "../errors/problem.ts";
import { CHALLENGE_TTL, type Challenge } from "../model/challenge.ts";
import type { ListedContact } from "../model/contact.ts";
import type { Identity } from "../model/identity.ts";
import type { Owner } from "../model/owner.ts";
import { asOf } from "../recovery/freeze.ts";
import { isAlive } from "../recovery/listed.ts";
import { ids, recovery as recoveryKind } from "../store/items.ts";
import type { Operation } from "../store/port.ts";
import { listContacts, readChallenge, readOwner } from "../store/read.ts";
import { parseItem } from "../store/schema.ts";
import type { Means } from "../words.ts";
import type { Act, OwnerAct } from "./act.ts";
import { activatedOf, readActivation } from "./activations.ts";

/** A challenge as it was read for this call. */
export interface LoadedChallenge extends Known {
  readonly etag: string;
}

/** The problems of a phone's act on its own challenge. */
export const challengeProblems = [
  "challenge-not-found",
  "challenge-over",
  "challenge-proof-missing",
  "push-expired",
] as const satisfies readonly ProblemCode[];

/** This phone's challenge: one point read. @throws {Problem} challenge-not-found */
export async function loadChallenge(act: OwnerAct, challengeId: string): Promise<LoadedChallenge> {
  const { services, identity, device } = act;
  const stored = await readChallenge(services.store, identity.userId, challengeId);
  if (stored?.item.deviceId !== device.deviceId) throw explain({ reason: "challenge-not-found" });
  return { challengeId, challenge: stored.item, etag: stored.etag };
}

/** @throws {Problem} challenge-over, challenge-proof-missing, push-expired: it does not stand so that this could be done */
export function requireState(act: OwnerAct, known: Known, wanted: ChallengeAct): void {
  const state = stateOf(known, act.owner.item, act.now);
  if (transitions[state].includes(wanted)) return;
  if (OVER.has(state)) throw explain({ reason: "challenge-over", state: state as OverState });
  if (state === "open" || state === "locked") throw proofMissing(known.challenge);
  throw explain({ reason: "push-expired" });
}

function proofMissing(challenge: Challenge): Problem {
  return explain({ reason: "challenge-proof-missing", proofs: missingProofs(challenge) });
}

/** @throws {Problem} proof-not-accepted: it verifies accounts of the other kind [E4] */
export function requireTaken(challenge: Challenge, means: Means): void {
  if (!takes(challenge, means)) {
    throw explain({ reason: "proof-not-accepted", proofs: missingProofs(challenge) });
  }
}

/** The challenge in its next state. */
export function replaceChallenge({ challengeId, etag }: LoadedChallenge, body: Challenge): Operation {
  return { kind: "replace", id: ids.challenge(challengeId), body, etag, ttl: CHALLENGE_TTL };
}

/** What creates a challenge, and the owner's item with it. */
export function beginsWith({ owner, device }: OwnerAct, challengeId: string, body: Challenge) {
  const next = withChallenge(owner.item, device.deviceId, challengeId);
  const operation: Operation = {
    kind: "create",
    id: ids.challenge(challengeId),
    body,
    ttl: CHALLENGE_TTL,
  };
  return { next, operation };
}

/** HMAC under the owner's reference salt, as the phone makes it: of a name, or of who an account is. */
export async function underSalt(
  { services, identity }: Pick<Act, "services" | "identity">,
  first: string,
  second: string,
): Promise<string> {
  const salt = await services.serviceKey.referenceSalt(identity.userId);
  return createHmac("sha256", Buffer.from(salt, "base64url"))
    .update(`${first}\0${second}`)
    .digest("base64url");
}

/** Who issues an account of this kind, as its subject hash has it; undefined where the sign-in does not say. */
export function authorityOf(
  { authority, tenant }: Pick<Identity, "authority" | "tenant">,
  kind: Challenge["account"]["kind"],
): string | undefined {
  return kind === "personal" ? authority : tenant;
}

/**
 * Whether a recovery of the owner that is released and not over lists the account as pending, on whichever phone: adding it
 * anew by a sign-in would go around the code that it waits for [E10]. One list. Told by the subject: a thief may have renamed
 * the account.
 */
export async function isPending(
  { services, identity, owner, now }: OwnerAct,
  subjectHash: string,
): Promise<boolean> {
  const { recoveries, freeze } = owner.item;
  const live = recoveries.filter((each) => each.state === "released" && isAlive(each, now, freeze));
  if (live.length === 0) return false;
  const listed = new Set(live.map(({ recoveryId }) => ids.recovery(recoveryId)));
  const stored = await services.store.list(identity.userId, ids.recovery(""));
  return stored
    .filter(({ id }) => listed.has(id))
    .flatMap((item) => parseItem(recoveryKind, item).accounts)
    .some((account) => account.state === "action-required" && account.subjectHash === subjectHash);
}

/** The account that was signed in to, as its own owner: whose contacts count. Undefined if it has never been here. */
export async function accountOwner(act: OwnerAct, userId: string): Promise<Owner | undefined> {
  if (userId === act.identity.userId) return act.owner.item;
  const stored = await readOwner(act.services.store, userId);
  return stored && asOf(stored.item, act.now);
}

/** Whether a contact of the account verifies it now. */
export function countsNow({ freeze }: Owner, contact: ListedContact, now: number): boolean {
  return doesCount(contact, now, freeze);
}

/** The contacts that a code can be sent to; undefined before the sign-in, which they are told to alone. */
export async function offeredContacts(
  act: OwnerAct,
  { signIn, account }: Challenge,
): Promise<Offered[] | undefined> {
  if (!signIn || account.kind !== "personal") return undefined;
  const holder = await accountOwner(act, signIn.userId);
  const counting = holder?.contacts?.filter((contact) => countsNow(holder, contact, act.now)) ?? [];
  if (counting.length === 0) return [];
  const stored = await listContacts(act.services.store, signIn.userId);
  return counting.flatMap(({ id, kind }) => {
    const hint = stored.get(id)?.item.hint;
    return hint === undefined ? [] : [{ contactId: id, kind, hint }];
  });
}

/** What the phone shows of an account that it adds by a code; undefined of any other, or where the code is no longer kept. */
export async function namesOf(act: OwnerAct, { recoveryId, activation }: Challenge) {
  if (!activation || recoveryId !== undefined) return undefined;
  const found = await readActivation(act.services, activation.partition, activation.id);
  if (!found) return undefined;
  const { organization, userName, subject } = await activatedOf(act.services, found);
  return { organization, userName, tenant: found.item.tenant, subject };
}
