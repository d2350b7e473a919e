import type { Challenge } from "../model/challenge.ts";
import type { Identity } from "../model/identity.ts";
import { type ListedRecovery, RECOVERY_LIFE } from "../model/recovery.ts";

export type SignInRefusal = {
  readonly reason: "sign-in-invalid" | "sign-in-mismatch" | "sign-in-stale" | "second-factor-missing";
};

/** What a sign-in is held against. */
interface Wanted {
  readonly challenge: Pick<Challenge, "account" | "startedAt">;
  /** The hash of `authority ‖ 0x00 ‖ subject` of the sign-in, under the owner's reference salt; undefined where it names none. */
  readonly subjectHash: string | undefined;
  readonly deviceId: string;
  /** SHA-256 of the token that the request itself came with. */
  readonly bearer: string;
}

/**
 * Why a sign-in does not verify an account. It must be of that very account, and made since the challenge began: the token
 * that the request itself carries proves that somebody is the owner, not that they know another account's password.
 */
export function refuseSignIn(
  identity: Pick<
    Identity,
    "issuer" | "tenant" | "isApp" | "signedInAt" | "secondFactor" | "boundKey" | "tokenHash"
  >,
  { challenge, subjectHash, deviceId, bearer }: Wanted,
): SignInRefusal | undefined {
  const { account, startedAt } = challenge;
  const { issuer, tenant, isApp, signedInAt, secondFactor, boundKey, tokenHash } = identity;
  const isOfAccount =
    issuer.kind === account.kind &&
    !isApp &&
    account.push &&
    subjectHash === account.subjectHash &&
    (account.kind === "personal" || tenant === account.tenant);
  if (!isOfAccount) return { reason: "sign-in-mismatch" };
  // `auth_time` has whole seconds: one from the second in which the challenge began is let through.
  const begun = Math.floor(Date.parse(startedAt) / 1000);
  const isNew = signedInAt !== undefined && signedInAt >= begun && tokenHash !== bearer;
  if (!isNew || (boundKey !== undefined && boundKey !== deviceId)) return { reason: "sign-in-stale" };
  if (account.kind === "work-or-school" && !secondFactor) return { reason: "second-factor-missing" };
  return undefined;
}

/**
 * Whether a backup was recovered since a challenge began outside of it: what it brought is not known to the challenge, and
 * may be pending there.
 */
export function isOvertaken(
  {
    startedAt,
    recoveryId,
    account,
    given,
  }: Pick<Challenge, "startedAt" | "recoveryId" | "account" | "given">,
  recoveries: readonly Pick<ListedRecovery, "state" | "expiresAt">[],
): boolean {
  const bySignIn = account.kind === "work-or-school" && !given.includes("activation-code");
  return (
    recoveryId === undefined &&
    bySignIn &&
    recoveries.some(
      ({ state, expiresAt }) =>
        state === "released" && Date.parse(expiresAt) - RECOVERY_LIFE * 1000 >= Date.parse(startedAt),
    )
  );
}
