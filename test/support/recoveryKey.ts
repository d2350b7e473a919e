import type { PhoneState } from "../../local/phone/acts/state.ts";
import { recoveryKeyCheck, wrapStorageSecret } from "../../local/phone/protocol/recoveryKey.ts";
import { storageCheck } from "../../local/phone/protocol/storage.ts";
import { system } from "../../shared/system.ts";

/** What a trusted phone sends to set up a recovery key: `PhoneState` says whose it is. */
export async function recoveryKeyBody(
  { owner, userKey }: Pick<PhoneState, "owner" | "userKey">,
  storageSecret: Uint8Array,
): Promise<Readonly<Record<string, string>>> {
  if (!owner || !userKey) throw new Error("the phone is not trusted");
  const { userId } = owner;
  const recoveryKey = system.random(16);
  const key = { id: userKey.id, value: Buffer.from(userKey.value, "base64url") };
  const wrapped = await wrapStorageSecret(storageSecret, { recoveryKey, userKey: key, userId }, system);
  return {
    storageCheck: storageCheck(storageSecret, userId),
    recoveryKeyCheck: recoveryKeyCheck(recoveryKey, userId),
    wrappedStorageSecret: wrapped,
  };
}
