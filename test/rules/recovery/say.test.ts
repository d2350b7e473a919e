import { describe, expect, it } from "vitest";
import type { Device, RemovedDevice } from "../../../shared/model/device.ts";
import type { ListedRecovery } from "../../../shared/model/recovery.ts";
import {
  hasEnded,
  judgeDenial,
  mayRevoke,
  moved,
  refuseApproval,
  refuseLift,
  refuseOwn,
  STALE_DENIAL,
} from "../../../shared/recovery/say.ts";
import type { Missing } from "../../../shared/words.ts";
import { DAY, freeze, HOUR, on, phone, recovery, release, START, timeAt, trusted } from "../backup/owner.ts";

const STALE: readonly Missing[] = ["recent-sign-in"];
const FRESH: readonly Missing[] = [];
const id = (letter: string) => letter.repeat(43);

/** The owner's phones: one that has been trusted from the start, one for a while, one that is not. */
const [oldest, younger, untrusted] = [trusted("o", 2), trusted("y", 20), phone("u")] as const;

/** What a thief's phone has recovered at the start, by the event of number 50. */
const thefts = release("t", 50);
const thief = trusted("t", 51);
const owner = { ...on([1]), devices: [oldest, younger, untrusted, thief], recoveries: [thefts] };

type Changes = Partial<Parameters<typeof judgeDenial>[0]>;

/** What a phone is told that denies: the reason of a refusal, or what its denial does. */
function denies(
  { deviceId }: Pick<Device, "deviceId">,
  missing = STALE,
  { theft = thefts, now = START + HOUR, ...changes }: Changes & { theft?: ListedRecovery; now?: number } = {},
) {
  const verdict = judgeDenial({ ...owner, ...changes }, { deviceId }, theft, missing, now);
  if (verdict.refused) return verdict.refused.reason;
  const { freezes, counts } = verdict;
  return { freezes, counts };
}

const FREEZES = { freezes: true, counts: true };

describe("who may deny a recovery", () => {
  it("is a phone that was trusted before it began, with and without a fresh sign-in [H5]", () => {
    for (const device of [oldest, younger]) {
      expect(denies(device)).toEqual(FREEZES);
      expect(denies(device, FRESH)).toEqual(FREEZES);
    }
    expect(denies(younger, STALE, { theft: recovery("t", 50) })).toEqual(FREEZES);
  });

  it("is no phone that was trusted later, nor one that is only registered [H5]", () => {
    expect(denies(untrusted, FRESH)).toBe("older-phone-required");
    expect(denies({ deviceId: id("x") }, FRESH)).toBe("older-phone-required");
    for (const order of [50, 60]) {
      const devices = [...owner.devices, trusted("l", order)];
      expect(denies({ deviceId: id("l") }, FRESH, { devices })).toBe("older-phone-required");
    }
    const devices = [...owner.devices, trusted("l", 49)];
    expect(denies({ deviceId: id("l") }, FRESH, { devices })).toEqual(FREEZES);
  });

  it("is not the phone that recovers", () => {
    expect(denies(thief, FRESH)).toBe("recovery-own");
  });

  it("is no phone younger than the one that recovers, where that was trusted before: a stolen phone denies no owner [H5]", () => {
    const theft = release("y", 50, { trusted: 20 });
    const devices = [...owner.devices, trusted("l", 30)];
    expect(denies({ deviceId: id("l") }, FRESH, { theft, devices })).toBe("older-phone-required");
    expect(denies(oldest, FRESH, { theft, devices })).toEqual(FREEZES);
    const same = release("y", 50, { trusted: 2 });
    expect(denies(oldest, FRESH, { theft: same })).toBe("older-phone-required");
  });
});

