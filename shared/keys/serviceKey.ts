import type { Sealed } from "../model/sealed.ts";
import type { StoredUserKey, WrappedKey } from "../model/userKey.ts";
import { ids, SERVICE_PARTITION, serviceKeyCheck } from "../store/items.ts";
import { type Store, StoreUnavailable } from "../store/port.ts";
import { parseItem } from "../store/schema.ts";
import type { System } from "../system.ts";
import {
  type Bound,
  bindingOf,
  checkOf,
  codeOf,
  type DerivedKeys,
  deriveKeys,
  isEqual,
  type Place,
  referenceSaltOf,
  seal,
  unseal,
} from "./derived.ts";
import { type KeyEncryptionKey, KeyUnavailable } from "./port.ts";

/** The service's own secret. Every method throws KeyUnavailable or StoreUnavailable while it can't be used. */
export interface ServiceKey {
  /** The versions of the key encryption key that wrap it, full ids, each once. */
  readonly wrappedBy: readonly string[];
  /** The name of the newest, which new things are made with. */
  newest(): Promise<string>;
  /** Key of account references of an owner (HMAC-SHA-256), base64url of 32 bytes: HMAC(salt key, userId). */
  referenceSalt(userId: string): Promise<string>;
  /**
   * HMAC(binding key, userId ‖ 0 ‖ number ‖ 0 ‖ id ‖ 0 ‖ key), 32 bytes: says that this service made the user key
   * `key`, for this owner, under this number and id. With it the name of the service key that it is under.
   */
  bind(bound: Bound): Promise<Pick<StoredUserKey, "serviceKey"> & { readonly binding: Uint8Array }>;
  /** Whether `binding` is what {@link bind} made under the service key of this name; false if it is not in use. */
  isBound(bound: Bound, serviceKey: string, binding: Uint8Array): Promise<boolean>;
  /**
   * HMACs of a code for its place, base64url, one for each service key in use, the newest first: the first is what is
   * stored, any may be what was stored before.
   */
  codes(place: Place, code: string): Promise<readonly string[]>;
  /**
   * HMAC of a text under the oldest service key, base64url: of what names a partition, which nothing can move to another.
   * As with references, a newer key's would be another one.
   */
  named(place: Place, text: string): Promise<string>;
  /** Encrypts an address, or another secret that this service has to read again, for the place where it will stand. */
  seal(place: Place, plaintext: Uint8Array): Promise<Sealed>;
  /** What {@link seal} encrypted for this place. @throws {KeyUnavailable} broken-value */
  unseal(place: Place, sealed: Sealed): Promise<Uint8Array>;
  /** Resolves if it unwraps and matches the check value stored once. @throws {KeyUnavailable | StoreUnavailable} */
  check(): Promise<void>;
}

/** A service key as the configuration has it. */
export type ServiceKeyEntry = WrappedKey & {
  /** Set on the oldest once nothing else is under it: if it leaked, nobody can make anything with it any more. */
  readonly use?: "references" | undefined;
};

interface ServiceKeyOptions {
  /** Newest first. */
  readonly wrapped: readonly ServiceKeyEntry[];
  readonly kek: Pick<KeyEncryptionKey, "unwrap">;
  readonly store: Store;
  readonly system: Pick<System, "random">;
}

/** 256 bits. */
const KEY_BYTES = 32;

/** What is derived from the service keys of the list. */
interface Opened {
  /** References hang on its salt: with a newer key's, every account of an owner would be another one. */
  readonly oldest: DerivedKeys;
  /** What new things are made with. */
  readonly newest: DerivedKeys;
  /** Whatever is checked or opened is under one of these; newest first. */
  readonly inUse: readonly DerivedKeys[];
}

/**
 * Unwraps the service key when it is first needed, once a process and for all who need it at that time. A failure is
 * not remembered: the next one who needs it tries again.
 */
