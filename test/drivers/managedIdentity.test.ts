import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { managedIdentity } from "../../functions/compose/adapters.ts";
import { startCosmosStore } from "../../local/cloud/cosmosServer/store.ts";
import { startNotifyServer } from "../../local/cloud/notifyServer/server.ts";
import { USER_KEY, type VaultFixture, vaultServer } from "../../local/cloud/vaultServer/fixture.ts";
import {
  type IdentityEndpoint,
  startIdentityEndpoint,
} from "../../local/cloud/vaultServer/identityEndpoint.ts";
import { createTokens } from "../../local/cloud/vaultServer/tokens.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import { openAzureNotify } from "../../shared/notify/azure.ts";
import { timeLimit, uuid } from "../contract/notify.ts";
import { create, write } from "../contract/store/fixture.ts";

/**
 * One for all: the SDK looks for the endpoint once a process, and asks it as the first credential would. So each test has
 * an identity of its own, and every credential is made as the service makes it.
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
    const clientId = randomUUID();
    const credential = await managedIdentity({ managedIdentity: clientId }, {});
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const token = credential.getToken("https://vault.azure.net/.default");
    let isOver = false;
    const refused = expect(token)
      .rejects.toThrow()
      .finally(() => {
        isOver = true;
      });
    await vi.waitUntil(() => endpoint.countOf(clientId) > 0, 10_000);
    // A second try begins once the connection of the first is closed, which takes no time of this clock.
    while (!isOver) await vi.advanceTimersByTimeAsync(10_000);
    await refused;
    await vi.waitUntil(() => endpoint.waiting() <= before, 10_000);
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

async function startMail() {
  const server = await startNotifyServer({ now: Date.now, tokens });
  onTestFinished(() => server.close());
  const clientId = randomUUID();
  const { hubs, communication, agent } = server;
  const credential = await managedIdentity({ managedIdentity: clientId }, {});
  const notify = openAzureNotify({
    hubs: { ...hubs, keys: [hubs.keys.primary] },
    communication: { ...communication, credential },
    now: Date.now,
    agent,
  });
  const send = (number: number) =>
    notify.mail({
      id: uuid(number),
      to: "somebody@example.org",
      language: "sv",
      content: { kind: "notice" },
      timeLimit,
    });
  return { ...server, clientId, send };
}

describe("a managed identity of what sends mail", () => {
  it("serves every mail with one token", async () => {
    const { clientId, send, arrived } = await startMail();
    endpoint.assign(clientId);
    expect([await send(1), await send(2)]).toEqual([{ outcome: "sent" }, { outcome: "sent" }]);
    expect(arrived).toHaveLength(2);
    expect(endpoint.countOf(clientId)).toBe(1);
  });

  it("that the app doesn't have sends nothing, and does once it is assigned", async () => {
    const { clientId, send, seen } = await startMail();
    expect(await send(1)).toEqual({ outcome: "busy", retryAfter: 10 });
    expect(seen).toEqual([]);
    endpoint.assign(clientId);
    expect(await send(1)).toEqual({ outcome: "sent" });
  });

  it("whose endpoint is out of order holds up nothing for good", async () => {
    const { clientId, send, seen } = await startMail();
    endpoint.assign(clientId);
    endpoint.answerAll({ status: 500, body: {} });
    expect(await send(1)).toMatchObject({ outcome: "busy" });
    endpoint.answerAll(undefined);
    expect(await send(1)).toEqual({ outcome: "sent" });
    expect(seen).toHaveLength(1);
  });
});
