import * as z from "zod";
import { type ChallengeState, OVER } from "../challenge/states.ts";
import type { Activation } from "../model/activation.ts";
import type { Challenge } from "../model/challenge.ts";

/** How an activation stands, for the provider that issued it. */
export const activationState = z.enum([
  "issued",
  "claimed",
  "confirming",
  "verified",
  "refused",
  "expired",
  "cancelled",
]);

export type ActivationState = z.infer<typeof activationState>;

/** The challenge that an activation was claimed for, and how it stands. */
export interface Claim {
  readonly challenge: Challenge;
  readonly state: ChallengeState;
}

/**
 * How an activation stands. Once claimed, that follows from the challenge: nothing of it is copied back.
 * @param claim undefined if it was not claimed, or its challenge is not there
 * @param now milliseconds since the epoch
 */
export function activationStateOf(
  { cancelledAt, claimedBy, expiresAt }: Pick<Activation, "cancelledAt" | "claimedBy" | "expiresAt">,
  claim: Claim | undefined,
  now: number,
): ActivationState {
  // What goes on is told though the activation was cancelled: its provider can still revoke what comes of it.
  if (claim && !OVER.has(claim.state)) return claim.challenge.push ? "confirming" : "claimed";
  if (claim?.state === "verified" || claim?.state === "refused") return claim.state;
  if (cancelledAt !== undefined) return "cancelled";
  // Once a phone has made a key for the account, no other challenge may follow.
  if (claim?.challenge.credential && claim.state === "cancelled") return "cancelled";
  if (claim?.challenge.credential || now >= Date.parse(expiresAt)) return "expired";
  // Where the challenge ended without a key, its owner alone may begin another with the same code.
  return claimedBy ? "claimed" : "issued";
}

/**
 * Whether a phone may be about to verify the account, so that cancelling would promise too much. A challenge that is not
 * there may be one that is just being written.
 */
export function isUnderWay({ claimedBy }: Pick<Activation, "claimedBy">, claim: Claim | undefined): boolean {
  return claimedBy !== undefined && !(claim && OVER.has(claim.state));
}
