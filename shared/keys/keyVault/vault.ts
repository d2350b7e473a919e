import { createPublicKey } from "node:crypto";
import type { TokenCredential } from "@azure/identity";
import { CryptographyClient, KeyClient, type KeyClientOptions, type KeyVaultKey } from "@azure/keyvault-keys";
import type { WrappedKey } from "../../model/userKey.ts";
import { within } from "../../within.ts";
import { wrapRsaOaep256 } from "../rsa.ts";
import { vaultCredential } from "./credential.ts";
import { type PublicHalf, rememberPublicHalf } from "./publicHalf.ts";
import { asUnavailable, refusalPolicies, unanswered } from "./refusal.ts";
import { openVersions } from "./versions.ts";

interface VaultOptions {
  readonly credential: TokenCredential;
  readonly now: () => number;
  readonly refreshAfter: number;
  readonly timeLimit: number;
  readonly clientOptions: KeyClientOptions;
}

/** A key encryption key in one vault. */
export interface Vault {
  wrap(plaintext: Uint8Array): Promise<WrappedKey>;
  unwrap(version: string, value: Uint8Array): Promise<Uint8Array>;
  /** The full id of the version that wraps, if that is known. */
  known(): string | undefined;
  /** The same, read now. */
  current(): Promise<string>;
}

/** Broken connections and 5xx are tried again, within the time limit; delays in milliseconds. */
const RETRIES = { maxRetries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1_000 };

/** @param id `https://{vault}/keys/{name}` */
export function openVault(id: string, { now, refreshAfter, timeLimit, ...options }: VaultOptions): Vault {
  // Half the time: so whoever waits for a token in vain has failed before the next caller asks for one.
  const credential = vaultCredential(options.credential, timeLimit / 2);
  // The SDK writes into its options: each client gets its own.
  const clientOptions = (): KeyClientOptions => ({
    retryOptions: RETRIES,
    // A vault never redirects.
    redirectOptions: { maxRetries: 0 },
    ...options.clientOptions,
    additionalPolicies: [...refusalPolicies, ...(options.clientOptions.additionalPolicies ?? [])],
  });
  const { origin, pathname } = new URL(id);
  const name = pathname.slice("/keys/".length);
  const client = new KeyClient(origin, credential, clientOptions());
  const versions = openVersions(id, (key) => new CryptographyClient(key, credential, clientOptions()));

  const { publicHalf, known } = rememberPublicHalf({
    now,
    refreshAfter,
    timeLimit,
    read: async (abortSignal) => {
      const key = await orUnavailable(client.getKey(name, { abortSignal }));
      return parsePublicHalf(id, key);
    },
  });

  return {
    async wrap(plaintext) {
      const { kek, publicKey } = await publicHalf();
      return wrapRsaOaep256(kek, publicKey, plaintext);
    },
    known: () => known()?.kek,
    current: async () => (await publicHalf("fresh")).kek,
    unwrap: (version, value) =>
      within(timeLimit, (signal) => orUnavailable(versions(version, value, signal)), unanswered),
  };
}

/** @throws {Error} the key isn't RSA: a mistake in the configuration */
function parsePublicHalf(id: string, { key, properties }: KeyVaultKey): PublicHalf {
  if (!key?.n || !key.e || !properties.version) throw new Error(`the key ${id} is no RSA key`);
  const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
  return {
    // From the configured id, whatever case the vault answers in: `unwrap` compares with it.
    kek: `${id}/${properties.version}`,
    publicKey: createPublicKey({
      key: { kty: "RSA", n: base64url(key.n), e: base64url(key.e) },
      format: "jwk",
    }),
    enabled: properties.enabled ?? true,
    notBefore: properties.notBefore,
    expiresOn: properties.expiresOn,
  };
}

async function orUnavailable<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw asUnavailable(error);
  }
}