describe("a phone that was removed", () => {
  const gone = (number: number, device: Device = trusted("g", 10)): RemovedDevice => ({
    device,
    number,
    by: id("t"),
  });
  const removed = [gone(55)];

  it("since the recovery began denies it after a fresh sign-in, as the phone that it was [H5]", () => {
    expect(denies({ deviceId: id("g") }, FRESH, { removed })).toEqual(FREEZES);
    const verdict = judgeDenial({ ...owner, removed }, { deviceId: id("g") }, thefts, FRESH, START);
    expect(verdict).toMatchObject({ device: trusted("g", 10) });
  });

  it("denies nothing without one: a stolen phone that was revoked does not come back by itself [H5]", () => {
    expect(denies({ deviceId: id("g") }, STALE, { removed })).toBe("step-up-required");
  });

  it("before the recovery began, or that was never old enough, denies nothing [H5]", () => {
    for (const number of [49, 50]) {
      expect(denies({ deviceId: id("g") }, FRESH, { removed: [gone(number)] })).toBe("older-phone-required");
    }
    expect(denies({ deviceId: id("g") }, FRESH, { removed: [gone(55, trusted("g", 52))] })).toBe(
      "older-phone-required",
    );
  });

  it("lends its say to no other, registered or not [H5]", () => {
    for (const letter of ["u", "x"]) {
      expect(denies({ deviceId: id(letter) }, FRESH, { removed })).toBe("older-phone-required");
    }
  });

  it("and has registered again denies as the phone that it was, and not as the one that it is [H5]", () => {
    const devices = [...owner.devices, phone("g", { registered: 60 })];
    expect(denies({ deviceId: id("g") }, STALE, { removed, devices })).toBe("step-up-required");
    expect(denies({ deviceId: id("g") }, FRESH, { removed, devices })).toEqual(FREEZES);
    const verdict = judgeDenial({ ...owner, removed, devices }, { deviceId: id("g") }, thefts, FRESH, START);
    expect(verdict).toMatchObject({ device: { trusted: { order: 10 } } });
  });
});

describe("how often an owner's phones may deny", () => {
  const later = START + 40 * DAY;
  const second = release("t", 50, { startedAt: timeAt(40 * DAY), expiresAt: timeAt(54 * DAY) });
  const denial = { at: timeAt(0) };

  it("without a fresh sign-in is once in 60 days, all of them together [H5]", () => {
    expect(STALE_DENIAL).toBe(60 * DAY);
    for (const device of [oldest, younger]) {
      expect(denies(device, STALE, { denial, theft: second, now: later })).toBe("step-up-required");
      const sixty = START + 60 * DAY;
      expect(denies(device, STALE, { denial, now: sixty - 1 })).toBe("step-up-required");
      expect(denies(device, STALE, { denial, now: sixty })).toEqual(FREEZES);
    }
  });

  it("is not limited after a fresh sign-in, which uses it up for the others [H5]", () => {
    expect(denies(younger, FRESH, { denial, theft: second, now: later })).toEqual(FREEZES);
  });

  it("is not again for the phone that used it, until it has signed in afresh since, however long that takes [H5]", () => {
    const used = trusted("y", 20, { deniedAt: timeAt(0), signedInAt: timeAt(-DAY) });
    const year = { denial, now: START + 365 * DAY, devices: [oldest, used, thief] };
    expect(denies(used, STALE, year)).toBe("step-up-required");
    expect(denies(oldest, STALE, year)).toEqual(FREEZES);
    const devicesWith = (signedInAt: string) => [oldest, { ...used, signedInAt }, thief];
    expect(denies(used, STALE, { ...year, devices: devicesWith(timeAt(0)) })).toBe("step-up-required");
    expect(denies(used, STALE, { ...year, devices: devicesWith(timeAt(1)) })).toEqual(FREEZES);
  });

  it("is not limited for a phone that froze it, while that lasts, and counts no more [H5]", () => {
    const frozen = { freeze: { ...freeze, by: [id("o")] }, denial };
    expect(denies(oldest, STALE, frozen)).toEqual({ freezes: true, counts: false });
    expect(denies(younger, STALE, frozen)).toBe("step-up-required");
    expect(denies(younger, FRESH, frozen)).toEqual(FREEZES);
  });
});

