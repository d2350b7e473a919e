import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { managedIdentity } from "../../../functions/compose/adapters.ts";
import { startCosmosStore } from "../../../local/cloud/cosmosServer/store.ts";
import { USER_KEY, type VaultFixture, vaultServer } from "../../../local/cloud/vaultServer/fixture.ts";
import {
  type IdentityEndpoint,
  startIdentityEndpoint,
} from "../../../local/cloud/vaultServer/identityEndpoint.ts";
import { createTokens } from "../../../local/cloud/vaultServer/tokens.ts";
import type { KeyEncryptionKey } from "../../../shared/keys/port.ts";
import { create, write } from "../../contract/store/fixture.ts";

/**
 * One for all: the SDK looks for the endpoint once a process, and asks it as the first credential would. So each test has
 * an identity of its own, and credentials are made as the service makes them.
 */
let endpoint: IdentityEndpoint;
const tokens = createTokens();

beforeAll(async () => {
  endpoint = await startIdentityEndpoint(tokens);
  for (const [name, value] of Object.entries(endpoint.environment)) vi.stubEnv(name, value);
});

afterEach(() => endpoint.answerAll(undefined));

afterAll(async () => {
  vi.unstubAllEnvs();
  await endpoint.close();
});

interface Instance extends VaultFixture {
  readonly key: KeyEncryptionKey;
  readonly tokenRequests: () => number;
}

async function start({ assigned = true, timeLimit = 5_000 } = {}): Promise<Instance> {
  const server = await vaultServer({ tokens });
  await server.vault("a").create("kek");
  const clientId = randomUUID();
  if (assigned) endpoint.assign(clientId);
  const credential = await managedIdentity({ managedIdentity: clientId }, {});
  return {
    ...server,
    key: server.open({ credential, timeLimit }),
    tokenRequests: () => endpoint.countOf(clientId),
  };
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

  it("whose endpoint never answers is the fault busy, and works when it's back, without a restart", async () => {
    const { key } = await start({ timeLimit: 500 });
    endpoint.answerAll("never");
    const calls = [key.wrap(USER_KEY, "owner"), key.wrap(USER_KEY, "another"), key.check()];
    for (const { status, ...outcome } of await Promise.allSettled(calls)) {
      expect(status).toBe("rejected");
      expect(outcome).toMatchObject({ reason: { name: "KeyUnavailable", fault: "busy" } });
    }
    endpoint.answerAll(undefined);
    await vi.waitFor(() => key.check(), 10_000);
  });

  it("is asked for no longer than ten seconds, so that no connection is left behind", async () => {
    const before = endpoint.waiting();
    endpoint.answerAll("never");
    const credential = await managedIdentity({ managedIdentity: randomUUID() }, {});
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const token = credential.getToken("https://vault.azure.net/.default");
    const refused = expect(token).rejects.toThrow();
    await vi.waitUntil(() => endpoint.waiting() > before);
    await vi.advanceTimersByTimeAsync(60_000);
    await refused;
    await vi.waitUntil(() => endpoint.waiting() <= before);
  });
});

describe("a managed identity of the Cosmos DB store", () => {
  async function startStore() {
    const clientId = randomUUID();
    endpoint.assign(clientId);
    const credential = await managedIdentity({ managedIdentity: clientId }, {});
    const served = await startCosmosStore({ now: Date.now, tokens }, { credential, tokenLimit: 250 });
    return { ...served, tokenRequests: () => endpoint.countOf(clientId) };
  }

  it("signs its requests, with one token for all", async () => {
    const { store, tokenRequests } = await startStore();
    await write(store, "alice", create("owner"));
    expect(await store.read("alice", "owner")).toBeDefined();
    expect(tokenRequests()).toBe(1);
  });

  it("whose endpoint never answers makes it unavailable, and works when it's back, without a restart", async () => {
    const { store, server } = await startStore();
    endpoint.answerAll("never");
    const calls = [
      store.read("alice", "owner"),
      store.list("alice", ""),
      store.commit("alice", [create("owner")]),
      store.check(),
    ];
    for (const { status, ...outcome } of await Promise.allSettled(calls)) {
      expect(status).toBe("rejected");
      expect(outcome).toMatchObject({ reason: { name: "StoreUnavailable" } });
    }
    expect(server.requests).toEqual([]);
    endpoint.answerAll(undefined);
    await vi.waitFor(() => store.check(), 10_000);
    await write(store, "alice", create("owner"));
  });
});
