import { describe, expect, it } from "vitest";
import { findOlder, replaced, restored, uploaded, uploadFailed } from "../../../shared/backup/versions.ts";
import { actorOf } from "../../../shared/model/event.ts";
import { type Owner, ownerShape } from "../../../shared/model/owner.ts";
import {
  accounts,
  actor,
  backupOf,
  DAY,
  device,
  HOUR,
  key,
  on,
  phone,
  range,
  START,
  timeAt,
  trusted,
  version,
  versionsOf,
} from "./owner.ts";

const NOW = START + HOUR;
const content = { bytes: 1200, digest: "e".repeat(43), storageBound: true };
const HOW = { fresh: false, confirmed: false, now: NOW };
const had = trusted("d", 2, { list: accounts(1, 2, 3), listedAt: timeAt(0) });
const item: Owner = { ...on([2, 1], { keys: [key(1), key(2)] }), devices: [phone("o"), had] };

/** The owner after an upload of these accounts. */
function upload(refs: readonly number[], how: Partial<typeof HOW> = {}, before: Owner = item) {
  const what = { ...content, list: accounts(...refs) };
  const made = uploaded(before, backupOf(before), had, what, { ...HOW, ...how });
  expect(ownerShape.safeParse(made.next).error).toBeUndefined();
  return made;
}

describe("an upload", () => {
  it("becomes the next version, under the current key, and is current [B5]", () => {
    const made = upload([1, 2, 3]);
    expect(made.version).toEqual({
      version: 3,
      uploadedAt: timeAt(HOUR),
      device: actor,
      accounts: 3,
      ...content,
      sealedAs: 3,
      key: 2,
    });
    expect(made.dropped).toEqual([]);
    expect(made.next.nextVersion).toBe(4);
    expect(backupOf(made.next)).toMatchObject({ current: 3, signedInAt: timeAt(0) });
    expect(backupOf(made.next).versions).toEqual([
      made.version,
      version(2, { replacedAt: timeAt(HOUR) }),
      version(1),
    ]);
  });

  it("is what its phone last listed, and makes no phone a trusted one [D11]", () => {
    const { next } = upload([1, 2]);
    expect(next.devices).toEqual([
      phone("o"),
      {
        ...had,
        lastUploadAt: timeAt(HOUR),
        list: accounts(1, 2),
        listedAt: timeAt(HOUR),
        fullest: { list: accounts(1, 2, 3), at: timeAt(0) },
      },
    ]);
    const stranger = phone("d");
    const made = uploaded(
      { ...item, devices: [stranger] },
      backupOf(item),
      stranger,
      { ...content, list: "" },
      HOW,
    );
    expect(made.next.devices[0]).not.toHaveProperty("trusted");
  });

  it("holds what it replaces where it loses an account, and by what kind of sign-in [H1]", () => {
    const heldBy = (...given: Parameters<typeof upload>) => backupOf(upload(...given).next).versions[1]?.held;
    const since = timeAt(HOUR);
    expect(heldBy([1, 2])).toEqual({ since, by: "loss" });
    expect(heldBy([1, 2, 4])).toEqual({ since, by: "loss" });
    expect(heldBy([1, 2], { fresh: true })).toEqual({ since, by: "confirmed" });
    expect(heldBy([3, 2, 1, 4])).toBeUndefined();
  });

  it("holds its phone's own last version, too, where another phone has uploaded since [H1]", () => {
    const [others, stale] = [{ device: actorOf(trusted("o", 5)) }, { uploadedAt: had.listedAt ?? "" }];
    const versions = [
      version(5, { ...others, ...stale }),
      version(4, { ...others, uploadedAt: timeAt(1) }),
      version(3, { ...stale, replacedAt: timeAt(1) }),
      version(2, { uploadedAt: timeAt(-1), replacedAt: timeAt(0) }),
    ];
    const before = { ...item, ...on(versions), devices: [had] };
    const held = { since: timeAt(HOUR), by: "loss" } as const;
    const heldAfter = (refs: readonly number[]) =>
      backupOf(upload(refs, {}, before).next).versions.map((one) => one.held);
    expect(heldAfter([1, 2])).toEqual([undefined, held, undefined, held, undefined]);
    expect(heldAfter([1, 2, 3])).toEqual(Array(5).fill(undefined));
  });

  it("refreshes the backup where it comes with a fresh sign-in, and ends the last failure [G7] [H3]", () => {
    const failed = uploadFailed(item, backupOf(item), had, "sharp-drop", START);
    expect(backupOf(failed).lastFailure).toEqual({ at: timeAt(0), code: "sharp-drop", device: actor });
    const { next } = upload([1, 2, 3], { fresh: true }, failed);
    expect(backupOf(next).signedInAt).toBe(timeAt(HOUR));
    expect(backupOf(next)).not.toHaveProperty("lastFailure");
  });

  it("thins the history, and drops the keys that nothing names any more [H1]", () => {
    const old = range(1, 12).map((number) => version(number, { uploadedAt: timeAt(-90 * DAY) }));
    const versions = old.map((one) => ({ ...one, replacedAt: timeAt(-90 * DAY) })).toReversed();
    const [newest, ...others] = versions;
    if (!newest) return expect.fail("no version");
    const keys = [key(1), key(2)];
    const all = [newest, ...others].map((one) => ({ ...one, key: one.version <= 3 ? 1 : 2 }));
    const before = { ...item, ...on(all, { keys }), devices: [had] };
    const { next, dropped } = upload([1, 2, 3], {}, before);
    expect(dropped.map(({ version }) => version)).toEqual([3, 2, 1]);
    expect(versionsOf(next)).toEqual(range(4, 13).toReversed());
    expect(backupOf(next).keys.map(({ number }) => number)).toEqual([2]);
  });

  it("replaces nothing where none is current since it was started anew", () => {
    const { current: _, ...anew } = backupOf(item);
    expect(replaced(anew, "loss", NOW)).toEqual(anew.versions);
  });
});

