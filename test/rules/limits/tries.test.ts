import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explain } from "../../../shared/limits/explain.ts";
import {
  exhausted,
  LIMITS,
  type Trier,
  triesLeft,
  withoutTry,
  withTry,
} from "../../../shared/limits/tries.ts";
import { MOST_TALLIES, type Tally, tally } from "../../../shared/model/tries.ts";
import { type TryKind, tryKind } from "../../../shared/words.ts";
import { range } from "../backup/owner.ts";

const START = Date.parse("2026-11-22T08:00:00.000Z");
const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;

const PHONES = ["a", "b", "c"].map((name) => ({ deviceId: name.repeat(43) }));
const [phone, other] = PHONES as [NonNullable<Trier>, NonNullable<Trier>, NonNullable<Trier>];
const TRUSTED: Trier = { deviceId: "h".repeat(43), trusted: { order: 2, from: 1 } };
const TRIERS: readonly Trier[] = [...PHONES, TRUSTED, undefined];

/** Kinds that make a list grow: what others tried counts for a trusted phone, too. */
const SHARED: readonly TryKind[] = ["recoveries", "registrations", "losses"];

/** Kinds of which others' tries never stop a phone that has made none. */
const SPARING: readonly TryKind[] = [
  "contact-codes",
  "contact-sends",
  "challenges",
  "challenge-codes",
  "activation-codes",
];

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
  const isNew = trier !== undefined && countOf(history, of, trier.deviceId, now) === undefined;
  const isSpared = (trier?.trusted && !SHARED.includes(of)) || (isNew && SPARING.includes(of));
  const all = isSpared ? [] : [{ most: perOwner, deviceId: undefined }];
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
    const phones = range(1, 200).map((number) => ({ deviceId: String(number).padStart(43, "p") }));
    let tallies: Tally[] = [];
    for (const [at, thief] of phones.entries()) {
      for (const of of tryKind.options) tallies = withTry(tallies, of, thief, START + at);
    }
    expect(tallies).toHaveLength(MOST_TALLIES);
    for (const one of tallies) expect(tally.parse(one)).toEqual(one);
    const left = tallies.filter(({ of, deviceId }) => of === "losses" && deviceId !== undefined);
    expect(left.map(({ deviceId }) => deviceId)).toEqual(phones.slice(-20).map(({ deviceId }) => deviceId));
    // The oldest goes, wherever it stands.
    const [newest, ...older] = tallies.filter(({ of, deviceId }) => of === "losses" && deviceId).toReversed();
    const turned = newest ? [newest, ...older] : [];
    const next = withTry(turned, "losses", other, START + 300);
    expect(next.slice(0, -2)).toEqual(turned.slice(0, -1));
    const [last] = phones.slice(-1);
    expect(withTry(tallies, "losses", last, START + 200)).toHaveLength(MOST_TALLIES);
  });

  it("can be taken back, one of a phone and of the owner at a time; those of others stay", () => {
    const one = withTry([], "contact-sends", phone, START);
    expect(withoutTry(one, "contact-sends", phone)).toEqual([]);
    const two = withTry(withTry(one, "contact-sends", other, START), "contact-codes", phone, START);
    const left = withoutTry(two, "contact-sends", phone);
    expect(left.map(({ of, deviceId, count }) => [of, deviceId, count])).toEqual([
      ["contact-sends", undefined, 1],
      ["contact-sends", other.deviceId, 1],
      ["contact-codes", undefined, 1],
      ["contact-codes", phone.deviceId, 1],
    ]);
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
      recoveries: { window: 24 * HOUR, perPhone: 5, perOwner: 10, trustedToo: true },
      conflicts: { window: 24 * HOUR, perPhone: 10, perOwner: 20 },
      "recovery-keys": { window: 24 * HOUR, perPhone: 5, perOwner: 10 },
      "step-ups": { window: HOUR, perPhone: 10, perOwner: 30 },
      proofs: { window: HOUR, perPhone: 20, perOwner: 20 },
      registrations: { window: 24 * HOUR, perPhone: 10, perOwner: 10, trustedToo: true },
      losses: { window: 24 * HOUR, perPhone: 3, perOwner: 3, trustedToo: true },
      "contact-codes": { window: 24 * HOUR, perPhone: 5, perOwner: 10, sparesOthers: true },
      "contact-sends": { window: 24 * HOUR, perPhone: 5, perOwner: 20, sparesOthers: true },
      challenges: { window: 24 * HOUR, perPhone: 50, perOwner: 200, sparesOthers: true },
      "challenge-codes": { window: 24 * HOUR, perPhone: 5, perOwner: 10, sparesOthers: true },
      "activation-codes": { window: 24 * HOUR, perPhone: 10, perOwner: 30, sparesOthers: true },
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

  it("do not hold what others spent against a trusted phone: a thief would lock the owner out", () => {
    let tallies: Tally[] = [];
    for (let time = 0; time < 30; time++) tallies = withTry(tallies, "step-ups", phone, START);
    expect(triesLeft(tallies, "step-ups", other, START)).toBe(0);
    expect(triesLeft(tallies, "step-ups", TRUSTED, START)).toBe(10);
    for (let time = 0; time < 10; time++) tallies = withTry(tallies, "step-ups", TRUSTED, START);
    expect(exhausted(tallies, ["step-ups"], TRUSTED, START)).toBeDefined();
  });

  it.each(SHARED)("hold all that was tried against every phone where a list grows by it: %s", (of) => {
    let tallies: Tally[] = [];
    const { perOwner } = LIMITS[of];
    for (const at of range(1, perOwner)) tallies = withTry(tallies, of, PHONES[at % 3], START);
    expect(triesLeft(tallies, of, TRUSTED, START)).toBe(0);
    expect(exhausted(tallies, [of], TRUSTED, START)).toEqual({ of, until: START + 24 * HOUR });
  });

  it("last their full length at most from now, whatever an instance ahead has written down", () => {
    let tallies: Tally[] = [];
    for (let time = 0; time < 5; time++) tallies = withTry(tallies, "recoveries", phone, START + 40 * HOUR);
    const until = START + 24 * HOUR;
    expect(exhausted(tallies, ["recoveries"], phone, START)).toEqual({ of: "recoveries", until });
  });

  it("are answered with the time, but no `Retry-After`: no app waits for hours", () => {
    const { code, members, headers } = explain({ of: "recoveries", until: START + 1 });
    expect(code).toBe("too-many-tries");
    expect(members).toEqual({ of: "recoveries", retryAt: "2026-11-22T08:00:00.001Z" });
    expect(headers).toEqual({});
  });

  it("send to a fresh sign-in where that is let through, and nowhere else", () => {
    const codes = Object.keys(LIMITS).map((of) => explain({ of: of as TryKind, until: START }).code);
    const sentThere = Object.keys(LIMITS).filter((_, at) => codes[at] === "too-many-refusals");
    expect(sentThere).toEqual(["step-ups", "proofs"]);
  });
});
