import { describe, expect, it } from "vitest";
import { turnedOff } from "../../../shared/backup/states.ts";
import { accounts, actor, device, on, recovery, release, timeAt } from "./owner.ts";

describe("a backup that is turned off", () => {
  const list = accounts(1, 2);
  const lists = { list, listedAt: timeAt(0), fullest: { list, at: timeAt(0) } };
  const before = {
    ...on([2, 1]),
    devices: [{ ...device, ...lists, awaitsSignIn: true }],
    recoveries: [
      recovery("a", 10, { version: 1 }),
      recovery("b", 11, { purpose: "start-anew" }),
      release("c", 12, { version: 2 }),
    ],
  };
  const after = turnedOff(before, actor, Date.parse("2026-11-22T08:20:00.000Z"));

  it("leaves when and from which phone, and neither key nor versions [F1] [G4]", () => {
    expect(after.backup).toEqual({ state: "deleted", deletedAt: "2026-11-22T08:20:00.000Z", device: actor });
  });

  it("leaves the phones as trusted as they were, but none with a list of it or that waits for a sign-in [F3]", () => {
    expect(after.devices).toEqual([device]);
  });

  it("leaves what can be denied, and what waits to start anew, but nothing that waits for what is gone [H5]", () => {
    const { version: _, ...released } = release("c", 12);
    expect(after.recoveries).toEqual([recovery("b", 11, { purpose: "start-anew" }), released]);
  });

  it("leaves the rest as it was, the number of the next version too", () => {
    const { backup: _, devices: __, recoveries: ___, ...rest } = before;
    expect(after).toMatchObject(rest);
  });
});
