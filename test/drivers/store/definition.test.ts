import { describe, expect, it } from "vitest";
import type { ContainerDefinition } from "../../../local/cloud/cosmosServer/documents.ts";
import { startCosmosStore } from "../../../local/cloud/cosmosServer/store.ts";
import { startService } from "../../support/service.ts";

const now = () => Date.parse("2026-11-22T07:00:00Z");

const TIME_TO_LIVE = "the container's default time to live must be -1: on, with no default";
const PARTITION_KEY = "the container's partition key must be /userId; make it anew";

const RIGHT = { partitionKey: "/userId", defaultTtl: -1 };

const WRONG: readonly (readonly [string, ContainerDefinition, advice: string])[] = [
  ["has no time to live", { partitionKey: "/userId" }, TIME_TO_LIVE],
  ["lets everything expire", { partitionKey: "/userId", defaultTtl: 86_400 }, TIME_TO_LIVE],
  ["has another partition key", { partitionKey: "/partition", defaultTtl: -1 }, PARTITION_KEY],
  [
    "has no index of what is under a key",
    {
      ...RIGHT,
      indexingPolicy: {
        indexingMode: "consistent",
        includedPaths: [{ path: "/dueAt/?" }, { path: "/userId/?" }],
        excludedPaths: [{ path: "/*" }],
      },
    },
    "the container's index lacks /kek/?;",
  ],
  [
    "has no index of what is due",
    {
      ...RIGHT,
      indexingPolicy: {
        indexingMode: "consistent",
        includedPaths: [{ path: "/*" }],
        excludedPaths: [{ path: "/dueAt/?" }],
      },
    },
    "the container's index lacks /dueAt/?;",
  ],
  [
    "has no index at all",
    { ...RIGHT, indexingPolicy: { indexingMode: "none" } },
    "the container's index lacks /dueAt/?, /kek/?, /userId/?;",
  ],
  ["has a partition key further down", { partitionKey: "/userId/id", defaultTtl: -1 }, PARTITION_KEY],
];

describe("a container that", () => {
  it.each(WRONG)("%s does not pass the check, which says what to do", async (_, definition, advice) => {
    const { store } = await startCosmosStore({ now, definition });
    for (let times = 0; times < 2; times++) {
      await expect(store.check()).rejects.toMatchObject({
        name: "StoreUnavailable",
        cause: { advice: expect.stringContaining(advice) },
      });
    }
  });

  it.each(WRONG)("%s makes the service not ready [I3]", async (_, definition, advice) => {
    const { store } = await startCosmosStore({ now, definition });
    const service = await startService({
      wrap: ({ store: own, ...rest }) => ({ ...rest, store: { ...own, check: store.check } }),
    });
    const response = await fetch(`${service.origin}/v1/ready`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: "not-ready", parts: ["store"] });
    expect(service.lines.at(-1)?.failure).toContain(advice);
  });

  it("has an index of everything, as a new one has, passes the check", async () => {
    const indexingPolicy = { indexingMode: "Consistent", includedPaths: [{ path: "/*" }], excludedPaths: [] };
    const { store } = await startCosmosStore({ now, definition: { ...RIGHT, indexingPolicy } });
    await expect(store.check()).resolves.toBeUndefined();
  });

  it("is as it has to be is looked at again after five minutes, not with every check", async () => {
    const clock = { time: 0 };
    const { store, server } = await startCosmosStore({ now }, { now: () => clock.time });
    const looks = () => server.requests.filter((kind) => kind === "container").length;
    await store.check();
    clock.time = 5 * 60_000 - 1;
    await store.check();
    expect(looks()).toBe(1);
    clock.time++;
    await store.check();
    expect(looks()).toBe(2);
  });
});
