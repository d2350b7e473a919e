import { Agent } from "node:https";
import { describe, expect, it } from "vitest";
import { USER_KEY, vaultServer } from "../../../local/cloud/vaultServer/fixture.ts";

describe("an item that names a key which isn't configured", () => {
  const version = "0123456789abcdef0123456789abcdef";

  it.each([
    ["of another vault", `https://evil.vault.azure.net/keys/kek/${version}`],
    ["of another name", `https://a.vault.azure.net/keys/other/${version}`],
    ["over http", `http://a.vault.azure.net/keys/kek/${version}`],
    ["on another port", `https://a.vault.azure.net:8443/keys/kek/${version}`],
    ["behind a user name", `https://a.vault.azure.net@evil.example/keys/kek/${version}`],
    ["without a version", "https://a.vault.azure.net/keys/kek"],
    ["by a path that leads back to it", `https://a.vault.azure.net/keys/x/../kek/${version}`],
    ["of a key file", `file:${version}`],
    ["of nothing at all", ""],
  ])("%s is refused, and nobody is sent the service's token", async (_, kek) => {
    const { vault, open, requests } = await vaultServer();
    await Promise.all([vault("a").create("kek"), vault("evil").create("kek")]);
    const unwrapped = open().unwrap({ kek, alg: "RSA-OAEP-256", value: "AAAA" });
    await expect(unwrapped).rejects.toMatchObject({ name: "KeyUnavailable", fault: "unknown-vault" });
    expect(requests()).toEqual([]);
  });

  it.each(["", "0", `${version}?x`, version.toUpperCase(), ".."])(
    "in the version %j is refused as missing",
    async (bad) => {
      const { open, requests } = await vaultServer();
      const kek = `https://a.vault.azure.net/keys/kek/${bad}`;
      const unwrapped = open().unwrap({ kek, alg: "RSA-OAEP-256", value: "AAAA" });
      await expect(unwrapped).rejects.toMatchObject({ fault: "missing" });
      expect(requests()).toEqual([]);
    },
  );
});

describe("Key Vault's configuration", () => {
  it.each([
    [],
    ["http://a.vault.azure.net/keys/kek"],
    ["https://a.vault.azure.net/keys/kek/0123456789abcdef0123456789abcdef"],
    ["https://a.vault.azure.net/secrets/kek"],
    ["https://a.vault.azure.net/keys/kek", "https://b.vault.azure.net"],
  ])("is refused, without its values, where a key is no key's id: %s %s", async (...keys) => {
    const { open } = await vaultServer();
    expect(() => open({ keys })).toThrow(
      "a key's id is https://{vault}/keys/{name}, in lower case up to the name, without a version",
    );
  });
});

describe("a host that isn't the vault", () => {
  it("isn't spoken to where no known authority has signed its certificate", async () => {
    const { agent, clientOptions, open, vault, requests } = await vaultServer();
    await vault("a").create("kek");
    const { ca: _, ...trusting } = agent.options;
    const key = open({ clientOptions: { ...clientOptions, agent: new Agent(trusting) } });
    await expect(key.wrap(USER_KEY, "owner")).rejects.toMatchObject({
      fault: "busy",
      cause: { message: expect.stringContaining("self-signed certificate") },
    });
    expect(requests()).toEqual([]);
  });

  it("gets no token by a challenge for another's resource", async () => {
    const { open, vault, fault, requests } = await vaultServer();
    await vault("a").create("kek");
    const challenge =
      'Bearer authorization="https://login.microsoftonline.com/t", resource="https://graph.microsoft.com"';
    fault({ fault: { status: 401, headers: { "WWW-Authenticate": challenge } } });
    const key = open({ credential: { getToken: () => expect.fail("asked for a token") } });
    await expect(key.wrap(USER_KEY, "owner")).rejects.toThrow("does not match the requested domain");
    expect(requests()).toEqual(["get a challenged"]);
  });
});
