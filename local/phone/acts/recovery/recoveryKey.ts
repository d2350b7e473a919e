import { base64url } from "jose";
import * as z from "zod";
import {
  formatRecoveryKey,
  makeRecoveryKey,
  recoveryKeyCheck,
  wrapStorageSecret,
} from "../../protocol/recoveryKey.ts";
import type { Key } from "../answers.ts";
import { type Refused, type Result, readAnswer } from "../problem.ts";
import type { Overrides, Session } from "../session.ts";
import { type RecoveryKeySet, recoveryKeySetSchema } from "./answers.ts";

/** This phone has no iCloud account, so there is no secret that a recovery key could stand in for. */
export class StorageSecretMissing extends Error {
  override readonly name = "StorageSecretMissing";
}

/**
 * A second way to the backup, for an owner who loses the iCloud account.
 * @param askForKey the act that asks the service for the user key
 */
export function recoveryKeyActs(
  session: Session,
  askForKey: () => Promise<Result<Key, { readonly userKey: Uint8Array }>>,
) {
  const { state, act, system } = session;

  async function userKey(): Promise<
    { readonly ok: true; readonly id: string; readonly value: Uint8Array } | Refused
  > {
    if (state.userKey)
      return { ok: true, id: state.userKey.id, value: base64url.decode(state.userKey.value) };
    const asked = await askForKey();
    return asked.ok ? { ok: true, id: asked.body.key.id, value: asked.userKey } : asked;
  }

  return {
    /**
     * Sets up a new recovery key, replacing the previous one. The owner writes `recoveryKey` down: neither the phone
     * nor the service keeps it.
     * @throws {StorageSecretMissing}
     */
    async setRecoveryKey(
      overrides?: Overrides,
    ): Promise<Result<RecoveryKeySet, { readonly recoveryKey: string }>> {
      const storageSecret = session.storageSecret();
      if (!storageSecret)
        throw new StorageSecretMissing("a recovery key stands in for an iCloud account: this phone has none");
      const known = await userKey();
      if (!known.ok) return known;
      const userId = await session.userId();
      const recoveryKey = makeRecoveryKey(system);
      const input = { recoveryKey, userKey: known, userId };
      const body = {
        ...(await session.storageCheck()),
        recoveryKeyCheck: recoveryKeyCheck(recoveryKey, userId),
        wrappedStorageSecret: await wrapStorageSecret(storageSecret, input, system),
      };
      const request = { method: "PUT", path: "/v1/backup/recovery-key", body };
      const result = readAnswer(await act(request, overrides), recoveryKeySetSchema);
      return result.ok ? { ...result, recoveryKey: formatRecoveryKey(recoveryKey) } : result;
    },

    /** From then on the written-down key is worthless to whoever finds it. */
    async removeRecoveryKey(overrides?: Overrides): Promise<Result<undefined>> {
      const request = { method: "DELETE", path: "/v1/backup/recovery-key" };
      return readAnswer(await act(request, overrides), z.undefined());
    },
  };
}
