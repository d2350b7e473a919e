import { describe, expect, it } from "vitest";
import type { Owner } from "../../../shared/model/owner.ts";
import { etagAfter, etagOf, isUnchanged, precondition } from "../../../shared/status/etag.ts";
import { status, statusOf } from "../../../shared/status/status.ts";
import { actor, backup, device, off, on, version } from "../backup/owner.ts";

/** Half an hour after backup was turned on. */
const now = Date.parse("2026-11-22T08:30:00.000Z");

const DAY = 24 * 60 * 60 * 1000;

const lastFailure = { at: "2026-11-22T08:20:00.000Z", code: "sharp-drop", device: actor };

/** What the phone is told, and the ETag of it. */
const told = (owner: Owner, at = now) => statusOf(owner, device.deviceId, at);
const tagOf = (owner: Owner, at = now) => etagOf(owner, device.deviceId, at);

describe("the status", () => {
  it("of a backup that is off has the next version alone", () => {
    expect(told(off)).toEqual({ state: "off", nextVersion: 3 });
  });

  it("of a backup without a version has no present one", () => {
    expect(told(on([]))).toEqual({
      state: "on",
      platform: "android",
      enabledAt: "2026-11-22T08:00:00.000Z",
      nextVersion: 1,
      recoveries: [],
      versions: 0,
      health: { outOfDate: false, outOfDateAt: "2026-12-22T08:00:00.000Z" },
      indicator: "none",
    });
  });

  it("tells the present version, and of the others how many there are", () => {
    const { digest: _, ...current } = version(3);
    expect(told(on([3, 2, 1]))).toMatchObject({ nextVersion: 4, current, versions: 3 });
  });

  it.each([
    ["off", off],
    ["on, without a version", on([])],
    ["on, with some", on([2, 1])],
    ["on, after an upload that was refused", on([1], { lastFailure })],
    ["on, and out of date", on([1], { signedInAt: "2026-08-01T08:00:00.000Z" })],
    ["on, and waited for", { ...on([1]), devices: [{ ...device, awaitsSignIn: true }] }],
  ])("is what it is declared to be, without keys and digests: %s", (_, owner) => {
    expect(status.parse(told(owner))).toEqual(told(owner));
    expect(JSON.stringify(told(owner))).not.toMatch(/wrapped|digest|salt|storageCheck/i);
  });

  it("warns this phone of what waits on it, before what waits for any [G8]", () => {
    const another = { ...device, deviceId: "a".repeat(43) };
    const waiting = { ...on([1]), devices: [another, { ...device, awaitsSignIn: true }] };
    const late = now + 100 * DAY;
    expect([waiting, on([1])].map((owner) => told(owner, late))).toMatchObject([
      { indicator: "exclamation" },
      { indicator: "red-dot" },
    ]);
    expect(statusOf(waiting, "o".repeat(43), late)).toMatchObject({ indicator: "red-dot" });
    expect(statusOf(waiting, "o".repeat(43), now)).toMatchObject({ indicator: "none" });
  });

  it("of a backup that was turned off tells when, and from which phone [G4]", () => {
    const deletedAt = "2026-11-22T08:20:00.000Z";
    const deleted: Owner = { ...off, backup: { state: "deleted", deletedAt, device: actor } };
    expect(status.parse(told(deleted))).toEqual({
      state: "deleted",
      nextVersion: 3,
      deletedAt,
      device: actor,
    });
  });
});

