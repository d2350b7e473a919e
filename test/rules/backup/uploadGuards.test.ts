import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explain } from "../../../shared/backup/explain.ts";
import { stored } from "../../../shared/backup/storageAccount.ts";
import {
  isConfirmed,
  isCounted,
  isTold,
  judgeUpload,
  type UploadFacts,
  type UploadRefusal,
  uploadGuards,
} from "../../../shared/backup/uploadGuards.ts";
import { catalogue } from "../../../shared/errors/catalogue.ts";
import { DEFAULT_POLICY } from "../../../shared/model/policy.ts";
import { accounts, backupOf, key, on, phone, range, trusted, version } from "./owner.ts";

const NOW = Date.parse("2026-11-22T09:00:00.000Z");
const CHECK = "c".repeat(43);
const USER = "u".repeat(43);

const present = version(2);
const backup = backupOf(on([2, 1]));
const list = accounts(...range(1, 6));
const device = trusted("d", 2, { list });

/** An upload that nothing stands against. */
const sound: UploadFacts = {
  now: NOW,
  userId: USER,
  owner: { policy: DEFAULT_POLICY, nextVersion: 3 },
  backup,
  device,
  header: { alg: "dir", enc: "A256GCM", kid: key(1).id, uid: USER, plt: "android", ver: 3, ssb: false },
  offered: list,
  precondition: "holds",
  storageCheck: undefined,
  replaces: undefined,
  missing: [],
  lossesLeft: true,
};

/** What makes each guard refuse, in their order, and what it says then. */
const WAYS: readonly {
  readonly reason: UploadRefusal["reason"];
  readonly spoil: (facts: UploadFacts) => UploadFacts;
}[] = [
  { reason: "precondition-required", spoil: (facts) => ({ ...facts, precondition: "missing" }) },
  { reason: "overwrite-refused", spoil: (facts) => ({ ...facts, device: phone("d", { list }) }) },
  { reason: "storage-account-unexpected", spoil: (facts) => ({ ...facts, storageCheck: CHECK }) },
  { reason: "sharp-drop", spoil: (facts) => ({ ...facts, offered: "" }) },
  {
    reason: "step-up-required",
    spoil: (facts) => ({
      ...facts,
      // One account of six is lost, unless all are.
      offered: facts.offered.slice(8),
      lossesLeft: false,
      missing: ["recent-sign-in"],
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
      fc.property(fc.subarray([...WAYS.keys()], { minLength: 1 }), ([first = 0, ...others]) => {
        const facts = [first, ...others].reduce((spoilt, at) => WAYS[at]?.spoil(spoilt) ?? spoilt, sound);
        expect(judgeUpload(facts)?.reason).toBe(WAYS[first]?.reason);
      }),
    );
  });

  it("refuse an empty new phone over the only backup, also if it names what it would replace [D11]", () => {
    const stranger = { ...sound, device: phone("n"), replaces: 2 };
    expect(judgeUpload({ ...stranger, precondition: "failed" })).toEqual({
      reason: "overwrite-refused",
      present,
    });
  });

  it("tell an untrusted phone what is there also where none is current since it was started anew [D11]", () => {
    const { current: _, ...anew } = backup;
    const stranger = { ...sound, device: phone("n") };
    expect(judgeUpload({ ...stranger, backup: anew })).toEqual({ reason: "overwrite-refused", present });
    expect(judgeUpload({ ...stranger, backup: { ...anew, versions: [] } })).toEqual({
      reason: "trust-required",
    });
  });

  it("stop a drop to nothing and tell how much is offered [H2]", () => {
    expect(judgeUpload({ ...sound, offered: accounts(1, 2) })).toEqual({
      reason: "sharp-drop",
      present,
      offered: 2,
    });
  });

  it("let a drop through that the owner agreed to after a fresh sign-in, and no other way [H2]", () => {
    const drop: UploadFacts = { ...sound, offered: "", replaces: 2 };
    expect(judgeUpload(drop)).toBeUndefined();
    expect(judgeUpload({ ...drop, replaces: 1 })).toMatchObject({ reason: "sharp-drop" });
    const missing = ["recent-sign-in"] as const;
    expect(judgeUpload({ ...drop, missing })).toEqual({ reason: "step-up-required", missing });
    expect(judgeUpload({ ...drop, missing, replaces: undefined })).toMatchObject({ reason: "sharp-drop" });
  });

  it("hold nothing against the first upload after turning on or starting anew [H2]", () => {
    const { current: _, ...anew } = backup;
    expect(judgeUpload({ ...sound, backup: anew, offered: "" })).toBeUndefined();
  });

  it("let a few uploads a day lose an account without a fresh sign-in, and further ones with one [H1]", () => {
    const stale: UploadFacts = { ...sound, offered: accounts(...range(2, 6)), missing: ["recent-sign-in"] };
    expect(judgeUpload(stale)).toBeUndefined();
    const further = { ...stale, lossesLeft: false };
    expect(judgeUpload(further)).toEqual({ reason: "step-up-required", missing: ["recent-sign-in"] });
    expect(judgeUpload({ ...further, missing: [] })).toBeUndefined();
    expect(judgeUpload({ ...further, offered: list })).toBeUndefined();
  });

  it("count what loses an account without a fresh sign-in, and nothing else [H1]", () => {
    const stale: UploadFacts = { ...sound, offered: accounts(...range(2, 6)), missing: ["recent-sign-in"] };
    expect(isCounted(stale)).toBe(true);
    expect(isCounted({ ...stale, missing: [] })).toBe(false);
    expect(isCounted({ ...stale, offered: list })).toBe(false);
  });

  it("take an agreement for what it is: to the current version, after a fresh sign-in [H2]", () => {
    expect(isConfirmed({ ...sound, replaces: 2 })).toBe(true);
    expect(isConfirmed({ ...sound, replaces: 1 })).toBe(false);
    expect(isConfirmed({ ...sound, replaces: 2, missing: ["second-factor"] })).toBe(false);
    const { current: _, ...anew } = backup;
    expect(isConfirmed({ ...sound, backup: anew })).toBe(false);
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
      backup: { ...backup, keys: [key(1, { platform: "ios", storageCheck: stored(CHECK) })] },
      device: { ...device, platform: "ios" },
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
  type Explained = Exclude<UploadRefusal, { readonly reason: "step-up-required" }>;

  /** One of each reason: the type leaves none out. */
  const refusals: {
    readonly [Reason in Explained["reason"]]: Extract<Explained, { reason: Reason }> | Explained;
  } = {
    "precondition-required": { reason: "precondition-required" },
    "platform-changed": { reason: "platform-changed", backupPlatform: "ios" },
    "storage-account-missing": { reason: "storage-account-missing" },
    "storage-account-mismatch": { reason: "storage-account-mismatch" },
    "storage-account-unexpected": { reason: "storage-account-unexpected" },
    "overwrite-refused": { reason: "overwrite-refused", present },
    "sharp-drop": { reason: "sharp-drop", present, offered: 1 },
    "trust-required": { reason: "trust-required" },
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

  it("is told to the record and the status, unless the request did not say what it has seen [H3]", () => {
    expect(isTold({ reason: "sharp-drop", present, offered: 0 })).toBe(true);
    expect(isTold({ reason: "precondition-required" })).toBe(false);
  });
});
