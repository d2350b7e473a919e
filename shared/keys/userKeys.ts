import { hash, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { StoredUserKey } from "../model/userKey.ts";
import { randomId, type System } from "../system.ts";
import { type KeyEncryptionKey, KeyUnavailable } from "./port.ts";

/** 256 bits. */
const KEY_BYTES = 32;

/** How many unwrapped keys are remembered, and for how long, in milliseconds: a recovery's retries, no more. */
const REMEMBERED = { max: 500, ttl: 60_000 };

export interface UserKeys {
  /** A new user key; wrapping it takes no call to whoever holds the key encryption key. */
  create(userId: string): Promise<{ stored: StoredUserKey; key: Uint8Array }>;
  /**
   * The user key in the clear, a copy that the caller may keep: one unwrap, none where it is remembered.
   * @throws {KeyUnavailable}
   */
  open(userId: string, stored: StoredUserKey): Promise<Uint8Array>;
}

/**
 * Makes and opens user keys. What is wrapped is the key followed by a hash of whose it is: who can write to the
 * database, but holds no key, could otherwise put another owner's wrapped key into their own item and have it
 * released to themselves.
 */
export function createUserKeys({ kek, system }: { kek: KeyEncryptionKey; system: System }): UserKeys {
  const remembered = new LRUCache<string, Uint8Array>({
    ...REMEMBERED,
    perf: system,
    ttlResolution: 0,
    dispose: (key) => key.fill(0),
  });

  return {
    async create(userId) {
      const id = randomId(system);
      const key = Uint8Array.from(system.random(KEY_BYTES));
      const wrapped = await kek.wrap(Buffer.concat([key, binding(userId, id)]), userId);
      return { stored: { id, wrapped }, key };
    },

    async open(userId, { id, wrapped }) {
      const name = `${userId} ${id} ${wrapped.kek}`;
      const before = remembered.get(name);
      if (before) return before.slice();

      const plaintext = await kek.unwrap(wrapped);
      // Copies: a Buffer's own `slice` is a view of what is zeroed here.
      const key = Uint8Array.from(plaintext.subarray(0, KEY_BYTES));
      const bound = Uint8Array.from(plaintext.subarray(KEY_BYTES));
      plaintext.fill(0);
      const expected = binding(userId, id);
      if (bound.byteLength !== expected.byteLength || !timingSafeEqual(bound, expected)) {
        throw new KeyUnavailable("broken-value");
      }
      remembered.set(name, key.slice());
      return key;
    },
  };
}

function binding(userId: string, id: string): Buffer {
  return hash("sha256", `authenticator-backup/v1/user-key\0${userId}\0${id}`, "buffer");
}