describe("the ETag", () => {
  it("is a strong one (RFC 9110, section 8.8.3)", () => {
    for (const owner of [off, on([]), on([2, 1])]) expect(tagOf(owner)).toMatch(/^"[\x21\x23-\x7e]+"$/);
  });

  it("is another for each thing the status says, and the same while it says the same", () => {
    const owners = [
      off,
      { ...off, nextVersion: 4 },
      on([]),
      on([], { platform: "ios" }),
      on([], { enabledAt: "2026-11-22T08:00:00.001Z" }),
      on([], { userKey: { ...backup.userKey, id: "o".repeat(22) } }),
      on([1]),
      on([2]),
      on([2, 1]),
      on([2, 1], { signedInAt: "2026-08-01T08:00:00.000Z" }),
      on([2, 1], { lastFailure }),
      { ...on([2, 1]), devices: [{ ...device, awaitsSignIn: true }] },
    ];
    expect(new Set(owners.map((owner) => tagOf(owner))).size).toBe(owners.length);
    expect(tagOf({ ...on([1]), secondFactorSeen: true })).toBe(tagOf(on([1])));
  });

  it("is another once the backup has gone out of date", () => {
    const backup = on([1]);
    expect(tagOf(backup, now + 29 * DAY)).toBe(tagOf(backup));
    expect(tagOf(backup, now + 30 * DAY)).not.toBe(tagOf(backup));
  });

  it("is known again in If-None-Match, alone or among others, weak or strong", () => {
    const etag = tagOf(on([1]));
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, `"other",W/${etag} ,"more"`, "*"]) {
      expect(isUnchanged(header, etag), header).toBe(true);
    }
    const inside = etag.replace('"', '"W/');
    for (const header of [undefined, "", '"other"', etag.slice(1, -1), `${etag}x`, inside, tagOf(on([2]))]) {
      expect(isUnchanged(header, etag), header).toBe(false);
    }
  });
});

describe("the answer to a write", () => {
  const written = on([2, 1]);

  it("has the ETag of what is there now", () => {
    expect(etagAfter(2, written, device.deviceId, now)).toEqual({ ETag: tagOf(written) });
  });

  it("has none where it was sent again late, and another version has come since", () => {
    expect(etagAfter(1, written, device.deviceId, now)).toEqual({});
  });
});

describe("an upload", () => {
  const present = on([2, 1]);
  const etag = tagOf(present);
  const ifMatch = (tag: string) => ({ ifMatch: tag, ifNoneMatch: undefined });

  it("says what it replaces", () => {
    expect(precondition(present, { ifMatch: undefined, ifNoneMatch: undefined })).toBe("missing");
    expect(precondition(present, { ifMatch: undefined, ifNoneMatch: etag })).toBe("missing");
  });

  it("may replace the version that its ETag names", () => {
    expect(precondition(present, ifMatch(etag))).toBe("holds");
    expect(precondition(present, ifMatch(`"other", ${etag}`))).toBe("holds");
  });

  it("may replace it also where the rest of the status has changed since", () => {
    const renamed = on([2]);
    expect(tagOf(renamed)).not.toBe(etag);
    expect(precondition(renamed, ifMatch(etag))).toBe("holds");
  });

  it.each([
    ["another version", tagOf(on([1]))],
    ["a version that begins with the same figure", tagOf(on([2])).replace("-2.", "-21.")],
    [
      "the same version of another backup",
      tagOf(on([2], { userKey: { ...backup.userKey, id: "o".repeat(22) } })),
    ],
    ["no backup", tagOf(off)],
    ["the version, weakly", `W/${etag}`],
    ["the version without quotes", etag.slice(1, -1)],
    ["the version with more behind it", `${etag}x`],
    ["the version with more before it", `x${etag}`],
    ["anything", "*"],
    ["nothing", ""],
  ])("may not replace what is there with the ETag of %s", (_, tag) => {
    expect(precondition(present, ifMatch(tag))).toBe("failed");
  });

  it("may be the first while there is no version, and only then", () => {
    const first = { ifMatch: undefined, ifNoneMatch: "*" };
    expect(precondition(off, first)).toBe("holds");
    expect(precondition(on([]), first)).toBe("holds");
    expect(precondition(on([]), { ...first, ifNoneMatch: " * " })).toBe("holds");
    expect(precondition(present, first)).toBe("failed");
  });

  it("that names both what is there and that nothing is goes by what is there", () => {
    expect(precondition(present, { ifMatch: etag, ifNoneMatch: "*" })).toBe("holds");
    expect(precondition(on([]), { ifMatch: etag, ifNoneMatch: "*" })).toBe("failed");
  });
});
