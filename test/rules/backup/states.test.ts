import { describe, expect, it } from "vitest";
import { isRefreshed, refreshed, turnedOn } from "../../../shared/backup/states.ts";
import { backupOf, deleted, HOUR, key, on, phone, START, timeAt, trusted, userKey } from "./owner.ts";

const made = { userKey: userKey(4), storageCheck: undefined };

describe("a backup that is turned on", () => {
  const first = phone("d", { awaitsSignIn: true });
  const item = { ...deleted, devices: [phone("o"), first], nextVersion: 7, nextKey: 4 };
  const next = turnedOn(item, first, made, START);

  it("has a new key and no version, and goes on counting [B1, B2] [F4]", () => {
    expect(next.backup).toEqual({
      state: "on",
      enabledAt: timeAt(0),
      keys: [key(4)],
      versions: [],
      signedInAt: timeAt(0),
    });
    expect(next).toMatchObject({ nextKey: 5, nextVersion: 7, policy: item.policy });
  });

  it("makes its phone trusted from then on, with every key, and no other", () => {
    const trust = { trusted: { order: 1, from: 1 }, awaitsSignIn: false };
    expect(next.devices).toEqual([phone("o"), { ...first, ...trust }]);
  });

  it("leaves a phone trusted as it was: turning off and on again changes nothing in that", () => {
    const old = trusted("d", 3, { trusted: { order: 3, from: 2 } });
    expect(turnedOn({ ...item, devices: [old] }, old, made, START).devices).toEqual([old]);
  });
});

describe("a backup that is refreshed", () => {
  const waiting = phone("d", { awaitsSignIn: true, signedInAt: timeAt(HOUR) });
  const item = { ...on([1]), devices: [phone("o", { awaitsSignIn: true }), waiting] };

  it("has the time of the sign-in, for which nothing waits on this phone any more [G7, G8]", () => {
    const next = refreshed(item, backupOf(item), waiting, START + HOUR);
    expect(backupOf(next)).toEqual({ ...backupOf(item), signedInAt: timeAt(HOUR) });
    expect(next.devices).toEqual([item.devices[0], { ...waiting, awaitsSignIn: false }]);
  });

  it("is so already where backup and phone know of this sign-in, and nothing waits for one", () => {
    const [backup, rested] = [backupOf(item), { ...waiting, awaitsSignIn: false }];
    const seconds = START / 1000;
    expect(isRefreshed(backup, rested, seconds)).toBe(true);
    expect(isRefreshed(backup, rested)).toBe(true);
    expect(isRefreshed(backup, rested, seconds + 1)).toBe(false);
    expect(isRefreshed(backup, waiting, seconds)).toBe(false);
    // What this phone may deny, and its place, hang on its own last sign-in.
    const later = { ...backup, signedInAt: timeAt(2 * HOUR) };
    expect(isRefreshed(later, rested, seconds + 3600)).toBe(true);
    expect(isRefreshed(later, rested, seconds + 3601)).toBe(false);
  });
});
