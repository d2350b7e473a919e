import { exhausted } from "../limits/tries.ts";
import type { Challenge } from "../model/challenge.ts";
import type { Owner } from "../model/owner.ts";
import type { Means, TryKind } from "../words.ts";
import { missingProofs } from "./proofs.ts";

/** How a challenge stands; docs/verification.md draws it. */
export const challengeStates = [
  "open",
  "locked",
  "proven",
  "pushed",
  "verified",
  "refused",
  "cancelled",
  "expired",
] as const;

export type ChallengeState = (typeof challengeStates)[number];

/** What can be done to a challenge by its phone. */
export type ChallengeAct = "prove" | "register" | "push" | "answer" | "cancel";

/**
 * In which states each act is let through; in any other the challenge is over, or something has to come first. A proof that was
 * given may be given again: the answer to it may have been lost.
 */
export const transitions: Readonly<Record<ChallengeState, readonly ChallengeAct[]>> = {
  open: ["prove", "cancel"],
  locked: ["prove", "cancel"],
  proven: ["prove", "register", "push", "cancel"],
  pushed: ["prove", "register", "push", "answer", "cancel"],
  verified: [],
  refused: [],
  cancelled: [],
  expired: [],
};

/** States from which nothing leads on. */
export const OVER: ReadonlySet<ChallengeState> = new Set(["verified", "refused", "cancelled", "expired"]);

/** The tries that a proof needs to have left. */
export const TRIES_OF: Readonly<Partial<Record<Means, TryKind>>> = {
  "contact-code": "challenge-codes",
  "activation-code": "activation-codes",
};

/** A challenge and its id. */
export interface Known {
  readonly challengeId: string;
  readonly challenge: Challenge;
}

/**
 * How a challenge stands now. It counts only while the owner's item lists its phone, as it was then registered, with this as
 * the phone's one open challenge: revoking or denying the phone, and beginning another challenge, end it.
 * @param owner as of `now`; undefined if erased @param now milliseconds since the epoch
 */
export function stateOf(
  { challengeId, challenge }: Known,
  owner: Pick<Owner, "devices" | "tries"> | undefined,
  now: number,
): ChallengeState {
  const { ended, deviceId, registered, expiresAt, push } = challenge;
  if (ended) return ended;
  const phone = owner?.devices.find((device) => device.deviceId === deviceId);
  if (phone?.registered !== registered || phone.challenge !== challengeId) return "cancelled";
  if (now >= Date.parse(expiresAt)) return "expired";
  const missing = missingProofs(challenge);
  if (missing.length > 0) return lockedUntil(challenge, owner, now) === undefined ? "open" : "locked";
  const last = push?.nonces.at(-1);
  return last && now < Date.parse(last.until) ? "pushed" : "proven";
}

/** Until when no proof can be given, since tries are used up whichever way is taken; undefined if one can. */
export function lockedUntil(
  challenge: Challenge,
  owner: Pick<Owner, "devices" | "tries"> | undefined,
  now: number,
): number | undefined {
  const phone = owner?.devices.find(({ deviceId }) => deviceId === challenge.deviceId);
  const ends = missingProofs(challenge).map((list) => {
    const kinds = list.flatMap((means) => TRIES_OF[means] ?? []);
    return owner && exhausted(owner.tries, kinds, phone, now)?.until;
  });
  const until = ends.filter((end) => end !== undefined);
  return ends.length > 0 && until.length === ends.length ? Math.min(...until) : undefined;
}

/** Whether an activation that this challenge has claimed may be claimed by another of the same owner: it ended without a key. */
export function gaveUp(
  known: Known,
  owner: Pick<Owner, "devices" | "tries"> | undefined,
  now: number,
): boolean {
  return known.challenge.credential === undefined && OVER.has(stateOf(known, owner, now));
}
