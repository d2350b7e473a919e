import { describe, expect, it, onTestFinished } from "vitest";
import { startCosmosServer } from "../../../local/cloud/cosmosServer/server.ts";
import { createCosmosClient, openCosmosStore } from "../../../shared/store/cosmos.ts";
import { StoreUnavailable } from "../../../shared/store/port.ts";
import { system } from "../../../shared/system.ts";

const { random } = system;

describe("the Cosmos DB store's sign-in", () => {
  it("is with a token for the account, which is waited for no longer than for an answer", async () => {
    const scopes: unknown[] = [];
    const credential = {
      getToken: (scope: unknown) => {
        scopes.push(scope);
        return new Promise<never>(() => {});
      },
    };
    const settings = { database: "backup", container: "owners", random, timeLimit: 50 };
    const store = openCosmosStore({
      endpoint: "https://name.documents.azure.com:443/",
      credential,
      ...settings,
    });
    await expect(store.read("alice", "owner")).rejects.toThrow(StoreUnavailable);
    expect(scopes).toEqual([["https://name.documents.azure.com/.default"]]);
  });

  it.each(["https://name.documents.azure.com:443/", "https://127.0.0.1.example/", "http://10.0.0.1:8081/"])(
    "takes no key for %s",
    (endpoint) => {
      const settings = { database: "backup", container: "owners", random };
      expect(() => openCosmosStore({ endpoint, credential: { key: "a2V5" }, ...settings })).toThrow(
        "a Cosmos DB key is for an emulator on this machine",
      );
    },
  );

  it.each(["http://localhost:8081/", "https://127.0.0.1:8081/", "http://[::1]:8081/"])(
    "takes a key for an emulator at %s",
    (endpoint) => {
      expect(() => createCosmosClient({ endpoint, credential: { key: "a2V5" } }).dispose()).not.toThrow();
    },
  );

  it("sends no token over a connection that others can read", () => {
    const credential = { getToken: async () => null };
    expect(() => createCosmosClient({ endpoint: "http://localhost:8081/", credential })).toThrow("is https");
  });

  it("fails with another key", async () => {
    const server = await startCosmosServer({ now: Date.now });
    onTestFinished(() => server.close());
    const store = openCosmosStore({ ...server, credential: { key: "a2V5" }, random });
    await expect(store.check()).rejects.toMatchObject({ cause: { code: 401 } });
  });
});
