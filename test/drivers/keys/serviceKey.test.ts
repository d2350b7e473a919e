import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSqliteStore } from "../../../local/embedded/sqlite.ts";
import { type KeyEncryptionKey, type KeyFault, KeyUnavailable } from "../../../shared/keys/port.ts";
import { createServiceKey } from "../../../shared/keys/serviceKey.ts";
import type { WrappedKey } from "../../../shared/model/userKey.ts";
import { ids, SERVICE_PARTITION } from "../../../shared/store/items.ts";
import { type Store, StoreUnavailable } from "../../../shared/store/port.ts";
import { ItemUnreadable } from "../../../shared/store/schema.ts";
import { temporaryFolder } from "../../support/folder.ts";

const OWNER = "u".repeat(43);
const ID = "k".repeat(22);
const USER_KEY = new Uint8Array(32).fill(7);

/** Service keys, each 32 bytes that count up from a number. */
const OLDEST = 0;
const NEWER = 100;
const NEWEST = 200;

const wrappedOf = (first: number): WrappedKey => ({ kek: "kek", alg: "RSA-OAEP-256", value: String(first) });

/** A key encryption key that unwraps what {@link wrappedOf} names, and a store; both can be asked what they did. */
async function setUp() {
  const store = openSqliteStore({ file: join(await temporaryFolder(), "backup.db"), now: () => 0 });
  onTestFinished(() => store.close());
  const calls: string[] = [];
  const faults: { unwrap?: Error | Uint8Array; read?: Error; commit?: Error; lost?: Error } = {};
  const kek: Pick<KeyEncryptionKey, "unwrap"> = {
    async unwrap({ value }) {
      calls.push("unwrap");
      if (faults.unwrap instanceof Error) throw faults.unwrap;
      return faults.unwrap ?? new Uint8Array(32).map((_, at) => Number(value) + at);
    },
  };
  const watched: Store = {
    ...store,
    read: async (...call) => {
      calls.push("read");
      if (faults.read) throw faults.read;
      return await store.read(...call);
    },
    commit: async (...call) => {
      calls.push("commit");
      if (faults.commit) throw faults.commit;
      const result = await store.commit(...call);
      if (faults.lost) throw faults.lost;
      return result;
    },
  };
  /** As a process has it; newest first. */
  const open = (...keys: readonly number[]) =>
    createServiceKey({ wrapped: keys.map(wrappedOf), kek: kek as KeyEncryptionKey, store: watched });
  const stored = () => store.read(SERVICE_PARTITION, ids.serviceKey);
  return { store, calls, faults, open, stored };
}

async function expectFault(act: Promise<unknown>, fault: KeyFault): Promise<void> {
  const error = await act.catch((error: unknown) => error);
  expect(error).toBeInstanceOf(KeyUnavailable);
  expect((error as KeyUnavailable).fault).toBe(fault);
}

/** Everything that a service key does. */
function uses(key: ReturnType<typeof createServiceKey>): readonly (() => Promise<unknown>)[] {
  return [
    () => key.referenceSalt(OWNER),
    () => key.bind(OWNER, 1, ID, USER_KEY),
    () => key.isBound(OWNER, 1, ID, USER_KEY, new Uint8Array(32)),
    () => key.check(),
  ];
}

describe("what is derived from a service key", () => {
  it("is the same in every release: HKDF and HMAC with SHA-256, calculated by another implementation", async () => {
    const { open, stored } = await setUp();
    const key = open(OLDEST);
    expect(await key.referenceSalt(OWNER)).toBe("Zig-QLbgoFL5Ya89bZEHZQNu5Owii21Fj6XfEp84dyU");
    const binding = Buffer.from(await key.bind(OWNER, 12, ID, USER_KEY));
    expect(binding.toString("base64url")).toBe("oBRuTZrZrSsSAnzbN9GTgIY9gmvppmVGwQP_L6_1BeE");
    const check = "t9V0JrWxaML8ZuxT1Q3NhKuBFfdkyZhqkHF95pH2XMI";
    expect((await stored())?.body).toEqual({ schema: 1, check });
  });

  it("differs from owner to owner, and from service key to service key", async () => {
    const salts = [
      await (await setUp()).open(OLDEST).referenceSalt(OWNER),
      await (await setUp()).open(OLDEST).referenceSalt("v".repeat(43)),
      await (await setUp()).open(NEWER).referenceSalt(OWNER),
    ];
    expect(new Set(salts).size).toBe(3);
  });

  it("keeps the salt of the oldest, whatever newer ones are put before it", async () => {
    const { open } = await setUp();
    const before = await open(OLDEST).referenceSalt(OWNER);
    expect(await open(NEWER, OLDEST).referenceSalt(OWNER)).toBe(before);
    expect(await open(NEWEST, NEWER, OLDEST).referenceSalt(OWNER)).toBe(before);
  });

  it("binds with the newest, and knows the bindings of every one in the list", async () => {
    const { open } = await setUp();
    const bindings = await Promise.all([
      open(OLDEST).bind(OWNER, 1, ID, USER_KEY),
      open(NEWER, OLDEST).bind(OWNER, 1, ID, USER_KEY),
      open(NEWEST, NEWER, OLDEST).bind(OWNER, 1, ID, USER_KEY),
    ]);
    expect(new Set(bindings.map((binding) => Buffer.from(binding).toString("hex"))).size).toBe(3);
    const known = async (...keys: readonly number[]) =>
      await Promise.all(bindings.map((binding) => open(...keys).isBound(OWNER, 1, ID, USER_KEY, binding)));
    expect(await known(NEWEST, NEWER, OLDEST)).toEqual([true, true, true]);
    expect(await known(NEWER, OLDEST)).toEqual([true, true, false]);
    expect(await known(NEWEST, OLDEST)).toEqual([true, false, true]);
  });

  it.each<[string, string, number, string, Uint8Array]>([
    ["another owner's", "v".repeat(43), 1, ID, USER_KEY],
    ["under another number", OWNER, 11, ID, USER_KEY],
    ["under another id", OWNER, 1, "l".repeat(22), USER_KEY],
    ["another", OWNER, 1, ID, new Uint8Array(32).fill(8)],
  ])("doesn't take a user key for the one that was bound where it is %s", async (_, ...other) => {
    const { open } = await setUp();
    const key = open(OLDEST);
    const binding = await key.bind(OWNER, 1, ID, USER_KEY);
    expect(await key.isBound(OWNER, 1, ID, USER_KEY, binding)).toBe(true);
    expect(await key.isBound(...other, binding)).toBe(false);
  });

  it("takes no part of a binding, and nothing, for a binding", async () => {
    const { open } = await setUp();
    const key = open(OLDEST);
    const binding = await key.bind(OWNER, 1, ID, USER_KEY);
    for (const length of [0, 1, 31]) {
      expect(await key.isBound(OWNER, 1, ID, USER_KEY, binding.subarray(0, length))).toBe(false);
    }
    expect(await key.isBound(OWNER, 1, ID, USER_KEY, Buffer.concat([binding, Buffer.alloc(1)]))).toBe(false);
  });
});

