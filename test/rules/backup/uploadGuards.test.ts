import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explain } from "../../../shared/backup/explain.ts";
import {
  isTold,
  judgeUpload,
  type UploadFacts,
  type UploadRefusal,
  uploadGuards,
} from "../../../shared/backup/uploadGuards.ts";
import { catalogue } from "../../../shared/errors/catalogue.ts";
import type { Freeze } from "../../../shared/model/freeze.ts";
import type { BackupOn } from "../../../shared/model/owner.ts";
import { DEFAULT_POLICY } from "../../../shared/model/policy.ts";
import { actor, on, version } from "./owner.ts";

const NOW = Date.parse("2026-11-22T09:00:00.000Z");
const CHECK = "c".repeat(43);
const USER = "u".repeat(43);
const FREEZE: Freeze = {
  at: "2026-11-22T08:30:00.000Z",
  device: actor,
  registeredBy: "2026-11-01T08:00:00.000Z",
};

const present = version(2);
const { backup } = on([2, 1]) as { backup: BackupOn };

/** An upload that nothing stands against. */
const sound: UploadFacts = {
  now: NOW,
  userId: USER,
  owner: { policy: DEFAULT_POLICY, nextVersion: 3 },
  backup,
  device: { platform: "android", holdsBackup: true },
  header: {
    alg: "dir",
    enc: "A256GCM",
    kid: backup.userKey.id,
    uid: USER,
    plt: "android",
    ver: 3,
    ssb: false,
  },
  offered: 6,
  precondition: "holds",
  storageCheck: undefined,
  replaces: undefined,
};

/** What makes each guard refuse, in their order, and what it says then. */
const WAYS: readonly {
  readonly reason: UploadRefusal["reason"];
  readonly spoil: (facts: UploadFacts) => UploadFacts;
}[] = [
  { reason: "precondition-required", spoil: (facts) => ({ ...facts, precondition: "missing" }) },
  { reason: "storage-account-unexpected", spoil: (facts) => ({ ...facts, storageCheck: CHECK }) },
  { reason: "sharp-drop", spoil: (facts) => ({ ...facts, offered: 0 }) },
  {
    reason: "backup-frozen",
    spoil: (facts) => ({
      ...facts,
      owner: { ...facts.owner, freeze: FREEZE },
      device: { ...facts.device, holdsBackup: false },
      // Otherwise the guard before it answers.
      replaces: 2,
    }),
  },
  {
    reason: "version-changed",
    spoil: (facts) => ({ ...facts, precondition: facts.precondition === "missing" ? "missing" : "failed" }),
  },
  { reason: "envelope-mismatch", spoil: (facts) => ({ ...facts, header: { ...facts.header, ver: 9 } }) },
];

