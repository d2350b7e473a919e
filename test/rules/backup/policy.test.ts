import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chosen, settled, waitOn, withoutShortening } from "../../../shared/backup/policy.ts";
import {
  type Choice,
  choice,
  DEFAULT_POLICY,
  LONGEST_WAIT,
  type Policy,
  policy,
} from "../../../shared/model/policy.ts";

const START = Date.parse("2026-11-22T08:00:00.000Z");
const HOUR = 60 * 60;
const DAY = 24 * HOUR;

/** Milliseconds since the epoch, so many seconds after the start. */
const at = (seconds: number) => START + seconds * 1000;
const iso = (seconds: number) => new Date(at(seconds)).toISOString();

/** A choice, so many seconds after the one before. */
interface Step {
  readonly after: number;
  readonly changes: Partial<Choice>;
}

const waits = fc.oneof(fc.constantFrom(0, 1, HOUR, DAY, LONGEST_WAIT), fc.nat(LONGEST_WAIT));
const step: fc.Arbitrary<Step> = fc.record({
  after: fc.oneof(fc.nat(2 * DAY), fc.constantFrom(0, HOUR - 1, HOUR, DAY, LONGEST_WAIT)),
  changes: fc.record(
    {
      conflict: fc.constantFrom("same-account" as const, "any-account" as const),
      otherPlatform: fc.boolean(),
      waitingSeconds: waits,
    },
    { requiredKeys: [] },
  ),
});

/** What was chosen and when it was, or is to be, the waiting time: from each choice alone, without a policy. */
function waitsByChoice(steps: readonly Step[]) {
  let [time, present] = [0, 0];
  let pending: { to: number; from: number } | undefined;
  const settle = () => {
    if (pending && time >= pending.from) [present, pending] = [pending.to, undefined];
  };
  for (const { after, changes } of steps) {
    time += after;
    settle();
    const { waitingSeconds: wanted } = changes;
    if (wanted === undefined) continue;
    if (wanted >= present) [present, pending] = [wanted, undefined];
    else if (pending?.to !== wanted) pending = { to: wanted, from: time + present };
  }
  return { time, present, pending };
}

function choose(steps: readonly Step[]): { readonly policy: Policy; readonly seconds: number } {
  let [present, seconds] = [DEFAULT_POLICY, 0];
  for (const one of steps) {
    seconds += one.after;
    present = chosen(present, one.changes, at(seconds));
  }
  return { policy: present, seconds };
}

describe("a policy after any choices", () => {
  it("has the waiting time that these lead to, and the shorter one that is to come [H10]", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { policy: left, seconds } = choose(steps);
        const { present, pending } = waitsByChoice(steps);
        expect(policy.parse(left)).toEqual(left);
        expect(settled(left, at(seconds)).waitingSeconds).toBe(present);
        const shortening = pending && { waitingSeconds: pending.to, from: iso(pending.from) };
        expect(settled(left, at(seconds)).shortening).toEqual(shortening);
      }),
      { numRuns: 500 },
    );
  });

  it("lets no recovery out before the present wait has passed, whatever a thief chooses from now on [H10]", () => {
    // Who holds an unlocked phone chooses at will, and begins a recovery whenever that helps.
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 8 }),
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.nat(LONGEST_WAIT),
        (before, thief, begins) => {
          const { policy: owners, seconds } = choose(before);
          const { waitingSeconds: wait, shortening } = settled(owners, at(seconds));
          // The owner's own shortening goes on: only what the thief gains is looked at.
          fc.pre(shortening === undefined);
          let [present, time] = [owners, seconds];
          for (const { after: passed, changes } of thief) {
            time += passed;
            present = chosen(present, changes, at(time));
          }
          const begun = time + begins;
          const released = begun + settled(present, at(begun)).waitingSeconds;
          expect(released).toBeGreaterThanOrEqual(seconds + wait);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("has what else was chosen last, at once", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { policy: left } = choose(steps);
        const last = <Name extends keyof Choice>(name: Name) =>
          steps.map(({ changes }) => changes[name]).findLast((value) => value !== undefined) ??
          DEFAULT_POLICY[name];
        expect(left.conflict).toBe(last("conflict"));
        expect(left.otherPlatform).toBe(last("otherPlatform"));
      }),
    );
  });

  it("is the same when the last choice is made again at the same time: a retry changes nothing", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), fc.nat(HOUR), (steps, later) => {
        const { policy: left, seconds } = choose(steps);
        const changes = steps.at(-1)?.changes ?? {};
        const again = chosen(left, changes, at(seconds));
        expect(again).toEqual(settled(left, at(seconds)));
        const { shortening } = settled(left, at(seconds + later));
        // However late the retry comes, it puts nothing off that has not come yet.
        if (shortening && changes.waitingSeconds === shortening.waitingSeconds) {
          expect(chosen(left, changes, at(seconds + later)).shortening).toEqual(shortening);
        }
      }),
    );
  });
});

