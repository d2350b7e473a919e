import { LRUCache } from "lru-cache";
import type { StoredUserKey } from "../model/userKey.ts";
import { randomId, type System } from "../system.ts";
import type { Bound } from "./derived.ts";
import { type KeyEncryptionKey, KeyUnavailable, type UnwrapReason } from "./port.ts";
import type { ServiceKey } from "./serviceKey.ts";

/** 256 bits. */
const KEY_BYTES = 32;

/** How many unwrapped keys are remembered, and for how long, in milliseconds: a recovery's retries, no more. */
const REMEMBERED = { max: 500, ttl: 60_000 };

export interface UserKeys {
  /** A new user key, an owner's `number`th; wrapping it takes no call to whoever holds the key encryption key. */
  create(userId: string, number: number): Promise<{ stored: StoredUserKey; key: Uint8Array }>;
  /**
   * The user key in the clear, a copy that the caller may keep: one unwrap, none where it is remembered.
   * @throws {KeyUnavailable}
   */
  open(userId: string, stored: StoredUserKey): Promise<Uint8Array>;
  /**
   * The same user key, wrapped under the current version and bound under the newest service key: one unwrap, none where it
   * is remembered.
   * @throws {KeyUnavailable}
   */
  rewrap(userId: string, stored: StoredUserKey): Promise<StoredUserKey>;
}

/**
 * Makes and opens user keys. What is wrapped is the key, followed by its binding under the service key: who can write
 * to the database, but unwrap nothing, could otherwise put another owner's wrapped key into their own item and have it
 * released to themselves, or, since anybody can wrap, give an owner a key of the writer's own choosing and read what is
 * uploaded under it.
 */
export function createUserKeys({
  kek,
  serviceKey,
  system,
}: {
  kek: Pick<KeyEncryptionKey, "wrap" | "unwrap">;
  serviceKey: Pick<ServiceKey, "bind" | "isBound">;
  system: System;
}): UserKeys {
  const remembered = new LRUCache<string, Uint8Array>({
    ...REMEMBERED,
    perf: system,
    ttlResolution: 0,
    dispose: (key) => key.fill(0),
  });

  function remember(name: string, key: Uint8Array): void {
    remembered.set(name, key);
    // The cache looks at the time only when it is asked, and a clock that is set back would let a key live on.
    setTimeout(() => {
      if (remembered.peek(name, { allowStale: true }) === key) remembered.delete(name);
    }, REMEMBERED.ttl).unref();
  }

  async function wrap(bound: Bound): Promise<StoredUserKey> {
    const { userId, number, id, key } = bound;
    const { binding, serviceKey: boundUnder } = await serviceKey.bind(bound);
    const plaintext = Buffer.concat([key, binding]);
    const wrapped = await kek.wrap(plaintext, userId).finally(() => plaintext.fill(0));
    return { number, id, wrapped, serviceKey: boundUnder };
  }

  async function open(
    userId: string,
    { number, id, wrapped, serviceKey: boundUnder }: StoredUserKey,
    reason: UnwrapReason,
  ): Promise<Uint8Array> {
    const name = `${userId} ${number} ${id} ${boundUnder} ${wrapped.kek}`;
    const before = remembered.get(name);
    if (before) return before.slice();

    const plaintext = await kek.unwrap(wrapped, reason);
    // Copies: a Buffer's own `slice` is a view of what is zeroed here.
    const key = Uint8Array.from(plaintext.subarray(0, KEY_BYTES));
    const binding = Uint8Array.from(plaintext.subarray(KEY_BYTES));
    plaintext.fill(0);
    try {
      const isWhole = key.byteLength === KEY_BYTES;
      if (!isWhole || !(await serviceKey.isBound({ userId, number, id, key }, boundUnder, binding))) {
        throw new KeyUnavailable("broken-value");
      }
    } catch (error) {
      key.fill(0);
      throw error;
    }
    // What is moved is not asked for soon, and what is asked for is not pushed out by it.
    if (reason === "release") remember(name, key.slice());
    return key;
  }

  return {
    async create(userId, number) {
      const id = randomId(system);
      const key = system.random(KEY_BYTES);
      return { stored: await wrap({ userId, number, id, key }), key };
    },
    open: (userId, stored) => open(userId, stored, "release"),
    async rewrap(userId, stored) {
      const { number, id } = stored;
      const key = await open(userId, stored, "rewrap");
      return await wrap({ userId, number, id, key }).finally(() => key.fill(0));
    },
  };
}