describe("a phone whose own release can still be denied", () => {
  const recoveries = [release("y", 19), thefts];

  it("denies after a fresh sign-in alone, and neither freezes nor uses up the others' denial [H5]", () => {
    expect(denies(younger, STALE, { recoveries })).toBe("step-up-required");
    expect(denies(younger, FRESH, { recoveries })).toEqual({ freezes: false, counts: false });
    const frozen = { recoveries, freeze: { ...freeze, by: [id("y")] } };
    expect(denies(younger, STALE, frozen)).toBe("step-up-required");
    expect(denies(younger, FRESH, frozen)).toEqual({ freezes: false, counts: false });
  });

  it("denies as any other once it can be denied no more [H5]", () => {
    expect(denies(younger, STALE, { recoveries, now: START + 14 * DAY - 1 })).toBe("step-up-required");
    expect(denies(younger, STALE, { recoveries, now: START + 14 * DAY })).toEqual(FREEZES);
  });

  it("denies as any other if it has been trusted longest: nobody can deny what that recovers [H5]", () => {
    const own = { recoveries: [release("o", 40, { trusted: 2 }), thefts] };
    expect(denies(oldest, STALE, own)).toEqual(FREEZES);
  });
});

describe("what else a phone says", () => {
  it("approves a recovery on another phone that began after it was trusted, and not its own [H10]", () => {
    const waits = recovery("n", 50);
    expect(refuseApproval(younger, waits)).toBeUndefined();
    expect(refuseApproval(trusted("n", 20), waits)).toEqual({ reason: "recovery-own" });
    for (const device of [untrusted, trusted("l", 50), trusted("l", 51)]) {
      expect(refuseApproval(device, waits)).toEqual({ reason: "older-phone-required" });
    }
  });

  it("lifts a freeze, and revokes another while it is frozen, if it was trusted no later than who denied [H5]", () => {
    expect(refuseLift(freeze, oldest)).toBeUndefined();
    expect(refuseLift(freeze, younger)).toEqual({ reason: "older-phone-required" });
    expect([oldest, younger].map((device) => mayRevoke({ freeze }, device))).toEqual([true, false]);
    expect(mayRevoke({}, younger)).toBe(true);
  });

  it("sees its own recoveries alone", () => {
    expect(refuseOwn(younger, { deviceId: id("y") })).toBeUndefined();
    expect(refuseOwn(younger, { deviceId: id("o") })).toEqual({ reason: "recovery-not-found" });
  });
});

describe("a recovery", () => {
  const { recoveryId } = recovery("n", 50);
  const stored = { deviceId: id("n"), registered: 40, state: "waiting" } as const;
  const item = {
    devices: [oldest, phone("n", { registered: 40 })],
    recoveries: [thefts, recovery("n", 50)],
  };

  it("has ended with its phone, also where that has registered again [H4]", () => {
    expect(hasEnded(item, recoveryId, stored)).toBe(false);
    expect(hasEnded({ ...item, devices: [oldest] }, recoveryId, stored)).toBe(true);
    const again = [oldest, phone("n", { registered: 41 })];
    expect(hasEnded({ ...item, devices: again }, recoveryId, stored)).toBe(true);
  });

  it("that waits has ended where the owner's item lists it no more; one that was released has not [H4]", () => {
    const unlisted = { ...item, recoveries: [thefts] };
    expect(hasEnded(unlisted, recoveryId, stored)).toBe(true);
    expect(hasEnded(unlisted, recoveryId, { ...stored, state: "released" })).toBe(false);
  });

  it("moves to the state that an act makes of it, or tells that it is over [H4]", () => {
    expect(moved("waiting", "deny")).toEqual({ refused: undefined, next: "denied" });
    expect(moved("released", "open")).toEqual({ refused: undefined, next: "released" });
    for (const state of ["cancelled", "denied", "expired"] as const) {
      expect(moved(state, "open")).toEqual({ refused: { reason: "recovery-over", state } });
    }
  });
});
