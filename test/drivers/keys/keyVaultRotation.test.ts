import { describe, expect, it } from "vitest";
import {
  USER_KEY,
  type UsedVault,
  usedVault,
  vaultServer,
} from "../../../local/cloud/vaultServer/fixture.ts";
import type { KeyFault } from "../../../shared/keys/port.ts";

const MINUTE = 60_000;

describe("a rotated key", () => {
  it("wraps new user keys within the refresh time, while the old version still opens its own", async () => {
    const { vault, clock, open } = await vaultServer();
    const before = await vault("a").create("kek");
    const key = open();
    const old = await key.wrap(USER_KEY, "owner");
    const after = await vault("a").create("kek");

    clock.time += 10 * MINUTE - 1;
    expect((await key.wrap(USER_KEY, "owner")).kek).toBe(before);
    clock.time += 1;
    const recent = await key.wrap(USER_KEY, "owner");
    expect(recent.kek).toBe(after);
    expect(Buffer.from(await key.unwrap(recent))).toEqual(USER_KEY);
    expect(Buffer.from(await key.unwrap(old))).toEqual(USER_KEY);
  });

  it("is read once by all who wrap when it's due", async () => {
    const { vault, clock, open, requests } = await vaultServer();
    await vault("a").create("kek");
    const key = open();
    await key.wrap(USER_KEY, "owner");
    clock.time += 10 * MINUTE;
    requests();
    await Promise.all([key.wrap(USER_KEY, "a"), key.wrap(USER_KEY, "b"), key.wrap(USER_KEY, "c")]);
    expect(requests()).toEqual(["get a"]);
  });

  it("wraps on under the version that is known while it can't be read, and is asked for every half minute", async () => {
    const { vault, clock, open, fault, requests } = await vaultServer();
    const before = await vault("a").create("kek");
    const key = open();
    await key.wrap(USER_KEY, "owner");
    const after = await vault("a").create("kek");
    fault({ fault: { status: 503 }, times: 3 });
    clock.time += 10 * MINUTE;
    expect((await key.wrap(USER_KEY, "owner")).kek).toBe(before);
    requests();
    clock.time += 29_999;
    expect((await key.wrap(USER_KEY, "owner")).kek).toBe(before);
    expect(requests()).toEqual([]);
    clock.time += 1;
    expect((await key.wrap(USER_KEY, "owner")).kek).toBe(after);
  });

  it("wraps on under the version that is known while the vault doesn't answer in half the time there is", async () => {
    const { vault, clock, open, fault } = await vaultServer();
    await vault("a").create("kek");
    const key = open({ timeLimit: 1_000 });
    const { kek } = await key.wrap(USER_KEY, "owner");
    fault({ fault: "no-answer" });
    clock.time += 10 * MINUTE;
    expect((await key.wrap(USER_KEY, "owner")).kek).toBe(kek);
  });
});

describe("wrapping", () => {
  it.each<[string, KeyFault, (started: UsedVault) => void]>([
    ["disabled", "disabled", ({ vault, id }) => vault("a").update(id, { enabled: false })],
    ["expired", "disabled", ({ vault, id, clock }) => vault("a").update(id, { exp: clock.time / 1_000 })],
    [
      "not yet good",
      "disabled",
      ({ vault, id, clock }) => vault("a").update(id, { nbf: clock.time / 1_000 + 1 }),
    ],
    ["deleted", "missing", ({ vault }) => vault("a").delete("kek")],
  ])(
    "stops with the fault of a key that is %s: nobody might ever open what it wraps",
    async (_, fault, befall) => {
      const started = await usedVault();
      started.clock.time += 10 * MINUTE;
      befall(started);
      await expect(started.key.wrap(USER_KEY, "owner")).rejects.toMatchObject({ fault });
      await expect(started.key.check()).rejects.toMatchObject({ fault });
      await started.vault("a").recover("kek");
      started.vault("a").update(started.id, {});
      await expect(started.key.wrap(USER_KEY, "owner")).resolves.toMatchObject({ kek: started.id });
    },
  );

  it("stops at the second a key expires, though it was read before", async () => {
    const server = await vaultServer();
    const exp = server.clock.time / 1_000 + 60;
    await server.vault("a").create("kek", { exp });
    const key = server.open();
    server.clock.time = exp * 1_000 - 1;
    await expect(key.wrap(USER_KEY, "owner")).resolves.toBeDefined();
    server.clock.time += 1;
    await expect(key.wrap(USER_KEY, "owner")).rejects.toMatchObject({ fault: "disabled" });
    const next = await server.vault("a").create("kek");
    expect((await key.wrap(USER_KEY, "owner")).kek).toBe(next);
  });

  it("goes on where the right to read was lost, since it can be given back", async () => {
    const { vault, clock, key, id } = await usedVault();
    vault("a").permit("unwrapKey");
    clock.time += 10 * MINUTE;
    expect((await key.wrap(USER_KEY, "owner")).kek).toBe(id);
  });

  it("fails where the key was never read", async () => {
    const server = await vaultServer();
    await server.vault("a").create("kek");
    server.vault("a").permit();
    await expect(server.open().wrap(USER_KEY, "owner")).rejects.toMatchObject({ fault: "forbidden" });
  });
});
