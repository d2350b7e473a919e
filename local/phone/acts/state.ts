import * as z from "zod";
import { phoneKeysSchema, privateJwkSchema } from "../protocol/keys.ts";

const unansweredSchema = z.strictObject({
  idempotencyKey: z.string(),
  /** SHA-256 of path and body, base64url: another request takes another key. */
  request: z.string(),
});

/** An account on this phone. */
const heldAccountSchema = z.strictObject({
  ref: z.string(),
  issuer: z.string(),
  userName: z.string(),
  /** Of one with push: who it is at its issuer, as the contents of a backup say it. */
  push: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("personal"), authority: z.string(), subject: z.string() }),
      z.strictObject({ kind: z.literal("work-or-school"), tenant: z.string(), subject: z.string() }),
    ])
    .optional(),
  /** It works once it was verified here. `recoveryId`: the recovery that has brought it. */
  actionRequired: z.strictObject({ recoveryId: z.string().optional() }).optional(),
});
export type HeldAccount = z.infer<typeof heldAccountSchema>;

/** What makes an account with push work on this phone, and on no other: in no backup. */
const credentialSchema = z.strictObject({
  ref: z.string(),
  key: privateJwkSchema,
  /** Of a personal account, the secret of its one-time codes here: base64url of 32 bytes. */
  codeSecret: z.string().optional(),
});

/** The account that is being verified. */
const challengeStateSchema = z.strictObject({
  challengeId: z.string(),
  ref: z.string(),
  /** Made once the proofs were given. */
  key: privateJwkSchema.optional(),
  /** The last answer to a push, as it was sent: an answer that got lost is sent again as it was. */
  answer: z
    .strictObject({
      nonce: z.string(),
      decision: z.enum(["approve", "deny"]),
      number: z.int().optional(),
      jws: z.string(),
    })
    .optional(),
});

/**
 * What a phone keeps from one start of the app to the next, as JSON. It holds private keys: in an app they
 * belong in the key store, the rest in the app's own files.
 */
export const phoneStateSchema = z.strictObject({
  keys: phoneKeysSchema,
  /** From registration; absent on a phone that is not registered. */
  owner: z
    .strictObject({ userId: z.string(), referenceSalt: z.string(), registeredAt: z.string().optional() })
    .optional(),
  /** From turning on, recovering or asking for it. `value`: base64url of 32 bytes. */
  userKey: z.strictObject({ id: z.string(), value: z.string() }).optional(),
  /** The accounts on this phone, by their references: what would be in the way of a recovery. */
  accounts: z.array(heldAccountSchema).default([]),
  credentials: z.array(credentialSchema).default([]),
  challenge: challengeStateSchema.optional(),
  /** What the next upload builds on; absent while unknown, `etag` while no version exists. */
  backup: z
    .strictObject({
      etag: z.string().optional(),
      nextVersion: z.int(),
      /** The id of the user key that the next version is sealed under; absent while backup is off. */
      keyId: z.string().optional(),
    })
    .optional(),
  /** The recovery that waits on this phone; absent where none does. */
  recovery: z.strictObject({ recoveryId: z.string() }).optional(),
  /** Writes of which it is not known whether they were done: the next try sends the same again. */
  unanswered: z.strictObject({
    enable: unansweredSchema.optional(),
    recover: unansweredSchema.optional(),
    restore: unansweredSchema.optional(),
    contact: unansweredSchema.optional(),
    challenge: unansweredSchema.optional(),
    upload: z
      .strictObject({
        /** SHA-256 of what is sealed, base64url. */
        contents: z.string(),
        /** Whether it was answered, and is sent again after a new sign-in: then nothing of it is stored. */
        refused: z.boolean().optional(),
        headers: z.record(z.string(), z.string()),
        body: z.record(z.string(), z.unknown()),
      })
      .optional(),
  }),
});
export type PhoneState = z.infer<typeof phoneStateSchema>;

/** Accounts that were verified on this phone are to be verified again. @param isGone which of them; all where left out */
export function forgetCredentials(
  state: PhoneState,
  isGone: (account: { readonly ref: string }) => boolean = () => true,
): void {
  const gone = new Set(state.credentials.filter(isGone).map(({ ref }) => ref));
  state.credentials = state.credentials.filter(({ ref }) => !gone.has(ref));
  for (const account of state.accounts) if (gone.has(account.ref)) account.actionRequired ??= {};
}
