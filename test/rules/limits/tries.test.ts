import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explain } from "../../../shared/limits/explain.ts";
import { exhausted, LIMITS, type Trier, triesLeft, withTry } from "../../../shared/limits/tries.ts";
import { type Tally, tally } from "../../../shared/model/tries.ts";
import { type TryKind, tryKind } from "../../../shared/words.ts";

const START = Date.parse("2026-11-22T08:00:00.000Z");
const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;

const PHONES = ["a", "b", "c"].map((name) => ({ deviceId: name.repeat(43), holdsBackup: false }));
const [phone, other] = PHONES as [NonNullable<Trier>, NonNullable<Trier>, NonNullable<Trier>];
const HOLDER: Trier = { deviceId: "h".repeat(43), holdsBackup: true };
const TRIERS: readonly Trier[] = [...PHONES, HOLDER, undefined];

/** A try at a time in milliseconds since the epoch. */
interface Try {
  readonly of: TryKind;
  readonly trier: Trier;
  readonly at: number;
}

/** What is counted, told the plainest way: for whom each try counts, and when their windows began. */
function countOf(history: readonly Try[], of: TryKind, deviceId: string | undefined, now: number) {
  let since = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const { trier, at } of history.filter((one) => one.of === of)) {
    if (deviceId !== undefined && trier?.deviceId !== deviceId) continue;
    if (at >= since + LIMITS[of].window) [since, count] = [at, 0];
    count++;
  }
  return now < since + LIMITS[of].window ? { count, until: since + LIMITS[of].window } : undefined;
}

/** The counts that hold against a phone, with how many there may be. */
function heldAgainst(history: readonly Try[], of: TryKind, trier: Trier, now: number) {
  const { perPhone, perOwner } = LIMITS[of];
  const own = trier ? [{ most: perPhone, deviceId: trier.deviceId }] : [];
  const all = trier?.holdsBackup ? [] : [{ most: perOwner, deviceId: undefined }];
  return [...own, ...all].map(({ most, deviceId }) => ({ most, ...countOf(history, of, deviceId, now) }));
}

const attempts = fc.array(
  fc.record({
    of: fc.constantFrom(...tryKind.options),
    trier: fc.constantFrom(...TRIERS),
    /** Milliseconds since the one before. */
    after: fc.oneof(fc.nat(10 * MINUTE), fc.constantFrom(0, HOUR - 1, HOUR, 24 * HOUR - 1, 24 * HOUR)),
  }),
  { maxLength: 120 },
);

