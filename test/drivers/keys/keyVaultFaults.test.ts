import { describe, expect, it } from "vitest";
import { refuse } from "../../../local/cloud/vaultServer/answer.ts";
import type { Fault } from "../../../local/cloud/vaultServer/faults.ts";
import {
  USER_KEY,
  type UsedVault,
  usedVault,
  vaultServer,
} from "../../../local/cloud/vaultServer/fixture.ts";
import type { KeyFault } from "../../../shared/keys/port.ts";

describe("unwrapping", () => {
  it.each<[string, KeyFault, (started: UsedVault) => void]>([
    ["is disabled", "disabled", ({ vault, id }) => vault("a").update(id, { enabled: false })],
    ["is deleted", "missing", ({ vault }) => vault("a").delete("kek")],
    ["is purged", "missing", ({ vault }) => vault("a").purge("kek")],
    ["may not be used any more", "forbidden", ({ vault }) => vault("a").permit("get")],
  ])("under a key that %s is the fault %s, at once", async (_, fault, befall) => {
    const started = await usedVault();
    befall(started);
    await expect(started.key.unwrap(started.wrapped)).rejects.toMatchObject({ fault });
    expect(started.requests()).toEqual(["unwrap a"]);
  });

  it("works again under a key that was recovered", async () => {
    const { vault, key, wrapped } = await usedVault();
    vault("a").delete("kek");
    await expect(key.unwrap(wrapped)).rejects.toMatchObject({ fault: "missing" });
    vault("a").recover("kek");
    expect(Buffer.from(await key.unwrap(wrapped))).toEqual(USER_KEY);
  });

  it("works under a key that has expired: what was wrapped in time stays readable", async () => {
    const { vault, id, clock, key, wrapped, open } = await usedVault();
    vault("a").update(id, { exp: clock.time / 1_000 - 1 });
    expect(Buffer.from(await key.unwrap(wrapped))).toEqual(USER_KEY);
    expect(Buffer.from(await open().unwrap(wrapped))).toEqual(USER_KEY);
  });

  it("under a version that never was is the fault missing", async () => {
    const { key, wrapped } = await usedVault();
    const kek = wrapped.kek.replace(/.{32}$/, "0".repeat(32));
    await expect(key.unwrap({ ...wrapped, kek })).rejects.toMatchObject({ fault: "missing" });
  });

  it.each<[string, KeyFault, Fault]>([
    [
      "the firewall's refusal",
      "forbidden",
      refuse(403, "Forbidden", "Client address", "ForbiddenByFirewall"),
    ],
    ["a token that is refused", "forbidden", refuse(401, "Unauthorized", "AKV10032: Invalid issuer.")],
    [
      "a key that is being deleted",
      "missing",
      refuse(409, "Conflict", "being deleted", "ObjectIsBeingDeleted"),
    ],
    [
      "a deleted key's conflict",
      "missing",
      refuse(409, "Conflict", "deleted but recoverable", "ObjectIsDeletedButRecoverable"),
    ],
    ["a key that is being recovered", "busy", refuse(409, "Conflict", "", "ObjectIsBeingRecovered")],
    ["a gateway's page", "busy", { status: 502, body: "<html>Bad Gateway</html>" }],
    ["a redirection", "busy", { status: 307, headers: { Location: "https://b.vault.azure.net/" } }],
    ["an empty error", "busy", { status: 500, body: "" }],
    ["a success without JSON", "busy", { status: 200, body: "<html>" }],
  ])("takes %s for %s", async (_, fault, answer) => {
    const started = await usedVault();
    started.fault({ fault: answer, times: 3 });
    await expect(started.key.unwrap(started.wrapped)).rejects.toMatchObject({ fault });
  });

  it("says nothing of the vault's words in the message, but keeps them for the log", async () => {
    const { key, wrapped, fault } = await usedVault();
    fault({ fault: refuse(403, "Forbidden", "appid=4711 lacks keys/unwrapKey", "ForbiddenByRbac") });
    const error = await key.unwrap(wrapped).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      message: "the key encryption key is not available",
      cause: { code: "ForbiddenByRbac", message: expect.stringContaining("4711") },
    });
  });
});

describe("a vault that's busy", () => {
  it.each([429, 503])(
    "and answers %i with a time to wait isn't asked again in the same call",
    async (status) => {
      const { key, wrapped, fault, requests } = await usedVault();
      fault({ fault: { status, headers: { "Retry-After": "17" } } });
      await expect(key.unwrap(wrapped)).rejects.toMatchObject({ fault: "busy", retryAfter: 17 });
      expect(requests()).toHaveLength(1);
      expect(Buffer.from(await key.unwrap(wrapped))).toEqual(USER_KEY);
    },
  );

  it.each(["", "soon", "-3", "Infinity"])("has the usual time to wait where it says %j", async (header) => {
    const { key, wrapped, fault } = await usedVault();
    fault({ fault: { status: 429, headers: { "Retry-After": header } } });
    await expect(key.unwrap(wrapped)).rejects.toMatchObject({ fault: "busy", retryAfter: 5 });
  });

  it.each<[string, Fault]>([
    ["answers 503", { status: 503 }],
    ["drops the connection", "drop-before"],
    ["drops the connection after it has acted", "drop-after"],
  ])("and %s is asked up to three times", async (_, order) => {
    const { key, wrapped, fault, requests } = await usedVault();
    fault({ fault: order, times: 2 });
    expect(Buffer.from(await key.unwrap(wrapped))).toEqual(USER_KEY);
    expect(requests()).toHaveLength(3);

    fault({ fault: order, times: 3 });
    await expect(key.unwrap(wrapped)).rejects.toMatchObject({ fault: "busy", retryAfter: 5 });
    expect(requests()).toHaveLength(3);
  });

  it("and doesn't answer is left at the time limit, when first asked as when known", async () => {
    const server = await vaultServer();
    const id = await server.vault("a").create("kek");
    const key = server.open({ timeLimit: 50 });
    server.fault({ fault: "no-answer", times: 2 });
    await expect(key.wrap(USER_KEY, "owner")).rejects.toMatchObject({ fault: "busy" });
    const unwrapped = key.unwrap({ kek: id, alg: "RSA-OAEP-256", value: "AAAA" });
    await expect(unwrapped).rejects.toMatchObject({ fault: "busy" });
  });

  it("and a credential that doesn't answer doesn't hold those who ask later", async () => {
    const server = await vaultServer();
    await server.vault("a").create("kek");
    const tokens = [new Promise<never>(() => {}), server.credential.getToken([])];
    const key = server.open({
      timeLimit: 1_000,
      credential: { getToken: async () => (await tokens.shift()) ?? expect.fail("a third token") },
    });
    await expect(key.wrap(USER_KEY, "owner")).rejects.toMatchObject({ fault: "busy" });
    await expect(key.wrap(USER_KEY, "owner")).resolves.toBeDefined();
  });
});
