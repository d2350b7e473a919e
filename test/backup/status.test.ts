import { describe, expect, it } from "vitest";
import { etagOf, isUnchanged, precondition, status, statusOf } from "../../shared/backup/status.ts";
import type { BackupOn, Device, Owner, Version } from "../../shared/store/items.ts";

const device: Device = {
  deviceId: "d".repeat(43),
  name: "Pixel",
  platform: "android",
  sealingKey: { kty: "EC", crv: "P-256", x: "x".repeat(43), y: "y".repeat(43) },
  registeredAt: "2026-11-21T08:00:00.000Z",
  holdsBackup: true,
};

const off: Owner = {
  schema: 1,
  createdAt: "2026-11-21T08:00:00.000Z",
  referenceSalt: "s".repeat(43),
  secondFactorSeen: false,
  devices: [device],
  nextVersion: 3,
  backup: { state: "off" },
};

const backup: BackupOn = {
  state: "on",
  platform: "android",
  enabledAt: "2026-11-22T08:00:00.000Z",
  userKey: { id: "k".repeat(22), wrapped: { kek: "file:1", alg: "RSA-OAEP-256", value: "wrapped" } },
  versions: [],
};

function version(number: number): Version {
  const { deviceId, name, platform } = device;
  return {
    version: number,
    uploadedAt: `2026-11-22T08:0${number}:00.000Z`,
    device: { deviceId, name, platform },
    accounts: 6,
    bytes: 1000,
    digest: String(number).repeat(43),
  };
}

/** An owner whose backup is on, with these versions, newest first. */
function on(versions: readonly number[], changes: Partial<BackupOn> = {}): Owner {
  const next = (versions[0] ?? 0) + 1;
  return { ...off, nextVersion: next, backup: { ...backup, versions: versions.map(version), ...changes } };
}

describe("the status", () => {
  it("of a backup that is off has the next version alone", () => {
    expect(statusOf(off)).toEqual({ state: "off", nextVersion: 3 });
  });

  it("of a backup without a version has no present one", () => {
    expect(statusOf(on([]))).toEqual({
      state: "on",
      platform: "android",
      enabledAt: "2026-11-22T08:00:00.000Z",
      nextVersion: 1,
      versions: 0,
    });
  });

  it("tells the present version, and of the others how many there are", () => {
    const { digest: _, ...current } = version(3);
    expect(statusOf(on([3, 2, 1]))).toMatchObject({ nextVersion: 4, current, versions: 3 });
  });

  it.each([
    ["off", off],
    ["on, without a version", on([])],
    ["on, with some", on([2, 1])],
  ])("is what it is declared to be, without keys and digests: %s", (_, owner) => {
    expect(status.parse(statusOf(owner))).toEqual(statusOf(owner));
    expect(JSON.stringify(statusOf(owner))).not.toMatch(/wrapped|digest|salt|storageCheck/i);
  });
});

describe("the ETag", () => {
  it("is a strong one (RFC 9110, section 8.8.3)", () => {
    for (const owner of [off, on([]), on([2, 1])]) expect(etagOf(owner)).toMatch(/^"[\x21\x23-\x7e]+"$/);
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
    ];
    expect(new Set(owners.map(etagOf)).size).toBe(owners.length);
    expect(etagOf({ ...on([1]), secondFactorSeen: true })).toBe(etagOf(on([1])));
  });

  it("is known again in If-None-Match, alone or among others, weak or strong", () => {
    const etag = etagOf(on([1]));
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, `"other",W/${etag} ,"more"`, "*"]) {
      expect(isUnchanged(header, etag), header).toBe(true);
    }
    for (const header of [undefined, "", '"other"', etag.slice(1, -1), `${etag}x`, etagOf(on([2]))]) {
      expect(isUnchanged(header, etag), header).toBe(false);
    }
  });
});

describe("an upload", () => {
  const present = on([2, 1]);
  const etag = etagOf(present);
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
    expect(etagOf(renamed)).not.toBe(etag);
    expect(precondition(renamed, ifMatch(etag))).toBe("holds");
  });

  it.each([
    ["another version", etagOf(on([1]))],
    ["a version that begins with the same figure", etagOf(on([2])).replace("-2.", "-21.")],
    [
      "the same version of another backup",
      etagOf(on([2], { userKey: { ...backup.userKey, id: "o".repeat(22) } })),
    ],
    ["no backup", etagOf(off)],
    ["the version, weakly", `W/${etag}`],
    ["the version without quotes", etag.slice(1, -1)],
    ["anything", "*"],
    ["nothing", ""],
  ])("may not replace what is there with the ETag of %s", (_, tag) => {
    expect(precondition(present, ifMatch(tag))).toBe("failed");
  });

  it("may be the first while there is no version, and only then", () => {
    const first = { ifMatch: undefined, ifNoneMatch: "*" };
    expect(precondition(on([]), first)).toBe("holds");
    expect(precondition(present, first)).toBe("failed");
  });

  it("that names both what is there and that nothing is goes by what is there", () => {
    expect(precondition(present, { ifMatch: etag, ifNoneMatch: "*" })).toBe("holds");
    expect(precondition(on([]), { ifMatch: etag, ifNoneMatch: "*" })).toBe("failed");
  });
});
