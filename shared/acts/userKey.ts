import type * as z from "zod";
import { type sealedKey, sealSecret } from "../keys/seal.ts";
import type { BackupKey } from "../model/owner.ts";
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

/**
 * A key that was just opened, under the current version: it costs no call of the vault then. If that can't be had, it stays
 * as it is, and is moved by a later batch (operations/rewrap.ts).
 */
export async function movedKey(
  { services: { kek, userKeys }, identity: { userId } }: OwnerAct,
  key: BackupKey,
): Promise<BackupKey> {
  const current = await kek.wrapsUnder(userId);
  if (current === undefined || current === key.wrapped.kek) return key;
  return await userKeys.rewrap(userId, key).then(
    (moved) => ({ ...key, ...moved }),
    () => key,
  );
}
