import type * as z from "zod";
import { type sealedKey, sealSecret } from "../keys/seal.ts";
import type { StoredUserKey } from "../model/userKey.ts";
import type { OwnerAct } from "./act.ts";

/** Opens the stored user key and seals it to the phone that asks. @throws {KeyUnavailable} */
export async function releaseUserKey(
  act: OwnerAct,
  stored: StoredUserKey,
): Promise<z.infer<typeof sealedKey>> {
  const key = await act.services.userKeys.open(act.identity.userId, stored);
  return sealForPhone(act, stored, key);
}

/** Seals a user key to the phone that asks, and forgets it. */
export function sealForPhone(
  { identity: { userId }, device: { sealingKey } }: OwnerAct,
  { id, number }: Pick<StoredUserKey, "id" | "number">,
  key: Uint8Array,
): z.infer<typeof sealedKey> {
  try {
    return { id, number, sealed: sealSecret(key, { keyId: id, userId, sealingKey }) };
  } finally {
    key.fill(0);
  }
}
