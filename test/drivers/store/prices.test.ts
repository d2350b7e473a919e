import { describe, expect, it } from "vitest";
import { createDocuments } from "../../../local/cloud/cosmosServer/documents.ts";
import {
  deletePrice,
  insertPrice,
  pagePrice,
  readPrice,
  replacePrice,
  underConsistency,
} from "../../../local/cloud/cosmosServer/prices.ts";

const KB = 1_024;

describe("the request units of the stand-in of Azure Cosmos DB", () => {
  it("are the documented ones at the documented sizes", () => {
    expect(readPrice(KB)).toBe(1);
    expect(readPrice(100 * KB)).toBe(10);
    expect(insertPrice(KB, 0)).toBe(5.5);
    expect(insertPrice(100 * KB, 0)).toBe(50);
    expect(replacePrice(KB, 0)).toBe(11);
  });

  it("are those of 1 KB for what is smaller", () => {
    expect(readPrice(1)).toBe(1);
    expect(deletePrice(1, 0)).toBe(5.5);
  });

  it("agree with an older edition's for 4 KB", () => {
    expect(readPrice(4 * KB)).toBeCloseTo(1.3, 1);
    expect(insertPrice(4 * KB, 0)).toBeCloseTo(7, 0);
  });

  it("grow with what is indexed, and with each item of a page", () => {
    expect(insertPrice(KB, 2)).toBeGreaterThan(insertPrice(KB, 1));
    expect(pagePrice([KB, KB])).toBe(pagePrice([KB]) + 1);
  });

  it.each(["Strong", "BoundedStaleness"])("of a read are twice as many under %s", (consistency) => {
    expect(underConsistency(1, consistency)).toBe(2);
  });

  it("of a read are the plain ones under Session", () => {
    expect(underConsistency(1, "Session")).toBe(1);
  });
});

describe("deletions by time to live", () => {
  const open = () => createDocuments(() => 0, { defaultTtl: -1, partitionKey: "/userId" });
  const create = (ttl?: number) => ({
    operationType: "Create",
    resourceBody: { id: "a", userId: "alice", ...(ttl !== undefined && { ttl }) },
  });

  it("are counted when what they will delete is written", () => {
    const documents = open();
    documents.apply("alice", [create(60)]);
    expect(documents.expiring()).toBe(deletePrice(1, 1));
  });

  it("are none of what is deleted before, nor of what has no time to live", () => {
    const documents = open();
    documents.apply("alice", [create(60)]);
    documents.apply("alice", [{ operationType: "Delete", id: "a" }]);
    documents.apply("alice", [create()]);
    expect(documents.expiring()).toBe(0);
  });

  it("are counted once of what is written twice", () => {
    const documents = open();
    documents.apply("alice", [create(60)]);
    const { resourceBody } = create(60);
    documents.apply("alice", [{ operationType: "Replace", id: "a", resourceBody }]);
    expect(documents.expiring()).toBe(deletePrice(1, 1));
  });

  it("are none of a batch that is refused", () => {
    const documents = open();
    documents.apply("alice", [create(60)]);
    documents.apply("alice", [
      { ...create(60), resourceBody: { id: "b", userId: "alice", ttl: 60 } },
      create(60),
    ]);
    expect(documents.expiring()).toBe(deletePrice(1, 1));
  });
});
