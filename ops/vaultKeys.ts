import type { KeyClient, KeyVaultKey } from "@azure/keyvault-keys";
import { type Surroundings, UsageError } from "./command.ts";

/** Where a key is in a vault: `https://{vault}/keys/{name}`, or a version of it below that. */
export interface KeyPlace {
  readonly vault: string;
  readonly name: string;
  readonly version?: string | undefined;
}

const KEY_ID = /^(https:\/\/[a-z0-9.-]+)\/keys\/([A-Za-z0-9-]{1,127})(?:\/([0-9a-f]{32}))?$/;

/** @throws {UsageError} it is no key's id */
export function keyPlaceOf(id: string): KeyPlace {
  const [, vault, name, version] = KEY_ID.exec(id) ?? [];
  if (!vault || !name)
    throw new UsageError("no id of a key: https://{vault}.vault.azure.net/keys/{name}/{version}");
  return { vault, name, version };
}

/** The keys of one vault, as the operator may use them. */
export interface VaultKeys {
  /** @param version left out, the newest */
  read(name: string, version?: string): Promise<KeyVaultKey>;
  /** A new version, of the kind and the size of the one before. @returns its full id */
  renew(name: string): Promise<string>;
  disable(name: string, version: string): Promise<void>;
}

export async function openVaultKeys(vault: string, surroundings: Surroundings): Promise<VaultKeys> {
  const { KeyClient } = await import("@azure/keyvault-keys");
  const client: KeyClient = new KeyClient(
    vault,
    await surroundings.openCredential(),
    surroundings.clientOptions,
  );
  const explained = async <T>(right: string, act: () => Promise<T>) => {
    try {
      return await act();
    } catch (error) {
      throw explain(error, right, vault);
    }
  };
  return {
    read: (name, version) =>
      explained("keys/read", () => client.getKey(name, version === undefined ? {} : { version })),
    renew: (name) =>
      explained("keys/create/action", async () => {
        const { keyType, keyOperations, key } = await client.getKey(name);
        const made = await client.createRsaKey(name, {
          hsm: keyType === "RSA-HSM",
          keySize: (key?.n?.length ?? 256) * 8,
          ...(keyOperations && { keyOps: keyOperations }),
        });
        return made.id ?? "";
      }),
    disable: (name, version) =>
      explained("keys/update/action", async () => {
        await client.updateKeyProperties(name, version, { enabled: false });
      }),
  };
}

function explain(error: unknown, right: string, vault: string): unknown {
  const { statusCode, name } = (error ?? {}) as { statusCode?: number; name?: string };
  if (statusCode === 403) {
    return new UsageError(
      `The right ${right} on the keys of ${vault} is missing: the role Key Vault Crypto Officer has it, which a User Access Administrator of the vault can give; or the vault's firewall does not let you in.`,
    );
  }
  if (statusCode === 401 || name === "CredentialUnavailableError" || name === "AuthenticationError") {
    return new UsageError("The vault does not know who you are: az login.");
  }
  if (statusCode === 404) return new UsageError(`There is no such key, or no such version, in ${vault}.`);
  return error;
}
