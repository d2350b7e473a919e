import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAYS } from "../../../shared/backup/history.ts";
import { MOST_VERSIONS } from "../../../shared/model/owner.ts";
import { DAY, HOUR, range, trusted } from "./owner.ts";
import { refsFrom, Walk } from "./walk.ts";

/** More of them go deeper; each takes about a second. */
const WALKS = Number(process.env.WALKS ?? 5);

/** Who else has a hand in an owner's history. */
interface Hands {
  readonly seed: number;
  /** Phones that were stolen unlocked: trusted, and never signed in again. */
  readonly stolen: number;
  readonly faulty: boolean;
  /** Whether stolen phones deny what the owner recovers, and the owner what a stranger does who has the sign-in. */
  readonly freezes: boolean;
  /** Days that the clock of one of the instances is ahead; 0 if it is right. */
  readonly lead: number;
}

const hands: fc.Arbitrary<Hands> = fc.record({
  seed: fc.integer(),
  stolen: fc.integer({ min: 0, max: 3 }),
  faulty: fc.boolean(),
  freezes: fc.boolean(),
  lead: fc.constantFrom(0, 0, 1, 3, 40, 400),
});

/** Numbers from 0 to below `below`, the same for the same seed (mulberry32). */
function dice(seed: number) {
  let state = seed | 0;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Roll = ReturnType<typeof dice>;

/** One of several; the first where there is none. */
const pick = <T>(roll: Roll, [first, ...others]: readonly [T, ...T[]]): T =>
  [first, ...others][roll(others.length + 1)] ?? first;

/** The letters of phones that the owner gets on the way. */
const LATER = "ABCDEFGHIJKLMNOPQRSTUVWXYZghijklmnopq";

/** An act, and how often it comes up. */
type Act = readonly [often: number, what: string, act: () => unknown];

/** What everybody may do who has a hand in it; the owner's phones are `a`, `b` and the newest. */
function actsOn(walk: Walk, { stolen, faulty, freezes, lead }: Hands, roll: Roll): readonly Act[] {
  const thieves = [..."stu"].slice(0, stolen);
  walk.upload("a", refsFrom(1, 12), { signIn: "fresh" });
  for (const letter of ["b", ...thieves, ...(faulty ? ["f"] : [])]) walk.recover(letter);
  let [newest, later, accounts] = ["b", 0, 12];
  const ahead = () => (lead > 0 && roll(3) === 0 ? lead * DAY : 0);

  const ownerUploads = () => {
    if (roll(8) === 0) accounts++;
    const letter = pick(roll, ["a", "b", newest]);
    const refs = refsFrom(1 + roll(3), accounts);
    const refused = walk.upload(letter, refs, { signIn: "stale", lead: ahead() });
    if (refused && roll(4) === 0) walk.upload(letter, refs, { signIn: "fresh", agreed: true });
  };
  const thiefUploads = () => {
    const all = refsFrom(1, accounts);
    const refs = pick(roll, [
      [],
      all,
      all.slice(1 + roll(2)),
      all.slice(roll(accounts)),
      refsFrom(900, 900 + roll(20)),
    ]);
    walk.upload(pick(roll, ["s", ...thieves]), refs, { signIn: "stale", lead: ahead() });
  };
  const faultyUploads = () => {
    const whole = walk.refsOf("f");
    const part = whole.slice(0, Math.ceil(whole.length / (1 + roll(3))));
    walk.upload("f", roll(3) === 0 ? refsFrom(1, accounts) : part, { signIn: "stale", lead: ahead() });
  };
  const ownerGetsPhone = () => {
    const letter = LATER[later++ % LATER.length] ?? "A";
    if (walk.has(letter)) return walk.revoke(letter, "a");
    walk.recover(letter);
    if (!walk.has(letter)) return;
    walk.upload(letter, refsFrom(1, accounts), { signIn: "stale" });
    newest = letter;
  };
  const strangerSignsIn = () => {
    if (walk.isFrozen) return;
    walk.recover("z");
    walk.upload("z", [], { signIn: "fresh", agreed: true });
    if (roll(3) === 0) walk.revoke("b", "z");
    walk.deny(pick(roll, ["a", "b"]), "fresh");
  };

  return [
    [10, "an upload of the owner's", ownerUploads],
    [20, "an upload of a thief's", thiefUploads],
    [faulty ? 10 : 0, "an upload of a faulty app", faultyUploads],
    [20, "nothing", () => undefined],
    [1, "restoring", () => walk.restore("a")],
    [1, "starting anew", () => walk.recover(pick(roll, ["a", "b"]), "start-anew")],
    [2, "a new phone", ownerGetsPhone],
    [freezes ? 2 : 0, "a denial by a thief", () => thieves.some((letter) => walk.deny(letter, "stale"))],
    [freezes ? 2 : 0, "a stranger with the sign-in", strangerSignsIn],
    [1, "lifting", () => walk.lift("a", ahead())],
  ];
}

/** So many days of it. @throws {Error} something is gone, or the owner's item can't be read any more */
function walked(all: Hands, days: number): Walk {
  const roll = dice(all.seed);
  const walk = new Walk(trusted("a", 2));
  const deck = actsOn(walk, all, roll).flatMap((act) => Array.from({ length: act[0] }, () => act));
  for (let day = 0; day < days; day++) {
    let left = DAY;
    for (let turn = roll(12); turn > 0; turn--) {
      const pause = roll(Math.min(left, 6 * HOUR));
      left -= pause;
      walk.pass(pause);
      const [, what, act] = deck[roll(deck.length)] ?? expect.fail("no acts");
      act();
      const gone = walk.gone();
      if (gone) throw new Error(`after ${what}, gone: ${gone}`);
    }
    walk.pass(left);
    const unreadable = walk.unreadable();
    if (unreadable) throw new Error(unreadable);
  }
  return walk;
}

describe("over hundreds of days, an owner's history", () => {
  it(
    "has what was there for thirty days that count, whoever uploads, and however often it is frozen [D11] [H1] [H2]",
    () => {
      fc.assert(
        fc.property(hands, (all) => {
          expect(walked(all, 250).most.versions).toBeLessThan(MOST_VERSIONS);
        }),
        {
          numRuns: WALKS,
          endOnFailure: true,
          // A version that a clock ahead says was replaced 40 days later than it was.
          examples: [[{ seed: -18, stolen: 2, faulty: false, freezes: true, lead: 40 }]],
        },
      );
    },
    WALKS * 20_000,
  );

  it("has what was there before a thief started anew, five times a day for two months [D11] [H1]", () => {
    const walk = new Walk(trusted("a", 2));
    for (const _ of range(1, 60)) {
      walk.upload("a", refsFrom(1, 12), { signIn: "stale" });
      for (const again of range(1, 5)) {
        walk.recover("z", "start-anew");
        expect(walk.upload("z", refsFrom(900, 900 + again), { signIn: "fresh" })).toBeUndefined();
        expect(walk.gone()).toBeUndefined();
      }
      walk.pass(DAY);
    }
    // Of each day the first two, and what was there at its end.
    expect(walk.most.versions).toBeGreaterThan(2 * DAYS);
    expect(walk.most.versions).toBeLessThan(MOST_VERSIONS / 3);
  });

  /** A day of a stolen phone: it replaces what was there at the end of the last one, and loses as often as it may. */
  function stolenDay(walk: Walk): void {
    const accounts = [refsFrom(1, 13), refsFrom(2, 13), refsFrom(1, 12), refsFrom(2, 13), refsFrom(1, 12)];
    const refused = accounts.map((refs) => walk.upload("s", refs, { signIn: "stale" }));
    expect(refused).toEqual([undefined, undefined, undefined, undefined, "step-up-required"]);
    walk.pass(DAY);
  }

  it("has all of it while four stolen phones lose what they may every day, and freeze it as often as they may [D11] [H1] [H5]", () => {
    const walk = new Walk(trusted("a", 2));
    const thieves = [..."stuv"];
    walk.upload("a", refsFrom(1, 12), { signIn: "fresh" });
    for (const letter of thieves) walk.recover(letter);
    let denials = 0;
    for (const _ of range(1, 200)) {
      if (!walk.isFrozen) {
        walk.recover("b");
        if (thieves.some((letter) => walk.deny(letter, "stale"))) denials++;
      }
      stolenDay(walk);
      expect(walk.gone()).toBeUndefined();
    }
    expect(denials).toBe(4);
    expect(walk.unreadable()).toBeUndefined();
    expect(walk.most.versions).toBeGreaterThan(390);
    expect(walk.most.versions).toBeLessThan(MOST_VERSIONS);
  });

  it("is full after a siege of half a year, frozen again and again, and the owner goes on all the same [G9] [H1]", () => {
    const walk = new Walk(trusted("a", 2));
    walk.upload("a", refsFrom(1, 12), { signIn: "fresh" });
    walk.recover("s");
    for (const _ of range(1, 230)) {
      if (!walk.isFrozen) {
        walk.recover("z");
        walk.deny("a", "fresh");
      }
      stolenDay(walk);
      expect(walk.unreadable()).toBeUndefined();
    }
    expect(walk.most.versions).toBe(MOST_VERSIONS);
    expect(walk.upload("a", refsFrom(1, 12), { signIn: "fresh" })).toBeUndefined();
    walk.lift("a");
    walk.restore("a");
    walk.recover("n", "start-anew");
    expect(walk.upload("n", refsFrom(1, 3), { signIn: "stale" })).toBeUndefined();
    expect(walk.unreadable()).toBeUndefined();
  });
});
