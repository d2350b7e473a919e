import { base64url, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import {
  formatRecoveryKey,
  parseRecoveryKey,
  RecoveryKeyMistyped,
  recoveryKeyCheck,
  StorageSecretRefused,
  unwrapStorageSecret,
  wrapStorageSecret,
} from "../../../local/phone/protocol/recoveryKey.ts";
import { isWrappedFor } from "../../../shared/backup/recoveryKey.ts";
import { readVectors } from "./support/vectors.ts";

type Named<T> = T & { readonly name: string };
const bytes = base64url.decode;

describe("a recovery key", () => {
  interface Wrapped {
    readonly recoveryKey: string;
    readonly userKey: { readonly id: string; readonly value: string };
    readonly userId: string;
    readonly storageSecret: string;
    readonly iv: string;
    readonly header: object;
    readonly wrappedStorageSecret: string;
  }
  const { made, typed, mistyped, checks, wrapped, refused } = readVectors<{
    made: Named<{ recoveryKey: string; text: string }>[];
    typed: Named<{ typed: string; recoveryKey: string }>[];
    mistyped: Named<{ typed: string }>[];
    checks: Named<{ recoveryKey: string; userId: string; recoveryKeyCheck: string }>[];
    wrapped: Named<Wrapped>[];
    refused: Named<{ wrappedStorageSecret: string }>[];
  }>("recovery-key");

  function inputOf({ recoveryKey, userKey: { id, value }, userId }: Wrapped) {
    return { recoveryKey: bytes(recoveryKey), userKey: { id, value: bytes(value) }, userId };
  }

  it.each(made)("is shown as in the vectors: $name [H9]", ({ recoveryKey, text }) => {
    expect(formatRecoveryKey(bytes(recoveryKey))).toBe(text);
  });

  it.each(typed)("is understood as the owner types it: $name [H9]", (vector) => {
    expect(base64url.encode(parseRecoveryKey(vector.typed))).toBe(vector.recoveryKey);
  });

  it.each(mistyped)("is not taken with a typing error: $name [H9]", (vector) => {
    expect(() => parseRecoveryKey(vector.typed)).toThrow(RecoveryKeyMistyped);
  });

  it.each(checks)("has the check of the vectors: $name", (vector) => {
    expect(recoveryKeyCheck(bytes(vector.recoveryKey), vector.userId)).toBe(vector.recoveryKeyCheck);
  });

  it.each(wrapped)("wraps the storage secret as in the vectors, byte for byte: $name", async (vector) => {
    const { storageSecret, iv, header, wrappedStorageSecret } = vector;
    const made = await wrapStorageSecret(bytes(storageSecret), inputOf(vector), { random: () => bytes(iv) });
    expect(made).toBe(wrappedStorageSecret);
    expect(decodeProtectedHeader(made)).toEqual(header);
  });

  it.each(wrapped)("wraps it so that the service takes it, for that owner and key alone: $name", (vector) => {
    const { userId, userKey, wrappedStorageSecret } = vector;
    expect(isWrappedFor(wrappedStorageSecret, { kid: userKey.id, uid: userId })).toBe(true);
    expect(isWrappedFor(wrappedStorageSecret, { kid: userKey.id, uid: "another" })).toBe(false);
    expect(isWrappedFor(wrappedStorageSecret, { kid: "another", uid: userId })).toBe(false);
  });

  it.each(wrapped)("unwraps the storage secret of the vectors: $name [H9]", async (vector) => {
    const unwrapped = await unwrapStorageSecret(vector.wrappedStorageSecret, inputOf(vector));
    expect(base64url.encode(unwrapped)).toBe(vector.storageSecret);
  });

  it.each(refused)(
    "does not unwrap one that is not its own: $name [H9]",
    async ({ wrappedStorageSecret }) => {
      const [first] = wrapped;
      if (!first) throw new Error("no first case");
      const unwrapped = unwrapStorageSecret(wrappedStorageSecret, inputOf(first));
      await expect(unwrapped).rejects.toThrow(StorageSecretRefused);
    },
  );
});
