import { describe, expect, it } from "vitest";
import { keyOf, keysFor, rotated, versionsBeyond, withoutUnusedKeys } from "../../../shared/backup/keys.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import {
  backupOf,
  deleted,
  device,
  HOUR,
  key,
  off,
  on,
  phone,
  recovery,
  START,
  timeAt,
  trusted,
  userKey,
  version,
} from "./owner.ts";

const CHECK = "c".repeat(43);
const numbersOf = (item: Owner) => backupOf(item).keys.map(({ number }) => number);

describe("a new user key", () => {
  it("is on platform and storage account of the phone that turns on or starts anew [B2]", () => {
    const ios = keyOf(userKey(2), { deviceId: device.deviceId, platform: "ios" }, CHECK, START);
    expect(ios).toEqual({
      ...userKey(2),
      platform: "ios",
      storageCheck: CHECK,
      since: timeAt(0),
      stems: device.deviceId,
    });
    expect(keyOf(userKey(2), device, undefined, START)).toEqual(key(2));
  });

  it("takes both, where a phone was removed, from the newest key that stems from no denied phone [H5]", () => {
    const ios = key(1, { platform: "ios", storageCheck: CHECK, stems: "o".repeat(43) });
    const denied = key(2, { stems: "t".repeat(43), denied: true });
    const item = { ...on([version(2, { key: 2 }), version(1)], { keys: [ios, denied] }), nextKey: 3 };
    const next = rotated(item, userKey(3), START + HOUR);
    expect(backupOf(next).keys).toEqual([ios, denied, { ...ios, ...userKey(3), since: timeAt(HOUR) }]);
    expect(next.nextKey).toBe(4);
  });

  it("takes them from the current one where all stem from denied phones", () => {
    const keys = [key(1, { denied: true }), key(2, { platform: "ios", storageCheck: CHECK, denied: true })];
    const next = rotated(on([], { keys }), userKey(3), START);
    expect(backupOf(next).keys).toEqual([
      { ...userKey(3), platform: "ios", storageCheck: CHECK, since: timeAt(0), stems: device.deviceId },
    ]);
  });

  it("is none where backup is off, or none was made", () => {
    for (const item of [off, deleted]) expect(rotated(item, userKey(2), START)).toBe(item);
    const item = on([1]);
    expect(rotated(item, undefined, START)).toBe(item);
  });
});

describe("a user key is kept", () => {
  const keys = [key(1), key(2), key(3), key(4)];

  it("while a kept version or the recovery key names it, and while it is current", () => {
    const recoveryKey = { check: CHECK, wrapped: "w", setAt: timeAt(0), key: 2 };
    expect(numbersOf(withoutUnusedKeys(on([version(1, { key: 3 })], { keys, recoveryKey })))).toEqual([
      2, 3, 4,
    ]);
    expect(numbersOf(withoutUnusedKeys(on([version(1, { key: 1 })], { keys })))).toEqual([1, 4]);
    expect(numbersOf(withoutUnusedKeys(on([], { keys })))).toEqual([4]);
  });

  it("while a live recovery names a version under it, since that version is kept as long [G4]", () => {
    const item = {
      ...on([version(1, { key: 2 })], { keys }),
      recoveries: [recovery("n", 9, { version: 1 })],
    };
    expect(numbersOf(withoutUnusedKeys(item))).toEqual([2, 4]);
  });

  it("and dropped at once when it stops being current without ever having had a version", () => {
    const item = on([version(1)], { keys: [key(1), key(2)] });
    expect(numbersOf(rotated(item, userKey(3), START))).toEqual([1, 3]);
    expect(numbersOf(rotated(on([version(2, { key: 2 })], { keys: [key(2)] }), userKey(3), START))).toEqual([
      2, 3,
    ]);
  });

  it("where there is one", () => {
    expect(withoutUnusedKeys(off)).toBe(off);
  });
});

describe("a trusted phone", () => {
  const backup = backupOf(
    on([version(3, { key: 3 }), version(2, { key: 2 }), version(1)], { keys: [key(1), key(2), key(3)] }),
  );
  const from = (from: number) => trusted("n", 9, { trusted: { order: 9, from } });

  it("may have every key from its `from` on, and no version before", () => {
    const reached = [1, 2, 3].map((first) => keysFor(backup, from(first)).map(({ number }) => number));
    expect(reached).toEqual([[1, 2, 3], [2, 3], [3]]);
    const beyond = [1, 2, 3].map((first) =>
      versionsBeyond(backup, from(first)).map(({ version }) => version),
    );
    expect(beyond).toEqual([[], [1], [2, 1]]);
  });

  it("may have what one that is not trusted may not: no key, and no version", () => {
    expect(keysFor(backup, phone("n"))).toEqual([]);
    expect(versionsBeyond(backup, phone("n"))).toEqual(backup.versions);
  });
});
