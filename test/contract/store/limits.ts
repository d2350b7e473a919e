import { expect, it } from "vitest";
import { BATCH_BYTES, BATCH_OPERATIONS, type Operation } from "../../../shared/store/port.ts";
import { create, type StoreFixture, write } from "./fixture.ts";

/** A create whose body has `bytes` bytes of JSON. */
function createOf(bytes: number, id = "envelope:1"): Operation {
  return create(id, { jwe: "x".repeat(bytes - '{"jwe":""}'.length) });
}

function creates(count: number): Operation[] {
  return Array.from({ length: count }, (_, n) => create(`event:${n}`));
}

const REFUSED: Record<string, Operation[]> = {
  "no operation": [],
  "one operation too many": creates(BATCH_OPERATIONS + 1),
  "one byte too many": [createOf(BATCH_BYTES + 1)],
  "one byte too many, over several items": [
    createOf(BATCH_BYTES / 2),
    createOf(BATCH_BYTES / 2 + 1, "envelope:2"),
  ],
  "too many bytes in fewer characters": [create("envelope:1", { name: "é".repeat(BATCH_BYTES / 2) })],
  "one id twice": [create("event:1"), create("event:2"), { kind: "delete", id: "event:1" }],
};

export function limitContract(start: () => Promise<StoreFixture>): void {
  it("takes as many operations as a batch holds", async () => {
    const { store, owner } = await start();
    await write(store, owner, ...creates(BATCH_OPERATIONS));
    expect(await store.list(owner, "event:")).toHaveLength(BATCH_OPERATIONS);
  });

  it("takes as many bytes as a batch holds", async () => {
    const { store, owner } = await start();
    await write(store, owner, createOf(BATCH_BYTES / 2), createOf(BATCH_BYTES / 2, "envelope:2"));
    expect(await store.list(owner, "envelope:")).toHaveLength(2);
  });

  it.each(Object.entries(REFUSED))("refuses a commit with %s, and applies nothing", async (_, operations) => {
    const { store, owner } = await start();
    await expect(store.commit(owner, operations)).rejects.toThrow(RangeError);
    expect(await store.list(owner, "")).toEqual([]);
  });

  it("keeps the largest envelope, beside the item that names it", async () => {
    const { store, owner } = await start();
    const body = { jwe: "aZ09-_".repeat(233_334), name: "驗證器" };
    await write(store, owner, create("owner", { version: 1 }), create("envelope:1", body));
    expect((await store.read(owner, "envelope:1"))?.body).toEqual(body);
    expect((await store.list(owner, "envelope:"))[0]?.body).toEqual(body);
  });
}