describe("a process unwraps the service key", () => {
  it("when it is first needed, never before, and once for all who need it then", async () => {
    const { open, calls } = await setUp();
    const key = open(OLDEST);
    expect(calls).toEqual([]);
    await Promise.all([...uses(key), ...uses(key)].map((use) => use()));
    expect(calls).toEqual(["unwrap", "read", "commit"]);
    for (const use of uses(key)) await use();
    expect(calls).toHaveLength(3);
  });

  it("and reads the check value that another process has stored", async () => {
    const { open, calls } = await setUp();
    await open(OLDEST).check();
    calls.splice(0);
    await open(OLDEST).check();
    expect(calls).toEqual(["unwrap", "read"]);
  });

  it.each([
    ["unwrap", new KeyUnavailable("busy")],
    ["unwrap", new KeyUnavailable("disabled")],
    ["read", new StoreUnavailable(1)],
    ["commit", new StoreUnavailable(1)],
    ["lost", new StoreUnavailable(1)],
  ] as const)("again where it failed: %s, %s", async (call, error) => {
    const { open, faults } = await setUp();
    const key = open(OLDEST);
    faults[call] = error;
    const failed = await Promise.allSettled(uses(key).map((use) => use()));
    expect(failed).toEqual(uses(key).map(() => ({ status: "rejected", reason: error })));
    delete faults[call];
    await expect(key.check()).resolves.toBeUndefined();
  });
});

describe("the check value", () => {
  it("is stored by one of two processes that begin at once, and does for both", async () => {
    const { open, calls, stored } = await setUp();
    await Promise.all([open(OLDEST).check(), open(OLDEST).check()]);
    expect(calls.filter((call) => call === "commit")).toHaveLength(2);
    expect((await stored())?.body).toMatchObject({ schema: 1 });
    await expect(open(OLDEST).check()).resolves.toBeUndefined();
  });

  it.each([
    ["another service key", [NEWER]],
    ["another one that took the place of the oldest", [OLDEST, NEWER]],
    ["newer ones alone", [NEWEST, NEWER]],
  ])("refuses %s, for all that it is needed for, and stays", async (_, keys) => {
    const { open, stored } = await setUp();
    await open(OLDEST).check();
    const before = await stored();
    const other = open(...keys);
    for (const use of uses(other)) await expectFault(use(), "service-key-mismatch");
    expect(await stored()).toEqual(before);
    await expect(open(OLDEST).check()).resolves.toBeUndefined();
  });

  it("that can't be read is not written over", async () => {
    const { open, store, stored } = await setUp();
    const body = { schema: 2, check: "another form" };
    await store.commit(SERVICE_PARTITION, [{ kind: "create", id: ids.serviceKey, body }]);
    await expect(open(OLDEST).referenceSalt(OWNER)).rejects.toThrow(ItemUnreadable);
    expect((await stored())?.body).toEqual(body);
  });
});

describe("a service key in the configuration", () => {
  it("that is broken, or was wrapped under another key, is told as the setting's fault", async () => {
    const { open, faults } = await setUp();
    faults.unwrap = new KeyUnavailable("broken-value");
    await expectFault(open(OLDEST).check(), "service-key-mismatch");
    expect(new KeyUnavailable("service-key-mismatch").advice).toContain("SERVICE_KEY");
  });

  it.each([0, 31, 33, 64])("that holds %i bytes is refused: it is something else", async (length) => {
    const { open, faults, stored } = await setUp();
    faults.unwrap = new Uint8Array(length);
    await expectFault(open(OLDEST).check(), "service-key-mismatch");
    expect(await stored()).toBeUndefined();
  });

  it.each(["disabled", "missing", "forbidden", "unknown-vault", "busy"] as const)(
    "whose key encryption key is %s is told as that",
    async (fault) => {
      const { open, faults } = await setUp();
      faults.unwrap = new KeyUnavailable(fault);
      await expectFault(open(OLDEST).check(), fault);
    },
  );

  it("needs every key of its list: one that doesn't open can't be told from one that somebody put there", async () => {
    const { open, faults } = await setUp();
    await open(OLDEST).check();
    faults.unwrap = new KeyUnavailable("missing");
    await expectFault(open(NEWER, OLDEST).check(), "missing");
  });
});
