import { describe, expect, it } from "vitest";
import {
  approversOf,
  chargeOf,
  isFor,
  isTold,
  triesToBegin,
  withBegun,
} from "../../../shared/recovery/begun.ts";
import { DAY, freeze, off, on, phone, recovery, release, START, timeAt, trusted } from "../backup/owner.ts";

const device = phone("n");

describe("a recovery that begins", () => {
  it("costs a try, also where something else was released on its phone", () => {
    for (const recoveries of [[], [release("n", 9)], [recovery("o", 9)]]) {
      expect(triesToBegin({ recoveries }, device, START)).toEqual(["recoveries"]);
    }
    expect(withBegun({ tries: [] }, device, START)).toEqual([
      { of: "recoveries", count: 1, since: timeAt(0) },
      { of: "recoveries", deviceId: device.deviceId, count: 1, since: timeAt(0) },
    ]);
  });

  it("costs none where one waits on its phone, whatever that is for: the list does not grow", () => {
    const waiting = { recoveries: [recovery("n", 9, { purpose: "start-anew" })] };
    expect(triesToBegin(waiting, device, START)).toEqual([]);
    expect(triesToBegin(waiting, device, START + 15 * DAY)).toEqual(["recoveries"]);
  });

  it("goes on with what waits for the same: purpose and version", () => {
    const waiting = recovery("n", 9, { version: 3 });
    expect(isFor(waiting, { purpose: "recover", version: 3 })).toBe(true);
    expect(isFor(waiting, { purpose: "recover", version: undefined })).toBe(false);
    expect(isFor(waiting, { purpose: "start-anew", version: 3 })).toBe(false);
    expect(isFor(recovery("n", 9), { purpose: "recover", version: undefined })).toBe(true);
  });

  it("can be approved by the other phones that were trusted before it began [H10]", () => {
    const devices = [
      trusted("a", 2),
      trusted("b", 8),
      trusted("c", 9),
      trusted("d", 100),
      phone("e"),
      trusted("n", 3),
    ];
    const item = { ...on([1]), devices };
    expect(approversOf({ ...item, recoveries: [recovery("n", 9)] }, device, START)).toBe(2);
    expect(approversOf({ ...item, recoveries: [recovery("o", 9)] }, device, START)).toBe(4);
    expect(approversOf({ ...off, devices }, device, START)).toBe(0);
  });
});

describe("a recovery that is refused", () => {
  it("costs a try of the kind that it was a guess at, and else none", () => {
    expect(chargeOf({ reason: "step-up-required", missing: [] })).toBe("step-ups");
    expect(chargeOf({ reason: "recovery-key-wrong" })).toBe("recovery-keys");
    expect(chargeOf({ reason: "accounts-present", policy: "same-account", conflicts: [] })).toBe("conflicts");
    expect(chargeOf({ reason: "backup-none" })).toBeUndefined();
  });

  it("is told to the record, but not what a phone may ask again and again [H6]", () => {
    expect(isTold({ reason: "backup-none" })).toBe(true);
    expect(isTold({ reason: "recovery-key-wrong" })).toBe(true);
    expect(isTold({ reason: "recovery-waiting", releaseAt: START })).toBe(false);
    expect(isTold({ reason: "backup-frozen", freeze })).toBe(false);
    expect(isTold({ reason: "too-many-tries", of: "recoveries", until: START })).toBe(false);
  });
});
