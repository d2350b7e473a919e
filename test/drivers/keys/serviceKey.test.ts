import { webcrypto } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSqliteStore } from "../../../local/embedded/sqlite.ts";
import { type KeyEncryptionKey, type KeyFault, KeyUnavailable } from "../../../shared/keys/port.ts";
import { createServiceKey, makeServiceKey, type ServiceKeyEntry } from "../../../shared/keys/serviceKey.ts";
import { sealed } from "../../../shared/model/sealed.ts";
import type { WrappedKey } from "../../../shared/model/userKey.ts";
import { ids, SERVICE_PARTITION } from "../../../shared/store/items.ts";
import { type Store, StoreUnavailable } from "../../../shared/store/port.ts";
import { ItemUnreadable } from "../../../shared/store/schema.ts";
import { system } from "../../../shared/system.ts";
import { temporaryFolder } from "../../support/folder.ts";

const OWNER = "u".repeat(43);
const ID = "k".repeat(22);
const USER_KEY = new Uint8Array(32).fill(7);
const BOUND = { userId: OWNER, number: 1, id: ID, key: USER_KEY };
const PLACE = { partition: OWNER, item: "contact:1", member: "address" };
const ADDRESS = Buffer.from("alice@example.com");

/** Service keys, each 32 bytes that count up from a number. */
const OLDEST = 0;
const NEWER = 100;
const NEWEST = 200;

const REPLACED = { use: "references" } as const;

const wrappedOf = (first: number): WrappedKey => ({ kek: "kek", alg: "RSA-OAEP-256", value: String(first) });

/** A key encryption key that unwraps what {@link wrappedOf} names, and a store; both can be asked what they did. */
async function setUp() {
  const store = openSqliteStore({ file: join(await temporaryFolder(), "backup.db"), now: () => 0 });
  onTestFinished(() => store.close());
  const calls: string[] = [];
  const unwrapped: Uint8Array[] = [];
  const faults: {
    unwrap?: Error | Uint8Array;
    read?: Error;
    commit?: Error;
    lost?: Error;
    refused?: boolean;
  } = {};
  const kek: Pick<KeyEncryptionKey, "unwrap"> = {
    async unwrap({ value }) {
      calls.push("unwrap");
      if (faults.unwrap instanceof Error) throw faults.unwrap;
      const key = faults.unwrap ?? new Uint8Array(32).map((_, at) => Number(value) + at);
      unwrapped.push(key);
      return key;
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
      if (faults.refused) return { committed: false, id: ids.serviceKey, reason: "exists" };
      const result = await store.commit(...call);
      if (faults.lost) throw faults.lost;
      return result;
    },
  };
  /** As a process has it; newest first. */
  const open = (...keys: readonly number[]) => openAll(keys.map(wrappedOf));
  const openAll = (wrapped: readonly ServiceKeyEntry[]) =>
    createServiceKey({ wrapped, kek, store: watched, system });
  /** The oldest serves references alone. */
  const openReplaced = (...keys: readonly number[]) =>
    openAll(keys.map((first, at) => ({ ...wrappedOf(first), ...(at === keys.length - 1 && REPLACED) })));
  const stored = () => store.read(SERVICE_PARTITION, ids.serviceKey);
  return { store, calls, faults, unwrapped, open, openReplaced, stored };
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
    () => key.bind(BOUND),
    () => key.isBound(BOUND, ID, new Uint8Array(32)),
    () => key.codes(PLACE, "123456"),
    () => key.seal(PLACE, ADDRESS),
    () => key.check(),
  ];
}

