import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type ItemKind, ItemUnreadable, parseItem } from "../../../shared/store/schema.ts";
import { contents } from "../../support/accounts.ts";
import { backedUpPhone, expectOk, problemOf, startService } from "../../support/service.ts";

describe("a stored item", () => {
  const kind: ItemKind<{ schema: 3; name: string; tags: string[] }> = {
    schema: 3,
    shape: z.strictObject({ schema: z.literal(3), name: z.string(), tags: z.array(z.string()) }),
    migrations: {
      1: ({ title, ...rest }) => ({ ...rest, name: title }),
      2: (body) => ({ ...body, tags: [] }),
    },
  };

  it.each([
    [
      { schema: 1, title: "a" },
      { schema: 3, name: "a", tags: [] },
    ],
    [
      { schema: 2, name: "b" },
      { schema: 3, name: "b", tags: [] },
    ],
    [
      { schema: 3, name: "c", tags: ["x"] },
      { schema: 3, name: "c", tags: ["x"] },
    ],
  ])("of an older release is migrated when it is read: %j", (body, expected) => {
    expect(parseItem(kind, { id: "thing:1", etag: "e", body })).toEqual(expected);
  });

  it.each([
    ["of a newer release", { schema: 4, name: "a", tags: [] }],
    ["of a release older than any known", { schema: 0, name: "a", tags: [] }],
    ["without a schema number", { name: "a", tags: [] }],
    ["with a member of another type", { schema: 3, name: 1, tags: [] }],
    ["with a member that is not known", { schema: 3, name: "a", tags: [], more: true }],
  ])("%s is not read", (_, body) => {
    expect(() => parseItem(kind, { id: "thing:secret", etag: "e", body })).toThrow(ItemUnreadable);
  });
});

describe("an owner", () => {
  it.each([
    ["owner", (body: object) => ({ ...body, nextVersion: "two" })],
    ["owner", (body: object) => ({ ...body, schema: 99 })],
    ["envelope:1", (body: object) => ({ ...body, manifest: {} })],
  ])("whose item %s is broken is told that it is kept, and nothing is overwritten", async (id, breakIt) => {
    const service = await startService();
    const phone = await backedUpPhone(service);
    expectOk(await phone.upload(contents));
    const { store } = service.adapters;
    const userId = phone.state().owner?.userId ?? "";
    const item = await store.read(userId, id);
    if (!item) throw new Error(`there is no ${id}`);
    const body = breakIt(item.body) as Record<string, unknown>;
    await store.commit(userId, [{ kind: "replace", id, etag: item.etag, body }]);
    const before = await store.list(userId, "");

    expect(problemOf(await phone.recover())).toMatchObject({
      status: 503,
      code: "data-unreadable",
      remedy: "contact-support",
      retryable: false,
    });
    if (id === "owner")
      expect(problemOf(await phone.upload(contents))).toMatchObject({ code: "data-unreadable" });
    expect(await store.list(userId, "")).toEqual(before);
    expect(service.lines.at(-1)?.failure).toContain(
      `ItemUnreadable an item of the kind ${id.split(":")[0]} does not`,
    );
  });
});
