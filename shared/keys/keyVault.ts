import { hash } from "node:crypto";
import type { TokenCredential } from "@azure/identity";
import type { KeyClientOptions } from "@azure/keyvault-keys";
import { recordCall } from "../meter.ts";
import type { System } from "../system.ts";
import { openVault, type Vault } from "./keyVault/vault.ts";
import { type KeyEncryptionKey, KeyUnavailable, type UnwrapReason } from "./port.ts";

export interface KeyVaultOptions {
  /** The keys' ids without version, `https://{vault}.vault.azure.net/keys/{name}`: one in each vault. */
  readonly keys: readonly string[];
  readonly credential: TokenCredential;
  readonly system: System;
  /**
   * How long a key's public half is used before it is read again, in milliseconds: a rotation may go unnoticed for that
   * long. Ten minutes, since a version that was rotated away stays valid, so it may still wrap meanwhile.
   */
  readonly refreshAfter?: number;
  /** How long a wrap or an unwrap may take, in milliseconds. */
  readonly timeLimit?: number;
  /** For the SDK's clients; set by tests. */
  readonly clientOptions?: KeyClientOptions;
}

/** https only, no port and no other path: the service's token goes to this address. */
const KEY_ID = /^https:\/\/[a-z0-9.-]+\/keys\/[0-9A-Za-z-]{1,127}$/;

/** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers */
const VERSION = /^[0-9a-f]{32}$/;

/**
 * The key encryption keys in Azure Key Vault. Wraps here, with their public halves; unwraps there, with one
 * request each once a client has its token.
 * @throws {Error} a key's id is malformed
 */
export function openKeyVault({
  keys,
  credential,
  system,
  refreshAfter = 10 * 60_000,
  timeLimit = 5_000,
  clientOptions = {},
}: KeyVaultOptions): KeyEncryptionKey {
  if (keys.length === 0 || !keys.every((id) => KEY_ID.test(id))) {
    throw new Error(
      "a key's id is https://{vault}/keys/{name}, in lower case up to the name, without a version",
    );
  }
  const { now, random } = system;
  const options = { credential, now, refreshAfter, timeLimit, clientOptions };
  const vaults: ReadonlyMap<string, Vault> = new Map(keys.map((id) => [id, openVault(id, options)]));

  /**
   * Gives each vault an equal share. The choice matters only when a key is made, since a wrapped key names its vault:
   * so adding or removing a vault may move every owner.
   */
  function vaultOf(owner: string): Vault {
    const vault = [...vaults.values()][hash("sha256", owner, "buffer").readUInt32BE() % vaults.size];
    if (!vault) throw new Error("there is a vault for every owner");
    return vault;
  }

  async function unwrap(kek: string, value: string): Promise<Uint8Array> {
    const end = kek.lastIndexOf("/");
    const version = kek.slice(end + 1);
    // Otherwise somebody who can write items, but holds no key, could have this service's token sent to their own host.
    const vault = vaults.get(kek.slice(0, end));
    if (!vault) throw new KeyUnavailable("unknown-vault");
    if (!VERSION.test(version)) throw new KeyUnavailable("missing");
    return await vault.unwrap(version, Buffer.from(value, "base64url"));
  }

  /** Unwraps too, since the right to read a key says nothing about the right to unwrap with it. */
  async function check(vault: Vault): Promise<void> {
    const plaintext = random(32);
    const { kek, value } = await vault.wrap(plaintext);
    const again = await recorded("unwrap", () => unwrap(kek, value), "probe");
    if (!Buffer.from(again).equals(plaintext)) throw new KeyUnavailable("broken-value");
  }

  async function recorded<T>(operation: string, act: () => Promise<T>, reason?: UnwrapReason): Promise<T> {
    const start = now();
    try {
      return await act();
    } finally {
      recordCall({ port: "keys", operation, ...(reason && { reason }), milliseconds: now() - start });
    }
  }

  return {
    wrap: (plaintext, owner) => recorded("wrap", () => vaultOf(owner).wrap(plaintext)),
    unwrap: (wrapped, reason = "release") =>
      recorded("unwrap", () => unwrap(wrapped.kek, wrapped.value), reason),
    wrapsUnder: async (owner) => vaultOf(owner).known(),
    current: () =>
      recorded("current", () => Promise.all([...vaults.values()].map((vault) => vault.current()))),
    check: async () => void (await Promise.all([...vaults.values()].map(check))),
  };
}
