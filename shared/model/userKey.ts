import * as z from "zod";
import { randomId } from "../formats.ts";

/** A key that the key encryption key wraps. */
const wrappedKey = z.strictObject({
  /** The full id of the key encryption key with its version: the one that unwraps. */
  kek: z.string(),
  alg: z.literal("RSA-OAEP-256"),
  /** The ciphertext, base64url. */
  value: z.string(),
});

export type WrappedKey = Readonly<z.infer<typeof wrappedKey>>;

/** A user key as the owner item holds it. */
export const storedUserKey = z.strictObject({
  /** 1, 2, 3 …: never used twice for an owner. */
  number: z.int().positive(),
  /** The `kid` of every envelope under it. */
  id: randomId,
  wrapped: wrappedKey,
  /** The name of the service key that it is bound under. */
  serviceKey: randomId,
});

export type StoredUserKey = Readonly<z.infer<typeof storedUserKey>>;