describe("the guards of an upload", () => {
  it("let a sound one through", () => {
    expect(judgeUpload(sound)).toBeUndefined();
  });

  it.each(WAYS.map((way, place) => [way.reason, way, place] as const))(
    "refuse with %s, each in its place",
    (reason, { spoil }, place) => {
      const facts = spoil(sound);
      expect(judgeUpload(facts)?.reason).toBe(reason);
      expect(uploadGuards.map((guard) => guard(facts)?.reason)).toEqual(
        uploadGuards.map((_, at) => (at === place ? reason : undefined)),
      );
    },
  );

  it("answer with the first that refuses, whatever else is wrong", () => {
    fc.assert(
      fc.property(
        fc.subarray(
          WAYS.map((_, place) => place),
          { minLength: 1 },
        ),
        (places) => {
          const facts = places.reduce((spoilt, place) => WAYS[place]?.spoil(spoilt) ?? spoilt, sound);
          const refusing = uploadGuards.flatMap((guard) => guard(facts)?.reason ?? []);
          expect(judgeUpload(facts)?.reason).toBe(refusing[0]);
          // Who has named the version that goes agrees to a drop, too.
          const [first = 0] = places.filter((place) => place !== 2 || !places.includes(3));
          expect(refusing[0]).toBe(WAYS[first]?.reason);
        },
      ),
    );
  });

  it("refuse an empty new phone over the only backup before all that the phone could mend [D11]", () => {
    const stranger = { ...sound, device: { ...sound.device, holdsBackup: false } };
    expect(judgeUpload({ ...stranger, precondition: "failed" })).toEqual({
      reason: "overwrite-refused",
      present,
    });
    expect(judgeUpload({ ...stranger, replaces: 2 })).toBeUndefined();
  });

  it("keep a new phone from bypassing the waiting time by an upload [H10]", () => {
    const facts: UploadFacts = {
      ...sound,
      owner: { ...sound.owner, policy: { ...DEFAULT_POLICY, waitingSeconds: 60 } },
      device: { ...sound.device, holdsBackup: false },
      replaces: 2,
    };
    expect(judgeUpload(facts)).toEqual({ reason: "holder-required" });
  });

  it("let a phone that has the backup go on while it is frozen [H5]", () => {
    expect(judgeUpload({ ...sound, owner: { ...sound.owner, freeze: FREEZE } })).toBeUndefined();
  });

  it.each([
    ["uid", "other"],
    ["kid", "other"],
    ["plt", "ios"],
    ["ver", 2],
    ["ssb", true],
  ] as const)("name the first header member that does not belong there: %s", (member, value) => {
    const facts = { ...sound, header: { ...sound.header, [member]: value } };
    expect(judgeUpload(facts)).toEqual({ reason: "envelope-mismatch", header: member });
  });

  it("take an iPhone's word on whether the envelope is bound to iCloud where the other platform may recover [H8]", () => {
    const facts: UploadFacts = {
      ...sound,
      backup: { ...backup, platform: "ios", storageCheck: CHECK },
      device: { platform: "ios", holdsBackup: true },
      storageCheck: CHECK,
      header: { ...sound.header, plt: "ios", ssb: true },
    };
    expect(judgeUpload(facts)).toBeUndefined();
    const unbound = { ...facts, header: { ...facts.header, ssb: false } };
    expect(judgeUpload(unbound)).toEqual({ reason: "envelope-mismatch", header: "ssb" });
    const allowed = { ...sound.owner, policy: { ...DEFAULT_POLICY, otherPlatform: true } };
    expect(judgeUpload({ ...unbound, owner: allowed })).toBeUndefined();
    expect(judgeUpload({ ...facts, owner: allowed })).toBeUndefined();
  });
});

describe("a refused upload", () => {
  /** One of each reason: the type leaves none out. */
  const refusals: {
    readonly [Reason in UploadRefusal["reason"]]: Extract<UploadRefusal, { reason: Reason }> | UploadRefusal;
  } = {
    "precondition-required": { reason: "precondition-required" },
    "platform-changed": { reason: "platform-changed", backupPlatform: "ios" },
    "storage-account-missing": { reason: "storage-account-missing" },
    "storage-account-mismatch": { reason: "storage-account-mismatch" },
    "storage-account-unexpected": { reason: "storage-account-unexpected" },
    "overwrite-refused": { reason: "overwrite-refused", present },
    "sharp-drop": { reason: "sharp-drop", present, offered: 1 },
    "backup-frozen": { reason: "backup-frozen", freeze: FREEZE },
    "holder-required": { reason: "holder-required" },
    "version-changed": { reason: "version-changed" },
    "envelope-mismatch": { reason: "envelope-mismatch", header: "kid" },
  };

  it.each(Object.values(refusals).map((refusal) => [refusal.reason, refusal] as const))(
    "is explained under its own code, with all that the code promises: %s",
    (reason, refusal) => {
      const { code, members } = explain(refusal);
      expect(code).toBe(reason);
      expect(catalogue[code].members.parse(members)).toEqual(members);
    },
  );

  const drop: UploadRefusal = { reason: "sharp-drop", present, offered: 0 };
  const phone = { deviceId: actor.deviceId };
  const failedAt = (at: string, code = "sharp-drop") => ({ lastFailure: { at, code, device: actor } });

  it("is told to the record once a minute, however often the app tries [H3]", () => {
    expect(isTold(drop, {}, phone, NOW)).toBe(true);
    expect(isTold(drop, failedAt("2026-11-22T08:59:00.001Z"), phone, NOW)).toBe(false);
    expect(isTold(drop, failedAt("2026-11-22T08:59:00.000Z"), phone, NOW)).toBe(true);
  });

  it("is told if it is another one, or of another phone", () => {
    const justNow = failedAt("2026-11-22T08:59:59.000Z");
    expect(isTold({ reason: "version-changed" }, justNow, phone, NOW)).toBe(true);
    expect(isTold(drop, justNow, { deviceId: "o".repeat(43) }, NOW)).toBe(true);
  });

  it("is not told if the request did not say what it has seen", () => {
    expect(isTold({ reason: "precondition-required" }, {}, phone, NOW)).toBe(false);
  });
});
