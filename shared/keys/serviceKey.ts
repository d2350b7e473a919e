import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { WrappedKey } from "../model/userKey.ts";
import { ids, SERVICE_PARTITION, serviceKeyCheck } from "../store/items.ts";
import { type Store, StoreUnavailable } from "../store/port.ts";
import { parseItem } from "../store/schema.ts";
import { type KeyEncryptionKey, KeyUnavailable } from "./port.ts";

/** The service's own secret. Every method throws KeyUnavailable or StoreUnavailable while it can't be used. */
export interface ServiceKey {
  /** Key of account references of an owner (HMAC-SHA-256), base64url of 32 bytes: HMAC(salt key, userId). */
  referenceSalt(userId: string): Promise<string>;
  /**
   * HMAC(binding key, userId ‖ 0 ‖ number ‖ 0 ‖ id ‖ 0 ‖ key), 32 bytes: says that this service made the user key
   * `key`, for this owner, under this number and id.
   */
  bind(userId: string, number: number, id: string, key: Uint8Array): Promise<Uint8Array>;
  /** Whether `binding` is one of {@link bind}, under any service key of the configuration. */
  isBound(userId: string, number: number, id: string, key: Uint8Array, binding: Uint8Array): Promise<boolean>;
  /** Resolves if it unwraps and matches the check value stored once. @throws {KeyUnavailable | StoreUnavailable} */
  check(): Promise<void>;
}

export interface ServiceKeyOptions {
  /** Newest first. */
  readonly wrapped: readonly WrappedKey[];
  readonly kek: KeyEncryptionKey;
  readonly store: Store;
}

/** 256 bits. */
const KEY_BYTES = 32;

/**
 * What HKDF (RFC 5869) derives a key for: each has its own, so that nothing made for one purpose serves another. Two
 * more names are taken: `codes`, for HMACs of activation and contact codes, and `addresses`, for AES-256-GCM of
 * contacts, tokens of phones and one-time-code secrets.
 */
type Purpose = "reference-salt" | "binding" | "check";

/** The keys in use. */
interface Derived {
  readonly salt: Uint8Array;
  /** Newest first. */
  readonly bindings: readonly Uint8Array[];
}

/**
 * Unwraps the service key when it is first needed, once a process and for all who need it at that time. A failure is
 * not remembered: the next one who needs it tries again.
 */
export function createServiceKey({ wrapped, kek, store }: ServiceKeyOptions): ServiceKey {
  let opening: Promise<Derived> | undefined;

  function derived(): Promise<Derived> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function open(): Promise<Derived> {
    const keys = await Promise.all(wrapped.map((each) => unwrapped(kek, each)));
    // References hang on it: a salt of a newer key would make every account of the owner another one.
    const oldest = keys.at(-1);
    if (!oldest) throw new Error("there is a service key");
    const salt = derive(oldest, "reference-salt");
    const check = hmac(derive(oldest, "check"), "authenticator-backup/v1/service-key");
    const bindings = keys.map((key) => derive(key, "binding"));
    for (const key of keys) key.fill(0);
    await requireKnown(store, check);
    return { salt, bindings };
  }

  return {
    async referenceSalt(userId) {
      const { salt } = await derived();
      return hmac(salt, userId).toString("base64url");
    },
    async bind(userId, number, id, key) {
      const [newest] = (await derived()).bindings;
      if (!newest) throw new Error("there is a service key");
      return bindingOf(newest, userId, number, id, key);
    },
    async isBound(userId, number, id, key, binding) {
      const { bindings } = await derived();
      return bindings.some((each) => isEqual(bindingOf(each, userId, number, id, key), binding));
    },
    check: async () => void (await derived()),
  };
}

/** @throws {KeyUnavailable} */
async function unwrapped(kek: KeyEncryptionKey, wrapped: WrappedKey): Promise<Uint8Array> {
  const key = await kek.unwrap(wrapped).catch((cause: unknown) => {
    // Nothing is wrong with an item: the setting was not made with this key encryption key.
    const isSetting = cause instanceof KeyUnavailable && cause.fault === "broken-value";
    throw isSetting ? new KeyUnavailable("service-key-mismatch", { cause }) : cause;
  });
  // A user key, say, that was copied out of the database.
  if (key.byteLength !== KEY_BYTES) throw new KeyUnavailable("service-key-mismatch");
  return key;
}

function derive(key: Uint8Array, purpose: Purpose): Uint8Array {
  const info = `authenticator-backup/v1/service-key/${purpose}`;
  return new Uint8Array(hkdfSync("sha256", key, new Uint8Array(), info, KEY_BYTES));
}

function bindingOf(bindingKey: Uint8Array, userId: string, number: number, id: string, key: Uint8Array) {
  return hmac(bindingKey, Buffer.concat([Buffer.from(`${userId}\0${number}\0${id}\0`), key]));
}

function hmac(key: Uint8Array, message: string | Uint8Array): Buffer {
  return createHmac("sha256", key).update(message).digest();
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
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
