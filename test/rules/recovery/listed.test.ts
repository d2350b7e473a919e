import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ListedRecovery, listedRecovery } from "../../../shared/model/recovery.ts";
import { isAlive, isToBeOpened, withoutPhone, withRecovery } from "../../../shared/recovery/listed.ts";

const START = Date.parse("2026-11-22T08:00:00.000Z");
const DAY = 24 * 60 * 60;
const now = (seconds: number) => START + seconds * 1000;
const at = (seconds: number) => new Date(now(seconds)).toISOString();

const PHONES = ["a", "b", "c"].map((name) => name.repeat(43));

function recovery(place: number, deviceId: string, started = 0, state: ListedRecovery["state"] = "waiting") {
  const recoveryId = String(place).padStart(22, "r");
  const times = { startedAt: at(started), releaseAt: at(started + DAY), expiresAt: at(started + 14 * DAY) };
  return { recoveryId, deviceId, state, ...times };
}

describe("the recoveries that an owner's item lists", () => {
  it("are the last one of each phone that is not over, however many are begun [H4]", () => {
    const begun = fc.record({ deviceId: fc.constantFrom(...PHONES), after: fc.nat(20 * DAY) });
    fc.assert(
      fc.property(fc.array(begun, { minLength: 1, maxLength: 20 }), (steps) => {
        let [seconds, list] = [0, [] as ListedRecovery[]];
        const last = new Map<string, ListedRecovery>();
        for (const [place, { deviceId, after }] of steps.entries()) {
          seconds += after;
          const next = recovery(place, deviceId, seconds);
          last.set(deviceId, next);
          list = withRecovery(list, next, now(seconds));
        }
        const expected = [...last.values()].filter((one) => isAlive(one, now(seconds)));
        expect(new Set(list)).toEqual(new Set(expected));
        expect(list.map((one) => listedRecovery.parse(one))).toEqual(list);
      }),
    );
  });

  it("are those of the other phones once one is gone, in their order [H4]", () => {
    const list = PHONES.map((deviceId, place) => recovery(place, deviceId));
    expect(withoutPhone(list, "b".repeat(43))).toEqual([list[0], list[2]]);
    expect(withoutPhone(list, "d".repeat(43))).toEqual(list);
  });

  it("live for fourteen days, to the millisecond [H4]", () => {
    const one = recovery(1, "a".repeat(43));
    expect(isAlive(one, now(14 * DAY) - 1)).toBe(true);
    expect(isAlive(one, now(14 * DAY))).toBe(false);
  });

  it("are to be opened from the end of the wait to their own, where they have not been [H10] [G8]", () => {
    const waits = recovery(1, "a".repeat(43));
    const moments = [now(DAY) - 1, now(DAY), now(14 * DAY) - 1, now(14 * DAY)];
    expect(moments.map((moment) => isToBeOpened(waits, moment))).toEqual([false, true, true, false]);
    const released = recovery(1, "a".repeat(43), 0, "released");
    expect(moments.map((moment) => isToBeOpened(released, moment))).toEqual([false, false, false, false]);
  });
});
