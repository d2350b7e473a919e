import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explain } from "../../../shared/backup/explain.ts";
import { dayOf } from "../../../shared/backup/history.ts";
import { FREEZE_LIFE, type Freeze } from "../../../shared/model/freeze.ts";
import type { Owner } from "../../../shared/model/owner.ts";
import { RECOVERY_TTL } from "../../../shared/model/recovery.ts";
import { lifted } from "../../../shared/recovery/changes.ts";
import { asOf, frozenBy, mayLift, thawed } from "../../../shared/recovery/freeze.ts";
import {
  DAY,
  freeze,
  HOUR,
  MINUTE,
  on,
  phone,
  recovery,
  release,
  START,
  timeAt,
  trusted,
} from "../backup/owner.ts";

const TODAY = dayOf(START);
const PHONES = ["a", "b", "c", "d"].map((letter, at) => trusted(letter, 2 + at));
type Phone = (typeof PHONES)[number];

/** The freeze that these phones left, which denied one after another, an hour apart. */
function deniedBy([first, ...others]: readonly Phone[]): Freeze {
  const begun = frozenBy(undefined, first ?? expect.fail("nobody denied"), START);
  return others.reduce((before, device, at) => frozenBy(before, device, START + (at + 1) * HOUR), begun);
}

const phones = fc.constantFrom(...PHONES);

describe("a freeze", () => {
  it("is the denying phone's, and ends by itself after thirty days [H5]", () => {
    const [, device] = PHONES as [Phone, Phone, ...Phone[]];
    expect(FREEZE_LIFE * 1000).toBe(30 * DAY);
    expect(frozenBy(undefined, device, START)).toEqual({
      at: timeAt(0),
      until: timeAt(30 * DAY),
      device: { deviceId: "b".repeat(43), name: "Phone b", platform: "android" },
      order: 3,
      by: ["b".repeat(43)],
    });
  });

  it("is lifted by a phone trusted no later than the oldest that denied, and by none else [H5]", () => {
    fc.assert(
      fc.property(fc.array(phones, { minLength: 1, maxLength: 6 }), phones, (deniers, asks) => {
        const oldest = Math.min(...deniers.map(({ trusted }) => trusted.order));
        expect(mayLift(deniedBy(deniers), asks)).toBe(asks.trusted.order <= oldest);
      }),
    );
    expect(mayLift(freeze, phone("n", { registered: 1 }))).toBe(false);
  });

  it("names each phone that denied once, and is told as the first one's [H5]", () => {
    const [a, b, c] = PHONES as [Phone, Phone, Phone, Phone];
    const { at, by, device, order } = deniedBy([b, c, b, a]);
    expect({ at, by: by.map(([letter]) => letter), device: device.name, order }).toEqual({
      at: timeAt(0),
      by: ["b", "c", "a"],
      device: "Phone b",
      order: 2,
    });
  });

  it("grows by the denial of another phone, and no longer by one of its own [H5]", () => {
    const [, b, c] = PHONES as [Phone, Phone, Phone, Phone];
    const begun = frozenBy(undefined, b, START);
    expect(frozenBy(begun, b, START + DAY)).toEqual(begun);
    const grown = frozenBy(begun, c, START + DAY);
    expect(grown).toMatchObject({ at: timeAt(0), until: timeAt(31 * DAY) });
    expect(frozenBy(grown, b, START + 2 * DAY)).toEqual(grown);
  });

  it("is told with when, until when, and the name of the phone that denied, not its id [H5]", () => {
    const { code, members } = explain({ reason: "backup-frozen", freeze });
    expect(code).toBe("backup-frozen");
    expect(members).toEqual({
      frozenAt: timeAt(0),
      frozenUntil: timeAt(30 * DAY),
      device: { name: "Phone d", platform: "android" },
    });
  });
});

