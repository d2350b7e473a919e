import type { CryptographyClient, KeyVaultKey } from "@azure/keyvault-keys";
import { LRUCache } from "lru-cache";

/** How many versions keep a client: rotation re-wraps, so few are in use at a time. */
const CLIENTS = 32;

type Unwrap = (value: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;

/** Unwraps under any version of the key `id`; asks the vault for nothing else. */
export function openVersions(id: string, connect: (key: KeyVaultKey) => CryptographyClient) {
  const versions = new LRUCache<string, Unwrap>({ max: CLIENTS });

  return async (version: string, value: Uint8Array, signal: AbortSignal): Promise<Uint8Array> => {
    const known = versions.get(version);
    if (known) return await known(value, signal);
    const client = connect(describe(id, version));
    const unwrap = firstAlone(async (wrapped, abortSignal) => {
      return (await client.unwrapKey("RSA-OAEP-256", wrapped, { abortSignal })).result;
    });
    versions.set(version, unwrap);
    return await unwrap(value, signal);
  };
}

/**
 * The key, without its material and attributes. Given the bare id, `CryptographyClient` would read the key first,
 * one more call for every version, and then refuse by its own clock to unwrap under an expired version. The vault does
 * unwrap under it, for good reason: what was wrapped in time must stay readable.
 */
function describe(id: string, version: string): KeyVaultKey {
  const { origin, pathname } = new URL(id);
  const name = pathname.slice("/keys/".length);
  return { id: `${id}/${version}`, name, properties: { vaultUrl: origin, name, version } };
}

/**
 * Lets no other call through during the first. The SDK sends the first request of a client without its body, to get the
 * vault's challenge; if a second request completes the challenge meanwhile, the first is repeated without its body, and
 * the vault calls the value broken.
 */
function firstAlone(unwrap: Unwrap): Unwrap {
  let first: Promise<void> | undefined;
  const settled = () => {};
  return async (value, signal) => {
    if (first) {
      await first;
      return await unwrap(value, signal);
    }
    const unwrapped = unwrap(value, signal);
    first = unwrapped.then(settled, settled);
    return await unwrapped;
  };
}
