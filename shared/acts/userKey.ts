import * as z from "zod";
import { randomId } from "../formats.ts";
import type { OwnerCall } from "../http/endpoint.ts";
import { sealUserKey } from "../keys/seal.ts";
import type { StoredUserKey } from "../keys/userKeys.ts";

/** The user key as a phone receives it. */
export const sealedKey = z.strictObject({
  /** The `kid` of the envelopes under it. */
  id: randomId,
  /** Compact JWE, sealed to this phone's own key. */
  sealed: z.string(),
});

/** Opens the stored user key and seals it to the phone that asks. @throws {KeyUnavailable} */
export async function releaseUserKey(
  call: OwnerCall,
  stored: StoredUserKey,
): Promise<z.infer<typeof sealedKey>> {
  const key = await call.services.userKeys.open(call.identity.userId, stored);
  return await sealForPhone(call, stored.id, key);
}

/** Seals a user key to the phone that asks, and forgets it. */
export async function sealForPhone(
  { identity: { userId }, device: { sealingKey } }: OwnerCall,
  keyId: string,
  key: Uint8Array,
): Promise<z.infer<typeof sealedKey>> {
  const sealed = await sealUserKey(key, { keyId, userId, sealingKey });
  key.fill(0);
  return { id: keyId, sealed };
}
