import { hash } from "node:crypto";
import type { TokenCredential } from "@azure/identity";
import type { KeyClientOptions } from "@azure/keyvault-keys";
import { recordCall } from "../meter.ts";
import type { System } from "../system.ts";
import { openVault, type Vault } from "./keyVault/vault.ts";
import { type KeyEncryptionKey, KeyUnavailable } from "./port.ts";

export interface KeyVaultOptions {
  /** The keys' ids without version, `https://{vault}.vault.azure.net/keys/{name}`: one in each vault. */
  readonly keys: readonly string[];
  readonly credential: TokenCredential;
  readonly system: System;
  /**
   * How long a key's public half serves before it's read again, in milliseconds: so long a rotation may take to be
   * seen. Ten minutes, since a version that was rotated away stays good, and may for that long still wrap.
   */
  readonly refreshAfter?: number;
  /** How long a wrap or an unwrap may take, in milliseconds. */
  readonly timeLimit?: number;
  /** Of the SDK's clients; for tests. */
  readonly clientOptions?: KeyClientOptions;
}

/** https only, no port and no other path: the service's token goes to this address. */
const KEY_ID = /^https:\/\/[a-z0-9.-]+\/keys\/[0-9A-Za-z-]{1,127}$/;

/** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers */
const VERSION = /^[0-9a-f]{32}$/;

/**
 * The key encryption keys in Azure Key Vault. Wraps here, with their public halves; unwraps there, one request
 * each once a client has its token.
 * @throws {Error} a key's id isn't one
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
   * Of all vaults an equal share. Which one matters when a key is made and never again, since what is wrapped
   * names its vault: so a vault that is added or removed may move every owner.
   */
  function vaultOf(owner: string): Vault {
    const vault = [...vaults.values()][hash("sha256", owner, "buffer").readUInt32BE() % vaults.size];
    if (!vault) throw new Error("there is a vault for every owner");
    return vault;
  }

  async function unwrap(kek: string, value: string): Promise<Uint8Array> {
    const end = kek.lastIndexOf("/");
    const version = kek.slice(end + 1);
    // Who can write items, but holds no key, would otherwise have this service's token sent to a host of theirs.
    const vault = vaults.get(kek.slice(0, end));
    if (!vault) throw new KeyUnavailable("unknown-vault");
    if (!VERSION.test(version)) throw new KeyUnavailable("missing");
    return await vault.unwrap(version, Buffer.from(value, "base64url"));
  }

  /** Unwraps, since a right to read a key says nothing of the right to unwrap with it. */
  async function check(vault: Vault): Promise<void> {
    const plaintext = random(32);
    const { kek, value } = await vault.wrap(plaintext);
    if (!Buffer.from(await unwrap(kek, value)).equals(plaintext)) throw new KeyUnavailable("broken-value");
  }

  async function recorded<T>(operation: string, act: () => Promise<T>): Promise<T> {
    const start = now();
    try {
      return await act();
    } finally {
      recordCall({ port: "keys", operation, milliseconds: now() - start });
    }
  }

  return {
    wrap: (plaintext, owner) => recorded("wrap", () => vaultOf(owner).wrap(plaintext)),
    unwrap: (wrapped) => recorded("unwrap", () => unwrap(wrapped.kek, wrapped.value)),
    check: () => recorded("check", async () => void (await Promise.all([...vaults.values()].map(check)))),
  };
}
