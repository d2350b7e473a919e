import { describe, expect, it } from "vitest";
import type { Owner } from "../../../shared/model/owner.ts";
import { packed, storedOwner } from "../../../shared/model/storedOwner.ts";
import type { Version } from "../../../shared/model/version.ts";
import { ids, owner as ownerKind } from "../../../shared/store/items.ts";
import type { ItemBody } from "../../../shared/store/port.ts";
import { ItemUnreadable, parseItem } from "../../../shared/store/schema.ts";
import { backupOf, off, on, range, timeAt, version } from "../backup/owner.ts";

const read = (body: ItemBody) => parseItem(ownerKind, { id: ids.owner, etag: "", body });
const stored = (owner: Owner): ItemBody => JSON.parse(JSON.stringify(packed(owner)));

/** Versions with every member, and with none that may be left out; of several phones, and of one under two names. */
const versions: Version[] = [
  version(9, { device: { deviceId: "a".repeat(43), name: "Pixel", platform: "android" } }),
  version(8, {
    device: { deviceId: "b".repeat(43), name: "iPhone", platform: "ios" },
    leftOut: 3,
    sealedAs: 2,
    storageBound: true,
    replacedAt: timeAt(-1),
    held: { since: timeAt(-2), by: "loss" },
    denied: true,
  }),
  version(7, { device: { deviceId: "a".repeat(43), name: "Old name", platform: "android" } }),
  version(6, { device: { deviceId: "a".repeat(43), name: "Pixel", platform: "android" } }),
];

describe("an owner's item", () => {
  it.each([
    ["that is off", off],
    ["with versions of every kind", on(versions)],
    ["without a version", on([])],
  ])("%s is read as it was written, to the order of its members", (_, owner) => {
    expect(read(stored(owner))).toEqual(owner);
    if (owner.backup.state !== "on") return;
    const [before, after] = [backupOf(owner), backupOf(read(stored(owner)))];
    expect(JSON.stringify(after.versions.map(inOrder))).toBe(JSON.stringify(before.versions.map(inOrder)));
    expect(after.versions.map((each) => Object.keys(each))).toEqual(
      after.versions.map((each) => SCHEMA_ORDER.filter((member) => member in each)),
    );
  });

  it("names each phone once, as it was called then", () => {
    const { phones } = stored(on(versions)).backup as { phones: unknown[] };
    expect(phones).toHaveLength(3);
  });

  it("takes a third of what its versions took, where one phone made them", () => {
    const owner = on(
      range(1, 40)
        .toReversed()
        .map((number) => version(number, { replacedAt: timeAt(0) })),
    );
    const bytes = (part: unknown) => JSON.stringify(part).length;
    const empty = bytes(packed(on([])));
    expect(bytes(packed(owner)) - empty).toBeLessThan((bytes(owner) - bytes(on([]))) * 0.45);
  });

  it("of schema 1, with the versions as answers have them, is read", () => {
    const owner = on(versions);
    expect(read(JSON.parse(JSON.stringify({ ...owner, schema: 1 })))).toEqual(owner);
  });

  it.each([
    ["of a phone that is not listed", { by: 3 }],
    ["uploaded in a year of five digits", { at: 253_402_300_800_000 }],
    ["with a member that is not known", { more: 1 }],
    ["with the members of schema 1", { version: 9 }],
  ])("with a version %s is not read", (_, change) => {
    const body = stored(on(versions));
    const backup = body.backup as { versions: object[] };
    const broken = { ...backup, versions: backup.versions.map((each) => ({ ...each, ...change })) };
    expect(() => read({ ...body, backup: broken })).toThrow(ItemUnreadable);
    expect(storedOwner.safeParse({ ...body, backup: broken }).success).toBe(false);
  });
});

const SCHEMA_ORDER = [
  "version",
  "uploadedAt",
  "device",
  "accounts",
  "leftOut",
  "bytes",
  "digest",
  "sealedAs",
  "storageBound",
  "key",
  "replacedAt",
  "held",
  "denied",
];

/** A version with its members in the order of the schema. */
function inOrder(each: Version): object {
  return Object.fromEntries(
    SCHEMA_ORDER.flatMap((member) => (member in each ? [[member, each[member as keyof Version]]] : [])),
  );
}
