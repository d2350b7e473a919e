import { describe, expect, it } from "vitest";
import { USER_KEY, usedVault, vaultServer } from "../../../local/cloud/vaultServer/fixture.ts";
import { metered } from "../../../shared/meter.ts";

/** Owners whose hash falls on the first and on the second of two vaults. */
const OWNERS = { first: "owner-2", second: "owner-1" };

describe("Key Vault's requests", () => {
  it("are a challenge and one read for all first wraps, and none for those that follow", async () => {
    const { vault, open, requests } = await vaultServer();
    await vault("a").create("kek");
    const key = open();
    await Promise.all(Array.from({ length: 8 }, (_, n) => key.wrap(USER_KEY, `owner-${n}`)));
    expect(requests()).toEqual(["get a challenged", "get a"]);
    await key.wrap(USER_KEY, "owner");
    expect(requests()).toEqual([]);
  });

  it("are one for each unwrap, after one challenge for the version", async () => {
    const { vault, open, requests } = await vaultServer();
    await vault("a").create("kek");
    const key = open();
    const wrapped = await key.wrap(USER_KEY, "owner");
    requests();
    await key.unwrap(wrapped);
    expect(requests()).toEqual(["unwrap a challenged", "unwrap a"]);
    await Promise.all([key.unwrap(wrapped), key.unwrap(wrapped)]);
    expect(requests()).toEqual(["unwrap a", "unwrap a"]);
  });

  it("are one unwrap at a vault for each check", async () => {
    const { vault, open, requests } = await vaultServer();
    await Promise.all([vault("a").create("kek"), vault("b").create("kek")]);
    const key = open({ vaults: ["a", "b"] });
    await key.check();
    requests();
    await key.check();
    expect(requests().sort()).toEqual(["unwrap a", "unwrap b"]);
  });

  it("carry every caller's value, though a vault's challenge takes its time to reach the first of many", async () => {
    const { vault, open, fault } = await vaultServer();
    await vault("a").create("kek");
    const key = open();
    const wrapped = await key.wrap(USER_KEY, "owner");
    const { promise: release, resolve } = Promise.withResolvers<void>();
    fault({ fault: release, on: ({ method }) => method === "POST" });
    const unwrapped = [1, 2, 3].map(() => key.unwrap(wrapped));
    // A request for another version is answered meanwhile: by then the others have had their chance to overtake.
    await vault("a").create("kek");
    await open().check();
    resolve();
    expect((await Promise.all(unwrapped)).map((bytes) => Buffer.from(bytes))).toEqual([
      USER_KEY,
      USER_KEY,
      USER_KEY,
    ]);
  });

  it("are told to the request that they're made for", async () => {
    const { vault, open } = await vaultServer();
    await vault("a").create("kek");
    const key = open();
    const { calls } = await metered(async () => key.unwrap(await key.wrap(USER_KEY, "owner")));
    expect(calls).toMatchObject([
      { port: "keys", operation: "wrap", milliseconds: 0 },
      { port: "keys", operation: "unwrap", milliseconds: 0 },
    ]);
  });
});

describe("two vaults", () => {
  it("share the owners by hash, on every instance alike", async () => {
    const { vault, open } = await vaultServer();
    const [a, b] = await Promise.all([vault("a").create("kek"), vault("b").create("kek")]);
    for (const key of [open({ vaults: ["a", "b"] }), open({ vaults: ["a", "b"] })]) {
      expect((await key.wrap(USER_KEY, OWNERS.first)).kek).toBe(a);
      expect((await key.wrap(USER_KEY, OWNERS.second)).kek).toBe(b);
    }
  });

  it("open what was wrapped when there was one, whoever's it is", async () => {
    const { vault, open } = await vaultServer();
    await Promise.all([vault("a").create("kek"), vault("b").create("kek")]);
    const wrapped = await open({ vaults: ["a"] }).wrap(USER_KEY, OWNERS.second);
    expect(Buffer.from(await open({ vaults: ["b", "a"] }).unwrap(wrapped))).toEqual(USER_KEY);
  });

  it("don't need each other", async () => {
    const { vault, open, fault } = await vaultServer();
    await Promise.all([vault("a").create("kek"), vault("b").create("kek")]);
    const key = open({ vaults: ["a", "b"] });
    fault({ fault: "drop-before", on: ({ host }) => host.startsWith("b."), times: 100 });
    await expect(key.unwrap(await key.wrap(USER_KEY, OWNERS.first))).resolves.toBeDefined();
    await expect(key.wrap(USER_KEY, OWNERS.second)).rejects.toMatchObject({ fault: "busy" });
    await expect(key.check()).rejects.toMatchObject({ fault: "busy" });
  });
});

describe("a check", () => {
  it("fails where the key can be read, but not unwrap", async () => {
    const { vault, key } = await usedVault();
    vault("a").permit("get");
    await expect(key.check()).rejects.toMatchObject({ fault: "forbidden" });
  });

  it("fails where the vault unwraps something else", async () => {
    const { key, fault } = await usedVault();
    fault({ fault: { status: 200, body: { value: "AAAA" } } });
    await expect(key.check()).rejects.toMatchObject({ fault: "broken-value" });
  });
});
