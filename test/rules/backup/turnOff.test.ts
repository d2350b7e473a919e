import { describe, expect, it } from "vitest";
import { turnedOff } from "../../../shared/backup/states.ts";
import { actor, device, on } from "./owner.ts";

describe("a backup that is turned off", () => {
  const before = { ...on([2, 1]), devices: [{ ...device, awaitsSignIn: true }] };
  const after = turnedOff(before, actor, Date.parse("2026-11-22T08:20:00.000Z"));

  it("leaves when and from which phone, and neither key nor versions [F1] [G4]", () => {
    expect(after.backup).toEqual({ state: "deleted", deletedAt: "2026-11-22T08:20:00.000Z", device: actor });
  });

  it("leaves the phones registered, but none that holds it or waits for a sign-in", () => {
    expect(after.devices).toEqual([{ ...device, holdsBackup: false, awaitsSignIn: false }]);
  });

  it("leaves the rest as it was, the number of the next version too", () => {
    const { backup: _backup, devices: _devices, ...rest } = before;
    expect(after).toMatchObject(rest);
  });
});
