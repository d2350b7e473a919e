import { randomUUID } from "node:crypto";
import { ManagedIdentityCredential } from "@azure/identity";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { USER_KEY, type VaultFixture, vaultServer } from "../../../local/cloud/vaultServer/fixture.ts";
import {
  type IdentityEndpoint,
  startIdentityEndpoint,
} from "../../../local/cloud/vaultServer/identityEndpoint.ts";
import { createTokens } from "../../../local/cloud/vaultServer/tokens.ts";
import type { KeyEncryptionKey } from "../../../shared/keys/port.ts";

/** One for all: the SDK looks for the endpoint once a process. So each test has an identity of its own. */
let endpoint: IdentityEndpoint;
const tokens = createTokens();

beforeAll(async () => {
  endpoint = await startIdentityEndpoint(tokens);
  for (const [name, value] of Object.entries(endpoint.environment)) vi.stubEnv(name, value);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await endpoint.close();
});

interface Instance extends VaultFixture {
  readonly key: KeyEncryptionKey;
  readonly tokenRequests: () => number;
}

async function start({ assigned = true } = {}): Promise<Instance> {
  const server = await vaultServer({ tokens });
  await server.vault("a").create("kek");
  const clientId = randomUUID();
  if (assigned) endpoint.assign(clientId);
  const credential = new ManagedIdentityCredential({ clientId, retryOptions: { maxRetries: 0 } });
  return { ...server, key: server.open({ credential }), tokenRequests: () => endpoint.countOf(clientId) };
}

describe("a managed identity", () => {
  it("answers the vault's challenge with one token, for reading and unwrapping alike", async () => {
    const { key, requests, tokenRequests } = await start();
    const wrapped = await key.wrap(USER_KEY, "owner");
    expect(Buffer.from(await key.unwrap(wrapped))).toEqual(USER_KEY);
    await key.unwrap(wrapped);
    expect(requests()).toEqual(["get a challenged", "get a", "unwrap a challenged", "unwrap a", "unwrap a"]);
    expect(tokenRequests()).toBe(1);
  });

  it("that the app doesn't have is the fault forbidden", async () => {
    const { key } = await start({ assigned: false });
    await expect(key.wrap(USER_KEY, "owner")).rejects.toMatchObject({ fault: "forbidden" });
  });

  it("is the fault busy while its endpoint is out of order, and works when it's back", async () => {
    const { key } = await start();
    endpoint.answerAll({ status: 500, body: {} });
    await expect(key.wrap(USER_KEY, "owner")).rejects.toMatchObject({ fault: "busy" });
    endpoint.answerAll(undefined);
    await expect(key.wrap(USER_KEY, "owner")).resolves.toBeDefined();
  });
});