describe("a shorter waiting time", () => {
  const shorter = chosen({ ...DEFAULT_POLICY, waitingSeconds: DAY }, { waitingSeconds: HOUR }, START);

  it("counts from the millisecond on at which the old one has passed [H10]", () => {
    expect(shorter).toEqual({
      ...DEFAULT_POLICY,
      waitingSeconds: DAY,
      shortening: { waitingSeconds: HOUR, from: iso(DAY) },
    });
    expect(settled(shorter, at(DAY) - 1)).toEqual(shorter);
    expect(settled(shorter, at(DAY))).toEqual({ ...DEFAULT_POLICY, waitingSeconds: HOUR });
  });

  it("is dropped where a longer one, or the present one, is chosen [H10]", () => {
    for (const waitingSeconds of [DAY, DAY + 1]) {
      expect(chosen(shorter, { waitingSeconds }, at(HOUR))).toEqual({ ...DEFAULT_POLICY, waitingSeconds });
    }
  });
});

describe("a choice", () => {
  it.each([-1, 0.5, LONGEST_WAIT + 1, Number.NaN, "60"])("is not a wait of %s seconds [H10]", (wait) => {
    expect(choice.shape.waitingSeconds.safeParse(wait).success).toBe(false);
  });

  it("is a wait of up to seven days [H10]", () => {
    expect(LONGEST_WAIT).toBe(7 * DAY);
    for (const wait of [0, LONGEST_WAIT]) expect(choice.shape.waitingSeconds.parse(wait)).toBe(wait);
  });
});

describe("a shorter waiting time that a recovery was denied under", () => {
  const shorter = chosen({ ...DEFAULT_POLICY, waitingSeconds: DAY }, { waitingSeconds: HOUR }, START);

  it("comes no more where its time has not come: the freeze would outlast it, and the next thief not wait [H5] [H10]", () => {
    expect(withoutShortening(shorter, at(DAY) - 1)).toEqual({ ...DEFAULT_POLICY, waitingSeconds: DAY });
  });

  it("stays where its time has come", () => {
    expect(withoutShortening(shorter, at(DAY))).toEqual({ ...DEFAULT_POLICY, waitingSeconds: HOUR });
  });

  it("leaves a policy without one as it is", () => {
    expect(withoutShortening(DEFAULT_POLICY, START)).toEqual(DEFAULT_POLICY);
  });
});

describe("a recovery waits on a phone", () => {
  const present = chosen({ ...DEFAULT_POLICY, waitingSeconds: DAY }, { waitingSeconds: HOUR }, START);
  const since2 = { trusted: { order: 9, from: 2 } };

  it("as long as the owner chose, by the time that counts now [H10]", () => {
    expect(waitOn({}, present, 2, at(DAY) - 1)).toBe(DAY);
    expect(waitOn({}, present, undefined, at(DAY))).toBe(HOUR);
  });

  it("not at all for a key that the phone may have anyway, or a new one, and as on any other for older ones [H10]", () => {
    expect([1, 2, 3, undefined].map((key) => waitOn(since2, present, key, START))).toEqual([DAY, 0, 0, 0]);
  });
});