export function createServiceKey({ wrapped, kek, store, system }: ServiceKeyOptions): ServiceKey {
  let opening: Promise<Opened> | undefined;

  function opened(): Promise<Opened> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function open(): Promise<Opened> {
    const all = await Promise.all(
      wrapped.map(async (entry) => ({ entry, keys: await derivedFrom(kek, entry) })),
    );
    const inUse = all.filter(({ entry }) => entry.use === undefined).map(({ keys }) => keys);
    const [newest] = inUse;
    const oldest = all.at(-1)?.keys;
    if (!newest || !oldest) throw new Error("there is a service key");
    await requireKnown(store, checkOf(oldest));
    return { oldest, newest, inUse };
  }

  async function named(name: string): Promise<DerivedKeys | undefined> {
    return (await opened()).inUse.find((keys) => keys.name === name);
  }

  return {
    newest: async () => (await opened()).newest.name,
    wrappedBy: [...new Set(wrapped.map(({ kek: version }) => version))],
    referenceSalt: async (userId) => referenceSaltOf((await opened()).oldest, userId),
    async bind(bound) {
      const { newest } = await opened();
      return { serviceKey: newest.name, binding: bindingOf(newest, bound) };
    },
    async isBound(bound, serviceKey, binding) {
      const keys = await named(serviceKey);
      return keys !== undefined && isEqual(bindingOf(keys, bound), binding);
    },
    named: async (place, text) => codeOf((await opened()).oldest, place, text),
    codes: async (place, code) => (await opened()).inUse.map((keys) => codeOf(keys, place, code)),
    seal: async (place, plaintext) => seal((await opened()).newest, place, plaintext, system),
    async unseal(place, sealed) {
      const keys = await named(sealed.serviceKey);
      const plaintext = keys && unseal(keys, place, sealed);
      if (!plaintext) throw new KeyUnavailable("broken-value");
      return plaintext;
    },
    check: async () => void (await opened()),
  };
}

/** @throws {KeyUnavailable} */
async function derivedFrom(kek: Pick<KeyEncryptionKey, "unwrap">, wrapped: WrappedKey): Promise<DerivedKeys> {
  const key = await unwrapServiceKey(kek, wrapped);
  try {
    return deriveKeys(key);
  } finally {
    key.fill(0);
  }
}

/** @throws {KeyUnavailable} */
export async function unwrapServiceKey(
  kek: Pick<KeyEncryptionKey, "unwrap">,
  wrapped: WrappedKey,
): Promise<Uint8Array> {
  const key = await kek.unwrap(wrapped, "service-key").catch((cause: unknown) => {
    // Nothing is wrong with an item: the setting was not made with this key encryption key.
    const isSetting = cause instanceof KeyUnavailable && cause.fault === "broken-value";
    throw isSetting ? new KeyUnavailable("service-key-mismatch", { cause }) : cause;
  });
  // A user key, say, that was copied out of the database.
  if (key.byteLength !== KEY_BYTES) {
    key.fill(0);
    throw new KeyUnavailable("service-key-mismatch");
  }
  return key;
}

/** Makes a service key, wrapped. @throws {KeyUnavailable} */
export async function makeServiceKey(
  kek: Pick<KeyEncryptionKey, "wrap">,
  { random }: Pick<System, "random">,
): Promise<WrappedKey> {
  return await wrapServiceKey(kek, random(KEY_BYTES));
}

/** Wraps a service key under a current version, and forgets it. @throws {KeyUnavailable} */
export async function wrapServiceKey(
  kek: Pick<KeyEncryptionKey, "wrap">,
  key: Uint8Array,
): Promise<WrappedKey> {
  try {
    // Where several vaults serve, one of them holds the service key of all.
    return await kek.wrap(key, "service");
  } finally {
    key.fill(0);
  }
}

/**
 * Holds a check value against the stored one, which the first process of all has stored. Another service key would
 * make other references, and refuse every user key.
 * @throws {KeyUnavailable | StoreUnavailable}
 */
async function requireKnown(store: Store, check: Uint8Array): Promise<void> {
  const known = (await readCheck(store)) ?? (await createCheck(store, check));
  if (!isEqual(known, check)) throw new KeyUnavailable("service-key-mismatch");
}

async function readCheck(store: Store): Promise<Uint8Array | undefined> {
  const stored = await store.read(SERVICE_PARTITION, ids.serviceKey);
  return stored && Buffer.from(parseItem(serviceKeyCheck, stored).check, "base64url");
}

/** @returns what is stored then: of two processes that begin at once, the first one's */
async function createCheck(store: Store, check: Uint8Array): Promise<Uint8Array> {
  const body = { schema: 1, check: Buffer.from(check).toString("base64url") };
  const { committed } = await store.commit(SERVICE_PARTITION, [{ kind: "create", id: ids.serviceKey, body }]);
  if (committed) return check;
  const other = await readCheck(store);
  if (!other) throw new StoreUnavailable(1);
  return other;
}