describe("an older version that is made current again", () => {
  it("is a new one, sealed as the old, and holds what it replaces; nothing is rewritten [H1]", () => {
    const older = version(1, {
      replacedAt: timeAt(0),
      held: { since: timeAt(0), by: "loss" },
      denied: true,
    });
    const before = { ...item, ...on([version(2), older], { keys: [key(1)] }) };
    const by = trusted("p", 5);
    const made = restored(before, backupOf(before), older, by, NOW);
    expect(made.version).toEqual(
      version(3, { sealedAs: 1, digest: older.digest, uploadedAt: timeAt(HOUR), device: actorOf(by) }),
    );
    const at = timeAt(HOUR);
    expect(backupOf(made.next)).toMatchObject({ current: 3 });
    expect(backupOf(made.next).versions).toEqual([
      made.version,
      version(2, { replacedAt: at, held: { since: at, by: "confirmed" } }),
      older,
    ]);
  });

  const keys = [
    key(1),
    key(2),
    key(3, { platform: "ios", storageCheck: "c".repeat(43) }),
    key(4, { platform: "ios", storageCheck: "o".repeat(43) }),
    key(5),
  ];
  const backup = backupOf(
    on(
      range(1, 5)
        .toReversed()
        .map((number) => version(number, { key: number })),
      { keys },
    ),
  );
  const refusals = (from: number) =>
    range(1, 6).map((wanted) => {
      const found = findOlder(backup, { trusted: { order: 2, from } }, wanted);
      return found.refused?.reason ?? "can be";
    });

  it("is one that the phone can open, of the current platform and storage account, and not the current one", () => {
    expect(refusals(1)).toEqual([
      "can be",
      "can be",
      "version-elsewhere",
      "version-elsewhere",
      "version-current",
      "version-not-found",
    ]);
    expect(refusals(2)[0]).toBe("version-out-of-reach");
    expect(refusals(2)[1]).toBe("can be");
    expect(findOlder(backup, {}, 2)).toEqual({ refused: { reason: "version-out-of-reach" } });
    expect(findOlder(backup, device, 2)).toEqual({ refused: undefined, version: version(2, { key: 2 }) });
  });

  it("is of the same storage account on an iPhone [A8]", () => {
    const ios = { ...backup, keys: keys.slice(0, 4), current: 4 };
    expect(findOlder(ios, device, 3)).toEqual({ refused: { reason: "version-elsewhere" } });
    const same = keys.slice(0, 3).concat(key(4, { platform: "ios", storageCheck: "c".repeat(43) }));
    expect(findOlder({ ...ios, keys: same }, device, 3).refused).toBeUndefined();
    expect(findOlder({ ...ios, keys: keys.slice(1, 4) }, device, 1).refused?.reason).toBe(
      "version-elsewhere",
    );
  });
});
