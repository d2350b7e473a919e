import type { PrivateJwk } from "./keys.ts";
import { oneTimeCode } from "./oneTimeCode.ts";
import { openSealed } from "./sealedKey.ts";
import { spelt } from "./secret.ts";

/** Seconds that a code is shown. */
export const ACCOUNT_CODE_PERIOD = 30;

/**
 * Opens the secret of this phone's one-time codes for one account.
 * @param ref the account's reference
 * @returns 32 bytes
 * @throws {SealedKeyRefused} it is another account's, owner's or phone's, or was changed
 */
export function openCodeSecret(
  { ref, sealed }: { readonly ref: string; readonly sealed: string },
  sealing: PrivateJwk,
  userId: string,
): Promise<Uint8Array> {
  return openSealed({ kid: ref, sealed }, sealing, userId);
}

/** The 8 digits that a personal account with push shows on this phone. @param now milliseconds since 1970-01-01T00:00:00Z */
export function accountCode(secret: Uint8Array, now: number): string {
  const otp = { type: "totp", algorithm: "SHA256", digits: 8, period: ACCOUNT_CODE_PERIOD } as const;
  return oneTimeCode({ ...otp, secret: spelt(secret) }, now);
}