describe("what is derived from a service key", () => {
  it("is the same in every release: HKDF and HMAC with SHA-256, calculated by another implementation", async () => {
    const { open, stored } = await setUp();
    const key = open(OLDEST);
    expect(await key.referenceSalt(OWNER)).toBe("Zig-QLbgoFL5Ya89bZEHZQNu5Owii21Fj6XfEp84dyU");
    const { serviceKey, binding } = await key.bind({ ...BOUND, number: 12 });
    expect(serviceKey).toBe("5AKHscuu2JYFjgJCevE_8A");
    expect(Buffer.from(binding).toString("base64url")).toBe("oBRuTZrZrSsSAnzbN9GTgIY9gmvppmVGwQP_L6_1BeE");
    const place = { partition: "codes", item: "code", member: "a" };
    expect(await key.codes(place, "123456")).toEqual(["en5JLq2015WNwYTgRRA07s7U8qu_1PP2Yq6op20xhjw"]);
    const check = "t9V0JrWxaML8ZuxT1Q3NhKuBFfdkyZhqkHF95pH2XMI";
    expect((await stored())?.body).toEqual({ schema: 1, check });
  });

  it("opens an address in any other implementation of AES-256-GCM", async () => {
    const { open } = await setUp();
    const { serviceKey, value } = await open(OLDEST).seal(PLACE, ADDRESS);
    expect(serviceKey).toBe("5AKHscuu2JYFjgJCevE_8A");
    const bytes = Buffer.from(value, "base64url");
    const key = Buffer.from("PgC64BaW0ogmy13S3qsBDjM08qeAXi_wC-bzOpCIDUc", "base64url");
    const opened = await webcrypto.subtle.decrypt(
      {
        name: "AES-GCM",
        iv: bytes.subarray(0, 12),
        additionalData: Buffer.from(`["${OWNER}","contact:1","address"]`),
      },
      await webcrypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]),
      bytes.subarray(12),
    );
    expect(Buffer.from(opened)).toEqual(ADDRESS);
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

  it("is bound with the newest, and says so; every one of the list is known again", async () => {
    const { open } = await setUp();
    const bindings = await Promise.all([
      open(OLDEST).bind(BOUND),
      open(NEWER, OLDEST).bind(BOUND),
      open(NEWEST, NEWER, OLDEST).bind(BOUND),
    ]);
    expect(new Set(bindings.map(({ binding }) => Buffer.from(binding).toString("hex"))).size).toBe(3);
    expect(new Set(bindings.map(({ serviceKey }) => serviceKey)).size).toBe(3);
    const known = async (...keys: readonly number[]) =>
      await Promise.all(
        bindings.map(({ serviceKey, binding }) => open(...keys).isBound(BOUND, serviceKey, binding)),
      );
    expect(await known(NEWEST, NEWER, OLDEST)).toEqual([true, true, true]);
    expect(await known(NEWER, OLDEST)).toEqual([true, true, false]);
    expect(await known(NEWEST, OLDEST)).toEqual([true, false, true]);
  });

  it("is refused under the name of another service key of the list", async () => {
    const { open } = await setUp();
    const { binding } = await open(OLDEST).bind(BOUND);
    const { serviceKey } = await open(NEWER, OLDEST).bind(BOUND);
    expect(await open(NEWER, OLDEST).isBound(BOUND, serviceKey, binding)).toBe(false);
  });

  it.each([
    ["another owner's", { userId: "v".repeat(43) }],
    ["under another number", { number: 11 }],
    ["under another id", { id: "l".repeat(22) }],
    ["another", { key: new Uint8Array(32).fill(8) }],
  ])("doesn't take a user key for the one that was bound where it is %s", async (_, other) => {
    const { open } = await setUp();
    const key = open(OLDEST);
    const { serviceKey, binding } = await key.bind(BOUND);
    expect(await key.isBound(BOUND, serviceKey, binding)).toBe(true);
    expect(await key.isBound({ ...BOUND, ...other }, serviceKey, binding)).toBe(false);
  });

  it("takes no part of a binding, and nothing, for a binding", async () => {
    const { open } = await setUp();
    const key = open(OLDEST);
    const { serviceKey, binding } = await key.bind(BOUND);
    const isBound = (bytes: Uint8Array) => key.isBound(BOUND, serviceKey, bytes);
    for (const length of [0, 1, 31]) expect(await isBound(binding.subarray(0, length))).toBe(false);
    expect(await isBound(Buffer.concat([binding, Buffer.alloc(1)]))).toBe(false);
  });

  it("gives a code one HMAC for each service key, the newest first", async () => {
    const { open } = await setUp();
    const [before = ""] = await open(OLDEST).codes(PLACE, "123456");
    const [first, second, ...more] = await open(NEWER, OLDEST).codes(PLACE, "123456");
    expect(more).toEqual([]);
    expect(first).not.toBe(before);
    expect(second).toBe(before);
  });

  it.each([
    ["in another partition", { partition: "v".repeat(43) }],
    ["in another item", { item: "contact:2" }],
    ["in another member", { member: "code" }],
    ["where the parts are cut elsewhere", { partition: `${OWNER}","contact:1`, item: "address", member: "" }],
  ])("has other codes %s, and opens no address there", async (_, other) => {
    const { open } = await setUp();
    const key = open(OLDEST);
    const elsewhere = { ...PLACE, ...other };
    expect(await key.codes(elsewhere, "123456")).not.toEqual(await key.codes(PLACE, "123456"));
    const ciphertext = await key.seal(PLACE, ADDRESS);
    await expectFault(key.unseal(elsewhere, ciphertext), "broken-value");
    expect(Buffer.from(await key.unseal(PLACE, ciphertext))).toEqual(ADDRESS);
  });

  it("seals the same address differently each time, with the newest, and opens it with any of the list", async () => {
    const { open } = await setUp();
    const before = await open(OLDEST).seal(PLACE, ADDRESS);
    const both = open(NEWER, OLDEST);
    const after = [await both.seal(PLACE, ADDRESS), await both.seal(PLACE, ADDRESS)];
    expect(new Set([before, ...after].map(({ value }) => value)).size).toBe(3);
    expect(new Set([before, ...after].map(({ serviceKey }) => serviceKey)).size).toBe(2);
    for (const each of [before, ...after]) {
      expect(Buffer.from(await both.unseal(PLACE, each))).toEqual(ADDRESS);
    }
    for (const each of after) await expectFault(open(OLDEST).unseal(PLACE, each), "broken-value");
  });

  it("seals what is empty, in the form in which it is stored", async () => {
    const { open } = await setUp();
    const key = open(OLDEST);
    const empty = await key.seal(PLACE, new Uint8Array());
    expect(await key.unseal(PLACE, empty)).toHaveLength(0);
    for (const each of [empty, await key.seal(PLACE, ADDRESS)]) expect(sealed.parse(each)).toEqual(each);
    const { value } = empty;
    for (const other of [
      {},
      { ...empty, value: value.slice(1) },
      { ...empty, value: `${value}=` },
      { ...empty, value: `+${value}` },
      { ...empty, serviceKey: "" },
      { ...empty, more: "" },
    ]) {
      expect(sealed.safeParse(other).success).toBe(false);
    }
  });

  it.each<[string, (value: Buffer) => Buffer]>([
    ["a bit changed", (value) => value.fill((value.at(14) ?? 0) ^ 1, 14, 15)],
    ["another nonce", (value) => value.fill((value.at(0) ?? 0) ^ 1, 0, 1)],
    ["a shorter tag", (value) => value.subarray(0, -4)],
    ["no tag", (value) => value.subarray(0, 20)],
    ["nothing", () => Buffer.alloc(0)],
  ])("opens no address that has %s", async (_, damage) => {
    const { open } = await setUp();
    const key = open(OLDEST);
    const { serviceKey, value } = await key.seal(PLACE, ADDRESS);
    const damaged = damage(Buffer.from(value, "base64url")).toString("base64url");
    await expectFault(key.unseal(PLACE, { serviceKey, value: damaged }), "broken-value");
  });
});

