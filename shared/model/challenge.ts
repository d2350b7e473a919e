import * as z from "zod";
import { randomId, sha256 } from "../formats.ts";
import { means, timestamp } from "../words.ts";
import { sendCount } from "./contact.ts";
import { manifestEntry } from "./manifest.ts";
import { publicKey } from "./publicKey.ts";

/** Seconds that a challenge may take. */
export const CHALLENGE_LIFE = 60 * 60;

/** Seconds that it is kept: a provider reads from it what became of an activation, whose life is a day, a day longer. */
export const CHALLENGE_TTL = CHALLENGE_LIFE + 2 * 24 * 60 * 60;

/** The numbers that a provider shows: two digits, the first of which is no zero. */
export const shownNumber = z.int().min(10).max(99);

/** The most codes, and the most pushes, that one challenge sends. */
export const MOST_SENDS_OF_A_CHALLENGE = 3;

/** How a challenge has ended by an act; that it has expired, or that another took its place, follows from the time and the owner's item. */
const ending = z.enum(["verified", "refused", "cancelled"]);

/** `challenge:{id}`: the verification of one account on one phone. */
export const challengeShape = z.strictObject({
  schema: z.literal(1),
  deviceId: sha256,
  /** The number of the event that registered the phone: registered again, that can't go on with it. */
  registered: z.int().positive(),
  /** The account, as the backup's manifest has it. */
  account: manifestEntry,
  /** The recovery in which it is pending; left out outside of one. */
  recoveryId: randomId.optional(),
  startedAt: timestamp,
  expiresAt: timestamp,
  ended: ending.optional(),
  /** The proofs that were given. */
  given: z.array(means).max(means.options.length),
  /** The sign-in to the account: whose contacts count, and the SHA-256 of its token, by which a retry is known. */
  signIn: z.strictObject({ userId: sha256, tokenHash: sha256 }).optional(),
  /** Codes that were sent to a contact of the account. */
  code: z
    .strictObject({
      /** The newest last: the contact, and the HMAC of the code for this challenge and this contact. */
      codes: z
        .array(z.strictObject({ contactId: randomId, code: sha256, expiresAt: timestamp }))
        .max(MOST_SENDS_OF_A_CHALLENGE),
      sends: sendCount,
    })
    .optional(),
  /** The activation that it has claimed. */
  activation: z.strictObject({ partition: sha256, id: randomId }).optional(),
  /** What the provider's page shows while the push is to be answered; left out where it shows nothing. */
  number: shownNumber.optional(),
  /** The partition of the second container in which the account's holders are: HMAC(authority, subject). */
  holder: sha256.optional(),
  /** The key that the phone has made for the account, and what the credential will be called. */
  credential: z.strictObject({ id: randomId, publicKey }).optional(),
  push: z
    .strictObject({
      /** The newest last: SHA-256 of the nonce, and until when it can be answered. */
      nonces: z.array(z.strictObject({ nonce: sha256, until: timestamp })).max(MOST_SENDS_OF_A_CHALLENGE),
      sends: sendCount,
    })
    .optional(),
  /** SHA-256 of the answer that ended it: a retry has the same. */
  answer: sha256.optional(),
});

export type Challenge = z.infer<typeof challengeShape>;