describe("tries", () => {
  it("are counted as the plain history of them says, for each phone and for the owner", () => {
    fc.assert(
      fc.property(attempts, (made) => {
        let [now, tallies] = [START, [] as Tally[]];
        const history: Try[] = [];
        for (const { of, trier, after } of made) {
          now += after;
          history.push({ of, trier, at: now });
          tallies = withTry(tallies, of, trier, now);
        }
        for (const of of tryKind.options) {
          for (const trier of TRIERS) {
            const held = heldAgainst(history, of, trier, now);
            const left = Math.max(0, Math.min(...held.map(({ most, count = 0 }) => most - count)));
            expect(triesLeft(tallies, of, trier, now)).toBe(left);
            const spent = held.flatMap(({ most, count = 0, until = 0 }) => (count >= most ? [until] : []));
            const expected = spent.length > 0 ? { of, until: Math.max(...spent) } : undefined;
            expect(exhausted(tallies, [of], trier, now)).toEqual(expected);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are none left exactly where there are too many: what is told and what is done agree", () => {
    fc.assert(
      fc.property(attempts, fc.constantFrom(...TRIERS), (made, trier) => {
        let [now, tallies] = [START, [] as Tally[]];
        for (const one of made) {
          now += one.after;
          tallies = withTry(tallies, one.of, one.trier, now);
        }
        for (const of of tryKind.options) {
          const none = exhausted(tallies, [of], trier, now) !== undefined;
          expect(triesLeft(tallies, of, trier, now) === 0).toBe(none);
        }
      }),
    );
  });

  it("stay few, also where a thief registers one phone after another", () => {
    const phones = Array.from({ length: 200 }, (_, at) => ({
      deviceId: String(at).padStart(43, "p"),
      holdsBackup: false,
    }));
    let tallies: Tally[] = [];
    for (const thief of phones) {
      for (const of of tryKind.options) {
        if (!exhausted(tallies, [of], thief, START)) tallies = withTry(tallies, of, thief, START);
      }
    }
    const most = Object.values(LIMITS).reduce((sum, { perOwner }) => sum + perOwner + 1, 0);
    expect(tallies.length).toBeLessThanOrEqual(most);
    for (const one of tallies) expect(tally.parse(one)).toEqual(one);
  });

  it("are forgotten with the first one that is made when their time has passed", () => {
    let tallies = withTry([], "step-ups", phone, START);
    tallies = withTry(tallies, "recoveries", phone, START);
    expect(tallies).toHaveLength(4);
    tallies = withTry(tallies, "step-ups", other, START + HOUR);
    expect(tallies.map(({ of, deviceId, count }) => ({ of, deviceId, count }))).toEqual([
      { of: "recoveries", deviceId: undefined, count: 1 },
      { of: "recoveries", deviceId: phone.deviceId, count: 1 },
      { of: "step-ups", deviceId: undefined, count: 1 },
      { of: "step-ups", deviceId: other.deviceId, count: 1 },
    ]);
  });
});

describe("limits", () => {
  it("leave an owner few guesses a day, and a phone that asks too often an hour to wait", () => {
    expect(LIMITS).toEqual({
      recoveries: { window: 24 * HOUR, perPhone: 5, perOwner: 10 },
      "recovery-keys": { window: 24 * HOUR, perPhone: 5, perOwner: 10 },
      "step-ups": { window: HOUR, perPhone: 10, perOwner: 30 },
      proofs: { window: HOUR, perPhone: 20, perOwner: 20 },
    });
  });

  it("end as long after the first try as they last, to the millisecond", () => {
    let tallies: Tally[] = [];
    for (let at = 0; at < 5; at++) tallies = withTry(tallies, "recoveries", phone, START + at);
    const end = START + 24 * HOUR;
    expect(exhausted(tallies, ["recoveries"], phone, end - 1)).toEqual({ of: "recoveries", until: end });
    expect(exhausted(tallies, ["recoveries"], phone, end)).toBeUndefined();
    expect(triesLeft(tallies, "recoveries", phone, end)).toBe(5);
  });

  it("that are both reached, the owner's and the phone's, end with the later one", () => {
    let tallies: Tally[] = [];
    for (let time = 0; time < 5; time++) tallies = withTry(tallies, "recoveries", other, START);
    for (let time = 0; time < 5; time++) tallies = withTry(tallies, "recoveries", phone, START + MINUTE);
    const until = START + MINUTE + 24 * HOUR;
    expect(exhausted(tallies, ["recoveries"], phone, START + MINUTE)).toEqual({ of: "recoveries", until });
    expect(exhausted(tallies, ["recoveries"], other, START + MINUTE)).toMatchObject({
      until: START + 24 * HOUR,
    });
  });

  it("that are reached answer in the order that is asked for", () => {
    let tallies: Tally[] = [];
    for (let time = 0; time < 20; time++) tallies = withTry(tallies, "proofs", undefined, START);
    for (let time = 0; time < 10; time++) tallies = withTry(tallies, "step-ups", phone, START);
    expect(exhausted(tallies, ["step-ups", "proofs"], phone, START)).toMatchObject({ of: "step-ups" });
    expect(exhausted(tallies, ["proofs", "step-ups"], phone, START)).toMatchObject({ of: "proofs" });
    expect(exhausted(tallies, ["recoveries"], phone, START)).toBeUndefined();
    expect(exhausted(tallies, [], phone, START)).toBeUndefined();
  });

  it("do not hold what others spent against a phone that has the backup", () => {
    let tallies: Tally[] = [];
    for (let time = 0; time < 30; time++) tallies = withTry(tallies, "step-ups", phone, START);
    expect(triesLeft(tallies, "step-ups", other, START)).toBe(0);
    expect(triesLeft(tallies, "step-ups", HOLDER, START)).toBe(10);
    for (let time = 0; time < 10; time++) tallies = withTry(tallies, "step-ups", HOLDER, START);
    expect(exhausted(tallies, ["step-ups"], HOLDER, START)).toBeDefined();
  });

  it("are answered with the time, and the seconds until then, rounded up", () => {
    const { code, members, headers } = explain(
      { reason: "too-many-tries", of: "proofs", until: START + 1 },
      START,
    );
    expect(code).toBe("too-many-tries");
    expect(members).toEqual({ of: "proofs", retryAt: "2026-11-22T08:00:00.001Z" });
    expect(headers).toEqual({ "Retry-After": "1" });
  });
});