describe("a service key that leaked and was replaced, once nothing is under it any more,", () => {
  it("still gives the references, and the check value is its own", async () => {
    const { open, openReplaced } = await setUp();
    const before = await open(OLDEST).referenceSalt(OWNER);
    expect(await openReplaced(NEWER, OLDEST).referenceSalt(OWNER)).toBe(before);
    await expectFault(openReplaced(OLDEST, NEWER).check(), "service-key-mismatch");
  });

  it("plants no user key, makes no code and opens no address", async () => {
    const { open, openReplaced } = await setUp();
    const leaked = open(OLDEST);
    const { serviceKey, binding } = await leaked.bind(BOUND);
    const ciphertext = await leaked.seal(PLACE, ADDRESS);
    const [code] = await leaked.codes(PLACE, "123456");
    const replaced = openReplaced(NEWER, OLDEST);
    expect(await replaced.isBound(BOUND, serviceKey, binding)).toBe(false);
    await expectFault(replaced.unseal(PLACE, ciphertext), "broken-value");
    expect(await replaced.codes(PLACE, "123456")).toEqual([expect.not.stringMatching(code ?? "")]);
    const made = await replaced.bind(BOUND);
    expect(await replaced.isBound(BOUND, made.serviceKey, made.binding)).toBe(true);
  });

  it("does not serve alone", async () => {
    const { openReplaced } = await setUp();
    await expect(openReplaced(OLDEST).check()).rejects.toThrow("there is a service key");
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

  it("is that of one of two service keys that begin at once: nothing is made with the other", async () => {
    const { open } = await setUp();
    const [first, second] = await Promise.allSettled([open(OLDEST).check(), open(NEWER).check()]);
    expect([first.status, second.status].sort()).toEqual(["fulfilled", "rejected"]);
    const refused = first.status === "rejected" ? open(OLDEST) : open(NEWER);
    await expectFault(refused.check(), "service-key-mismatch");
  });

  it("is looked for again where another has stored it, and it isn't found yet", async () => {
    const { open, faults } = await setUp();
    const key = open(OLDEST);
    faults.refused = true;
    await expect(key.check()).rejects.toThrow(StoreUnavailable);
    delete faults.refused;
    await expect(key.check()).resolves.toBeUndefined();
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
    const failed = open(OLDEST).check();
    await expectFault(failed, "service-key-mismatch");
    await expect(failed).rejects.toMatchObject({ cause: faults.unwrap });
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

  it("is forgotten once its keys are derived", async () => {
    const { open, unwrapped } = await setUp();
    await open(NEWER, OLDEST).check();
    expect(unwrapped).toEqual([new Uint8Array(32), new Uint8Array(32)]);
  });

  it("is one at least", async () => {
    const { open } = await setUp();
    await expect(open().check()).rejects.toThrow("there is a service key");
  });

  it.each([undefined, new KeyUnavailable("busy")])(
    "is made of 256 random bits, which are forgotten once they are wrapped, or can't be: %s",
    async (error) => {
      const random = new Uint8Array(32).fill(7);
      const asked: number[] = [];
      const wrapped: string[] = [];
      const kek = {
        wrap: async (key: Uint8Array) => {
          wrapped.push(Buffer.from(key).toString("hex"));
          if (error) throw error;
          return wrappedOf(OLDEST);
        },
      };
      const made = makeServiceKey(kek, {
        random: (size) => {
          asked.push(size);
          return random;
        },
      });
      if (error) await expect(made).rejects.toBe(error);
      else expect(await made).toEqual(wrappedOf(OLDEST));
      expect(asked).toEqual([32]);
      expect(wrapped).toEqual(["07".repeat(32)]);
      expect(random).toEqual(new Uint8Array(32));
    },
  );

  it("needs every key of its list: one that doesn't open can't be told from one that somebody put there", async () => {
    const { open, faults } = await setUp();
    await open(OLDEST).check();
    faults.unwrap = new KeyUnavailable("missing");
    await expectFault(open(NEWER, OLDEST).check(), "missing");
  });
});
