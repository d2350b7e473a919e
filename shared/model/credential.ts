import * as z from "zod";
import { randomId, sha256, tenantId } from "../formats.ts";
import { timestamp } from "../words.ts";
import { publicKey } from "./publicKey.ts";
import { sealed } from "./sealed.ts";

/** `credential:{deviceId}:{ref}`: a phone's credential for one account; it counts only while the owner's item lists the phone. */
export const credentialShape = z.strictObject({
  schema: z.literal(1),
  /** The name of the service key that the secret is under, as the commit writes it (acts/under.ts). */
  kek: z.string().optional(),
  /** What the provider knows it by. */
  credentialId: randomId,
  publicKey,
  /** The number of the event that registered the phone: revoked and registered again, it holds nothing. */
  registered: z.int().positive(),
  verifiedAt: timestamp,
  /** The partition of the second container that points here: HMAC(authority, subject). */
  holder: sha256,
  /** Of a personal account, the secret of this phone's one-time codes (RFC 6238), and the last step that was used. */
  otp: z.strictObject({ secret: sealed, lastStep: z.int().nonnegative().optional() }).optional(),
  /** When its provider revoked it. */
  revokedAt: timestamp.optional(),
});

export type Credential = z.infer<typeof credentialShape>;

/** `key:{thumbprint}`: an account's key is never that of another account of the owner. */
export const accountKeyShape = z.strictObject({ schema: z.literal(1), deviceId: sha256 });

/**
 * `credential:{userId}:{deviceId}` of the second container, in the partition of the account's subject: one item a phone, so
 * that no newcomer overwrites another.
 */
export const holderShape = z.strictObject({
  schema: z.literal(1),
  userId: sha256,
  deviceId: sha256,
  ref: sha256,
  /** When the phone was verified. */
  at: timestamp,
  /** When a sweep looks whether the phone still holds it. */
  dueAt: timestamp,
});

export type Holder = z.infer<typeof holderShape>;

/** `issued:{credentialId}` of the second container, in the partition of the account's subject: what a provider's id stands for. */
export const issuedShape = z.strictObject({
  schema: z.literal(1),
  /** The organization whose provider may ask for it; left out of a personal account, which has none. */
  tenant: tenantId.optional(),
  /** Left out once its owner was erased: that the account is verified no more is all that its provider learns of it. */
  holds: holderShape.pick({ userId: true, deviceId: true, ref: true }).optional(),
  dueAt: timestamp,
});

export type Issued = z.infer<typeof issuedShape>;