describe("an owner whose backup is frozen", () => {
  const waiting = recovery("n", 50, {
    startedAt: timeAt(-HOUR),
    releaseAt: timeAt(6 * DAY),
    expiresAt: timeAt(20 * DAY),
  });
  const open = release("m", 49, { startedAt: timeAt(-2 * HOUR) });
  const frozen: Owner = { ...on([1]), freeze, recoveries: [open, waiting] };

  it("is frozen until that ends, to the millisecond, and then no more [H5]", () => {
    expect(asOf(frozen, START + 30 * DAY - 1)).toEqual(frozen);
    const after = asOf(frozen, START + 30 * DAY);
    expect(after.freeze).toBeUndefined();
    expect(asOf(frozen, START + 60 * DAY)).toEqual(after);
  });

  it("has what waited wait on where it stood; what can be denied goes on meanwhile [H5] [H10]", () => {
    expect(asOf(frozen, START + 30 * DAY).recoveries).toEqual([
      open,
      { ...waiting, releaseAt: timeAt(36 * DAY), expiresAt: timeAt(50 * DAY) },
    ]);
    const soon = lifted(frozen, START + HOUR);
    expect(soon.recoveries).toEqual([
      open,
      { ...waiting, releaseAt: timeAt(6 * DAY + HOUR), expiresAt: timeAt(20 * DAY + HOUR) },
    ]);
    expect(soon).not.toHaveProperty("freeze");
  });

  it("has the days counted that were frozen in any part, from the first to the last [H1]", () => {
    expect(asOf(frozen, START + 30 * DAY).frozenDays).toEqual([[TODAY, TODAY + 30]]);
    expect(lifted(frozen, START + MINUTE).frozenDays).toEqual([[TODAY, TODAY]]);
    const before = { ...frozen, frozenDays: [[TODAY - 9, TODAY - 1]] as Owner["frozenDays"] };
    expect(thawed(before, freeze, START + DAY).frozenDays).toEqual([[TODAY - 9, TODAY + 1]]);
  });

  it("can lift nothing where nothing is frozen", () => {
    const { freeze: _, ...free } = frozen;
    expect(lifted(free, START)).toEqual(free);
  });
});

describe("a recovery that is frozen again and again", () => {
  it("waits no more once its item is gone: its phone begins another [G9] [G10]", () => {
    const waits = recovery("n", 50, {
      startedAt: timeAt(0),
      releaseAt: timeAt(100 * DAY),
      expiresAt: timeAt(114 * DAY),
    });
    const item = { ...on([1]), recoveries: [waits] };
    expect(asOf(item, START + RECOVERY_TTL * 1000 - 1).recoveries).toEqual([waits]);
    expect(asOf(item, START + RECOVERY_TTL * 1000).recoveries).toEqual([]);
  });
});

describe("what an instance ahead has written down", () => {
  const ahead: Partial<Owner> = {
    freeze: { ...freeze, at: timeAt(40 * DAY), until: timeAt(70 * DAY) },
    recoveries: [
      recovery("n", 50, {
        startedAt: timeAt(40 * DAY),
        releaseAt: timeAt(47 * DAY),
        expiresAt: timeAt(61 * DAY),
      }),
      release("m", 51, {
        startedAt: timeAt(40 * DAY),
        releaseAt: timeAt(40 * DAY),
        expiresAt: timeAt(54 * DAY),
      }),
      release("l", 52, { startedAt: timeAt(-DAY), releaseAt: timeAt(2 * DAY), expiresAt: timeAt(15 * DAY) }),
    ],
  };

  it("is a freeze of thirty days from now, a wait of its own length, and fourteen days to be denied [H5] [H10]", () => {
    const { freeze: now, recoveries } = asOf({ ...on([1]), ...ahead }, START);
    expect(now).toEqual({ ...freeze, at: timeAt(0), until: timeAt(30 * DAY) });
    expect(recoveries).toEqual([
      recovery("n", 50, { startedAt: timeAt(0), releaseAt: timeAt(7 * DAY), expiresAt: timeAt(21 * DAY) }),
      release("m", 51, { startedAt: timeAt(0), releaseAt: timeAt(0), expiresAt: timeAt(14 * DAY) }),
      release("l", 52, { startedAt: timeAt(-DAY), releaseAt: timeAt(DAY), expiresAt: timeAt(14 * DAY) }),
    ]);
  });

  it("is a shorter waiting time that comes when the present one has passed, from now at most [H10]", () => {
    const shortening = { waitingSeconds: 0, from: timeAt(47 * DAY) };
    const item = { ...on([1]), policy: { ...on([1]).policy, waitingSeconds: 7 * 86_400, shortening } };
    expect(asOf(item, START).policy.shortening).toEqual({ waitingSeconds: 0, from: timeAt(7 * DAY) });
    expect(asOf(item, START + 41 * DAY).policy).toEqual(item.policy);
  });

  it("is no day that has been frozen before it has come [H1]", () => {
    const spans: Owner["frozenDays"] = [
      [TODAY - 5, TODAY - 3],
      [TODAY - 1, TODAY + 40],
      [TODAY + 50, TODAY + 60],
    ];
    expect(asOf({ ...on([1]), frozenDays: spans }, START).frozenDays).toEqual([
      [TODAY - 5, TODAY - 3],
      [TODAY - 1, TODAY],
    ]);
    expect(asOf({ ...on([1]), frozenDays: [[TODAY, TODAY + 1]] }, START).frozenDays).toEqual([
      [TODAY, TODAY],
    ]);
  });

  it("is left as it is once its time has come", () => {
    const item = { ...on([1]), ...ahead };
    expect(asOf(item, START + 40 * DAY)).toEqual(item);
  });
});
