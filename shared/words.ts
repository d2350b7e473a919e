import * as z from "zod";

/** The words that stored items, answers and problems share. Each is said here and nowhere else. */

/** The operating system of a phone, and of the backup that it made. */
export const platform = z.enum(["ios", "android"]);
export type Platform = z.infer<typeof platform>;

/** The kinds of account in an authenticator app. */
export const accountKind = z.enum(["personal", "work-or-school", "third-party"]);
export type AccountKind = z.infer<typeof accountKind>;

/** What blocks a recovery: an account of the backup that is on the phone already [D2], or any account there [D3]. */
export const conflictPolicy = z.enum(["same-account", "any-account"]);

/**
 * What is counted: recoveries and challenges begun, recoveries that accounts on the phone stood in the way of, recovery keys that were
 * wrong, sign-ins and proofs that were refused, phones registered, uploads that lost an account, codes that were sent to
 * contacts, and wrong codes: of a contact that is confirmed, of a challenge, and of an account provider.
 */
export const tryKind = z.enum([
  "recoveries",
  "conflicts",
  "recovery-keys",
  "step-ups",
  "proofs",
  "registrations",
  "losses",
  "contact-codes",
  "contact-sends",
  "challenges",
  "challenge-codes",
  "activation-codes",
]);
export type TryKind = z.infer<typeof tryKind>;

/** How an account with push is verified: what is asked for, in this order, and last the answer to a push. */
export const means = z.enum(["fresh-sign-in", "contact-code", "activation-code", "push-answer"]);
export type Means = z.infer<typeof means>;

/** What a recovery is for: getting the accounts back, or a new key for a backup that can't be opened or is not wanted. */
export const purpose = z.enum(["recover", "start-anew"]);
export type Purpose = z.infer<typeof purpose>;

/** What a sign-in lacks for an act that needs step-up (RFC 9470). */
export const missing = z.enum(["recent-sign-in", "second-factor"]);
export type Missing = z.infer<typeof missing>;

/** RFC 3339, in UTC, to the millisecond. */
export const timestamp = z.iso.datetime({ precision: 3 });

/** @param now milliseconds since the epoch */
export function timestampOf(now: number): string {
  return new Date(now).toISOString();
}
