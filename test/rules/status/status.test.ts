import { describe, expect, it } from "vitest";
import type { Owner } from "../../../shared/model/owner.ts";
import { etagAfter, etagOf, isUnchanged, precondition } from "../../../shared/status/etag.ts";
import { answerOf, status, statusOf, versionAnswer } from "../../../shared/status/status.ts";
import {
  actor,
  deleted,
  device,
  freeze,
  key,
  off,
  on,
  phone,
  recovery,
  release,
  timeAt,
  version,
} from "../backup/owner.ts";

/** Half an hour after backup was turned on. */
const now = Date.parse("2026-11-22T08:30:00.000Z");

const DAY = 24 * 60 * 60 * 1000;

const lastFailure = { at: "2026-11-22T08:20:00.000Z", code: "sharp-drop", device: actor };

/** What the phone is told, and the ETag of it. */
const told = (owner: Owner, at = now) => statusOf(owner, device.deviceId, at);
const tagOf = (owner: Owner, at = now) => etagOf(owner, device.deviceId, at);

describe("the status", () => {
  it("of a backup that is off has the next version, and whether this phone is trusted", () => {
    expect(told(off)).toEqual({ state: "off", nextVersion: 3, trusted: true, recoveries: [] });
    const stranger = { ...off, devices: [phone("d")] };
    expect(told(stranger)).toMatchObject({ trusted: false });
    expect(statusOf(off, "o".repeat(43), now)).toMatchObject({ trusted: false });
  });

  it("of a backup without a version has no present one", () => {
    expect(told(on([]))).toEqual({
      state: "on",
      advice: "add-contact",
      platform: "android",
      enabledAt: "2026-11-22T08:00:00.000Z",
      nextVersion: 1,
      trusted: true,
      key: { id: key(1).id, number: 1 },
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
    expect(status.parse(told(deleted))).toEqual({
      state: "deleted",
      nextVersion: 3,
      trusted: true,
      recoveries: [],
      deletedAt: timeAt(0),
      device: actor,
    });
  });

  it.each([off, deleted, on([1])])(
    "tells, on and off, what can be denied and that it is frozen [H5]",
    (owner) => {
      const over = release("m", 48, { expiresAt: timeAt(0) });
      const [waits, open] = [recovery("d", 50), release("n", 49, { purpose: "start-anew", version: 1 })];
      const said = told({ ...owner, freeze, recoveries: [over, open, waits] });
      expect(status.parse(said)).toEqual(said);
      expect(said.frozen).toEqual({ at: timeAt(0), until: timeAt(30 * DAY), device: actor });
      const { order: _, version: __, ...opened } = open;
      const { order: ___, ...waiting } = waits;
      expect(said.recoveries).toEqual([
        { ...opened, thisPhone: false },
        { ...waiting, thisPhone: true },
      ]);
    },
  );

  it("goes on telling of what waits while it is frozen, and asks nobody to open it [H5] [G8]", () => {
    const late = timeAt(16 * DAY);
    const waits = { ...on([1]), recoveries: [recovery("d", 50)] };
    expect(told(waits, Date.parse(late)).recoveries).toEqual([]);
    const frozen = { ...waits, freeze };
    expect(told(frozen, Date.parse(late))).toMatchObject({
      indicator: "none",
      recoveries: [{ thisPhone: true }],
    });
  });

  it("warns the phone whose wait is over, and no other [G8] [H10]", () => {
    const waits = { ...on([1]), recoveries: [recovery("d", 50)] };
    const over = Date.parse(timeAt(DAY));
    expect(told(waits, over - 1)).toMatchObject({ indicator: "none" });
    expect(told(waits, over)).toMatchObject({ indicator: "exclamation" });
    expect(statusOf(waits, "o".repeat(43), over)).toMatchObject({ indicator: "none" });
  });

  it("tells which versions the recovery key opens: those of the user key that it was made under [H9]", () => {
    const recoveryKey = { check: "c".repeat(43), wrapped: "w", setAt: timeAt(0), key: 2 };
    const versions = [version(4, { key: 3 }), version(3, { key: 2 }), version(2, { key: 2 }), version(1)];
    expect(told(on(versions, { recoveryKey }))).toMatchObject({
      recoveryKey: { setAt: timeAt(0), key: 2, versions: 2, newest: 3 },
    });
    const none = told(on([version(1)], { recoveryKey }));
    expect(none).toMatchObject({ recoveryKey: { versions: 0 } });
    expect(JSON.stringify(none)).not.toContain("newest");
  });

  it("has no present version after starting anew, until the next upload", () => {
    const { current: _, ...anew } = on([2, 1]).backup;
    const said = told({ ...on([2, 1]), backup: anew });
    expect(said).toMatchObject({ versions: 2 });
    expect(said).not.toHaveProperty("current");
  });

  it("says of a version whether its phone was denied, and nothing of why it is kept [H5]", () => {
    const held = version(1, { replacedAt: timeAt(0), held: { since: timeAt(0), by: "loss" }, denied: true });
    const { digest: _, replacedAt: __, held: ___, ...rest } = held;
    expect(answerOf(held)).toEqual(rest);
    expect(versionAnswer.parse(answerOf(held))).toEqual(rest);
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
      on([], { keys: [key(1, { platform: "ios" })] }),
      on([], { enabledAt: "2026-11-22T08:00:00.001Z" }),
      on([], { keys: [key(2)] }),
      { ...off, devices: [phone("d")] },
      { ...off, freeze },
      { ...off, recoveries: [recovery("n", 50)] },
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
    ["the same version of another backup", tagOf(on([2], { keys: [key(2)] }))],
    ["no backup", tagOf(off)],
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
