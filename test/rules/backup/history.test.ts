import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ANEW_A_DAY,
  BEHIND,
  CONFIRMED,
  DAYS,
  dayOf,
  HISTORY_BYTES,
  NEWEST,
  REVOKED,
  thinned,
  withFrozenDays,
} from "../../../shared/backup/history.ts";
import { actorOf } from "../../../shared/model/event.ts";
import { MOST_SPANS, MOST_VERSIONS, type Owner } from "../../../shared/model/owner.ts";
import type { Version } from "../../../shared/model/version.ts";
import {
  backupOf,
  DAY,
  deleted,
  freeze,
  HOUR,
  key,
  on,
  phone,
  range,
  recovery,
  START,
  timeAt,
  version,
  versionsOf,
} from "./owner.ts";

const TODAY = dayOf(START);

type By = NonNullable<Version["held"]>["by"];

/** How a version came and went: all in days before the start. */
interface Came {
  readonly ago: number;
  /** Left out while it is current. */
  readonly replaced?: number;
  /** What holds it since it was replaced. */
  readonly by?: By;
  readonly from?: string;
}

function came(number: number, { ago, replaced, by, from }: Came): Version {
  return version(number, {
    uploadedAt: timeAt(-ago * DAY),
    ...(replaced !== undefined && { replacedAt: timeAt(-replaced * DAY) }),
    ...(by && { held: { since: timeAt(-(replaced ?? 0) * DAY), by } }),
    ...(from && { device: actorOf(phone(from)) }),
  });
}

/** The day on which it is thinned to the start: the last of seven with an upload. */
const NOW = START + BEHIND * DAY;

/** Ten versions of those seven days, newest first: what comes behind them is not kept for being new. */
const TEN = range(1, NEWEST)
  .toReversed()
  .map((number) => {
    const ago = -Math.max(0, number - (NEWEST - BEHIND));
    return came(9_000 + number, { ago, replaced: ago });
  });

/** Which of these versions a thinning leaves behind ten new ones. */
function kept(older: readonly Version[], changes: Partial<Owner> = {}): number[] {
  return versionsOf(thinned({ ...on([...TEN, ...older]), ...changes }, NOW).next).slice(NEWEST);
}

/** Whether a version that came and went like this is still there. */
const isKept = (one: Came, changes: Partial<Owner> = {}) => kept([came(1, one)], changes).length > 0;

describe("the history keeps", () => {
  it("the ten newest, however old, and of a busy day no more [H1]", () => {
    const old = range(1, NEWEST).map((number) => came(number, { ago: 1000, replaced: 900 }));
    expect(thinned(on(old.toReversed()), NOW).dropped).toEqual([]);
    const busy = range(1, 5).map((number) => came(number, { ago: 0, replaced: 0 }));
    expect(kept(busy.toReversed())).toEqual([]);
  });

  it("of each day the version that was current at its end, for thirty days after it was replaced [H1]", () => {
    const twiceADay = range(1, 34).flatMap((ago) => [
      came(200 - 2 * ago, { ago, replaced: ago - 1 }),
      came(199 - 2 * ago, { ago, replaced: ago }),
    ]);
    expect(kept(twiceADay)).toEqual(range(1, 31).map((ago) => 200 - 2 * ago));
    expect(isKept({ ago: 500, replaced: DAYS - 1 })).toBe(true);
    expect(isKept({ ago: 500, replaced: DAYS })).toBe(false);
  });

  it("days in UTC: what was replaced at midnight was there at the end of the day before", () => {
    const midnight = -8 * HOUR;
    const before = version(1, { uploadedAt: timeAt(midnight - 1), replacedAt: timeAt(midnight) });
    const later = version(2, { uploadedAt: timeAt(midnight), replacedAt: timeAt(midnight + 1) });
    expect(kept([later, before])).toEqual([1]);
  });

  it("one version of a day, though instances that disagree about midnight take turns [H1]", () => {
    const [before, behind] = [timeAt(-8 * HOUR - 1), timeAt(-8 * HOUR)];
    const turns = range(1, 50).map((number) =>
      number % 2 > 0
        ? version(number, { uploadedAt: before, replacedAt: behind })
        : version(number, { uploadedAt: behind, replacedAt: before }),
    );
    expect(kept(turns.toReversed())).toEqual([49]);
  });

  it("what was there at the end of days, also where a denial made it current a second time [H5]", () => {
    // Current for an hour ten days ago, and again from the denial eight days ago until yesterday.
    const sound = came(1, { ago: 10, replaced: 1 });
    const denied: Version = { ...came(2, { ago: 10, replaced: 8 }), denied: true };
    expect(kept([denied, sound])).toEqual([2, 1]);
  });

  it("what was there at the end of a day, also where an instance far ahead took turns on the next one [H1]", () => {
    const yesterdays = came(1, { ago: 1, replaced: -40 });
    const todays = came(2, { ago: 0, replaced: -40 });
    expect(kept([todays, yesterdays])).toEqual([2, 1]);
  });

  it("the newest of each phone that is registered, however old [H1]", () => {
    const versions = [
      came(6, { ago: 500, replaced: 500, from: "a" }),
      came(5, { ago: 600, replaced: 600, from: "b" }),
      came(4, { ago: 700, replaced: 700, from: "a" }),
      came(3, { ago: 700, replaced: 700, from: "c" }),
    ];
    expect(kept(versions, { devices: [phone("a"), phone("b")] })).toEqual([6, 5]);
  });

  it("of a phone what it uploaded, not what it restored since: that is another's [H1]", () => {
    const versions = [
      { ...came(6, { ago: 500, replaced: 500, from: "a" }), sealedAs: 2 },
      came(5, { ago: 600, replaced: 600, from: "a" }),
      came(4, { ago: 700, replaced: 700, from: "a" }),
    ];
    expect(kept(versions, { devices: [phone("a")] })).toEqual([5]);
  });

  it.each<By>(["loss", "confirmed", "start-anew", "revocation"])(
    "for thirty days what is held for a %s, and no day longer [D11] [H1] [H2]",
    (by) => {
      expect(isKept({ ago: 40, replaced: DAYS - 1, by })).toBe(true);
      expect(isKept({ ago: 40, replaced: DAYS, by })).toBe(false);
    },
  );

  it("the current version, also where ten newer ones were denied [H5]", () => {
    const old = came(1, { ago: 90 });
    expect(kept([old], { backup: on([...TEN, old], { current: 1 }).backup })).toEqual([1]);
    expect(kept([old])).toEqual([]);
  });

  it("what a live recovery names, until that is over [G4]", () => {
    const old = { ago: 90, replaced: 90 };
    const naming = (expiresAt: string) => ({ recoveries: [recovery("n", 5, { version: 1, expiresAt })] });
    // Judged by the end of the day that it is thinned to: a clock ahead ends no recovery.
    const midnight = 16 * HOUR;
    expect(isKept(old, naming(timeAt(midnight)))).toBe(true);
    expect(isKept(old, naming(timeAt(midnight - 1)))).toBe(false);
    expect(isKept(old, { recoveries: [recovery("n", 5)] })).toBe(false);
  });

  it("each version in its place, or drops it", () => {
    const versions = range(1, 50)
      .toReversed()
      .map((number) => came(number, { ago: 60 - number, replaced: 60 - number - (number % 2) }));
    const { next, dropped } = thinned(on(versions), NOW);
    const isDropped = new Set(dropped);
    expect(dropped.length).toBeGreaterThan(0);
    expect(versionsOf(next)).toEqual(
      versions.filter((one) => !isDropped.has(one)).map(({ version }) => version),
    );
  });

  it("nothing where backup is off", () => {
    expect(thinned(deleted, START)).toEqual({ next: deleted, dropped: [] });
  });
});

describe("the history keeps no more", () => {
  /** So many versions that are held for the same reason since two weeks ago, newest first. */
  function held(by: By, count: number): Version[] {
    return range(1, count)
      .map((number) => came(number, { ago: 14, replaced: 14, by }))
      .toReversed();
  }

  it.each([
    ["confirmed", CONFIRMED],
    ["revocation", REVOKED],
  ] as const)("than the newest thirty that a fresh sign-in replaced or removed: %s [H1]", (by, most) => {
    expect(most).toBe(30);
    expect(kept(held(by, most + 5))).toEqual(range(6, most + 5).toReversed());
  });

  it("than thirty of removed phones, but that of the phone removed last, however old its version is [H1]", () => {
    const unused = came(0, { ago: 30, replaced: 30, by: "revocation" });
    const justNow = { ...unused, held: { since: timeAt(-HOUR), by: "revocation" as const } };
    expect(kept([...held("revocation", REVOKED), justNow])).toContain(0);
    expect(kept([...held("revocation", REVOKED), unused])).not.toContain(0);
  });

  it("than the first two of a day that starting anew replaced: a thief who goes on pushes nothing out", () => {
    expect(ANEW_A_DAY).toBe(2);
    const yesterday = came(9, { ago: 1, replaced: 1, by: "start-anew" });
    expect(kept([yesterday, ...held("start-anew", 8)])).toEqual([9, 2, 1]);
  });

  it("than there is room for, but all that was lost without a fresh sign-in: uploads are counted [H1]", () => {
    expect(kept(held("loss", 200))).toHaveLength(200);
  });

  it("than the owner's item has room for: first goes what took a fresh sign-in, the oldest of it", () => {
    const lost = (count: number) =>
      held("loss", count).map((one) => ({ ...one, version: one.version + 1_000 }));
    const numbers = (versions: readonly Version[]) => versions.map(({ version }) => version);
    const fresh = [...held("confirmed", 2), ...held("start-anew", 0)];
    const room = MOST_VERSIONS - NEWEST;
    expect(kept([...lost(room - 1), ...fresh])).toEqual([...numbers(lost(room - 1)), 2]);
    expect(kept([...lost(room + 3), ...fresh])).toEqual(numbers(lost(room + 3).slice(0, room)));
  });

  it("than has room in bytes, with the user keys that they need, each counted once [G9]", () => {
    const bytesOf = (part: unknown) => Buffer.byteLength(JSON.stringify(part)) + 1;
    for (const most of [1, 500, 900]) {
      const keys = range(1, most).map((number) => key(number));
      const versions = [...TEN, ...held("loss", 890)].map((one, at) => ({ ...one, key: 1 + (at % most) }));
      let [item, dropped]: [Owner, number] = [on(versions, { keys }), 1];
      while (dropped > 0) {
        const made = thinned(item, NOW);
        [item, dropped] = [made.next, made.dropped.length];
      }
      let bytes = 0;
      const fitting = versions.findIndex((one, at) => {
        bytes += bytesOf(one) + (at < most ? bytesOf(key(one.key)) : 0);
        return bytes > HISTORY_BYTES;
      });
      const left = versionsOf(item);
      expect(left).toHaveLength(fitting < 0 ? versions.length : fitting);
      expect(left.length < versions.length).toBe(most > 1);
    }
  });

  it("but drops sixty at once at most, the oldest: they are deleted in one commit", () => {
    const busy = range(1, 80).map((number) => came(number, { ago: 0, replaced: 0 }));
    expect(kept(busy.toReversed())).toEqual(range(61, 80).toReversed());
  });
});

describe("days that were frozen", () => {
  it("count for no version's age [H1] [H5]", () => {
    const frozenDays: Owner["frozenDays"] = [[TODAY - 20, TODAY - 11]];
    expect(isKept({ ago: 500, replaced: DAYS + 9 }, { frozenDays })).toBe(true);
    expect(isKept({ ago: 500, replaced: DAYS + 10 }, { frozenDays })).toBe(false);
    expect(isKept({ ago: 500, replaced: DAYS + 9, by: "loss" }, { frozenDays })).toBe(true);
  });

  it("make no older what was replaced on one of them", () => {
    const frozenDays: Owner["frozenDays"] = [[TODAY - 60, TODAY - 30]];
    for (const replaced of [31, 45, 60]) expect(isKept({ ago: 500, replaced }, { frozenDays })).toBe(true);
    expect(isKept({ ago: 500, replaced: 62 }, { frozenDays })).toBe(false);
  });

  it("are not counted while it is still frozen either, and none is left out twice", () => {
    const changes: Partial<Owner> = {
      freeze: { ...freeze, at: timeAt(-40 * DAY) },
      frozenDays: [[TODAY - 45, TODAY - 40]],
    };
    const lost = (ago: number) => ({
      ...came(1, { ago: -1, replaced: ago, by: "loss" }),
      uploadedAt: timeAt(-39 * DAY),
    });
    expect(kept([lost(75)], changes)).toEqual([1]);
    expect(kept([lost(76)], changes)).toEqual([1]);
    expect(kept([lost(77)], changes)).toEqual([]);
    expect(kept([lost(35)])).toEqual([]);
  });

  it("drop nothing that was there before them, as long as they last [H5]", () => {
    const frozen = { freeze: { ...freeze, at: timeAt(-HOUR) } };
    const before = version(1, { uploadedAt: timeAt(-HOUR), replacedAt: timeAt(-HOUR) });
    const since = version(2, { uploadedAt: timeAt(1 - HOUR), replacedAt: timeAt(1 - HOUR) });
    expect(kept([since, before], frozen)).toEqual([1]);
    expect(kept([since, before])).toEqual([]);
  });

  it("that a clock ahead has written down make no version older or younger", () => {
    for (const changes of [
      { freeze: { ...freeze, at: timeAt(5 * DAY) } },
      { frozenDays: [[TODAY + 5, TODAY + 9]] as Owner["frozenDays"] },
    ]) {
      const lost = (replaced: number) => ({
        ...came(1, { ago: 40, replaced, by: "loss" }),
        uploadedAt: timeAt(6 * DAY),
      });
      expect(kept([lost(DAYS - 1)], changes)).toEqual([1]);
      expect(kept([lost(DAYS)], changes)).toEqual([]);
    }
  });
});

describe("a clock that runs ahead", () => {
  /** The owner after an upload by an instance whose clock is so many days ahead of the start. */
  function uploadedAt(item: Owner, days: number): Owner {
    const backup = backupOf(item);
    const versions = backup.versions.map((one) =>
      one.version === backup.current ? { ...one, replacedAt: timeAt(days * DAY) } : one,
    );
    const next = came(item.nextVersion, { ago: -days });
    return thinned(
      {
        ...item,
        nextVersion: next.version + 1,
        backup: { ...backup, current: next.version, versions: [next, ...versions] },
      },
      START + days * DAY,
    ).next;
  }

  /** An owner who has uploaded every day, until the one before the start. */
  const daily = range(1, 60).reduce<Owner>((item, day) => uploadedAt(item, day - 61), on([]));
  const oldest = (item: Owner) => versionsOf(item).at(-1) ?? 0;

  it("is believed when uploads of seven days have shown it: until then the history is six days behind", () => {
    expect(BEHIND).toBe(6);
    expect(versionsOf(daily)).toHaveLength(1 + DAYS + BEHIND);
    expect(oldest(uploadedAt(daily, 0))).toBe(oldest(daily) + 1);
  });

  it("takes nothing from the history, however far ahead and however often it is used [H1]", () => {
    const ahead = range(1, 50).reduce((item) => uploadedAt(item, 400), daily);
    expect(versionsOf(ahead)).toEqual(expect.arrayContaining(versionsOf(daily).slice(0, -1)));
  });

  it("takes nothing on the days after either, nor in turns with one that is right [H1]", () => {
    const days = range(0, BEHIND - 1);
    const alone = days.reduce((item, day) => uploadedAt(item, 400 + day), daily);
    expect(oldest(alone)).toBe(oldest(daily) + BEHIND);
    // In turns, both clocks show days; what was replaced in the last thirty days is there.
    const turns = range(0, 20).reduce((item, day) => uploadedAt(uploadedAt(item, day), 400 + day), daily);
    const right = range(0, 20).reduce((item, day) => uploadedAt(item, day), daily);
    expect(oldest(turns)).toBeLessThanOrEqual(oldest(right) + BEHIND);
  });

  it("is believed once it alone has served the owner on seven days", () => {
    const believed = range(0, BEHIND).reduce((item, day) => uploadedAt(item, 400 + day), daily);
    expect(versionsOf(believed)).toHaveLength(NEWEST);
  });

  it("may be behind as well: nothing is lost, and the history is kept back for a week [H1]", () => {
    const behind = uploadedAt(daily, -300);
    expect(versionsOf(behind)).toEqual([behind.nextVersion - 1, ...versionsOf(daily)]);
    const week = range(0, BEHIND).reduce((item, day) => uploadedAt(item, day), behind);
    expect(oldest(week)).toBe(oldest(daily) + BEHIND + 1);
  });

  it("is told from an owner who uploads once a month: their history fades as any other", () => {
    const monthly = range(1, 40).reduce<Owner>((item, month) => uploadedAt(item, 30 * month), on([]));
    expect(versionsOf(monthly)).toHaveLength(NEWEST);
  });
});

describe("the spans of frozen days", () => {
  /** How long after the freeze before a freeze begins, and how many days it lasts. */
  const freezes = fc.array(fc.tuple(fc.nat(6), fc.nat(40)), { minLength: 1, maxLength: 80 });

  it("are the days of the freezes, as far back as they count, and few [H1]", () => {
    fc.assert(
      fc.property(freezes, (lengths) => {
        let spans: Owner["frozenDays"] = [];
        let today = 0;
        const frozen = new Set<number>();
        for (const [pause, length] of lengths) {
          const from = today + pause;
          today = from + length;
          for (const day of range(from, today)) frozen.add(day);
          spans = withFrozenDays(spans, [from, today], today);
        }
        const listed = new Set(spans.flatMap(([from, to]) => range(from, to)));
        let counted = 0;
        for (const day of range(0, today).toReversed()) {
          expect(listed.has(day) && !frozen.has(day)).toBe(false);
          if (counted < DAYS) expect(listed.has(day)).toBe(frozen.has(day));
          if (!frozen.has(day)) counted++;
        }
        expect(spans.length).toBeLessThanOrEqual(DAYS + 1);
      }),
    );
  });

  it("are thirty-two at most, and of more the oldest are forgotten", () => {
    let spans: Owner["frozenDays"] = [];
    for (const day of range(1, 100)) spans = withFrozenDays(spans, [2 * day, 2 * day], 2 * day);
    expect(spans).toEqual(range(100 - DAYS, 100).map((day) => [2 * day, 2 * day]));
    expect(spans.length).toBeLessThan(MOST_SPANS);
  });

  it("are one where they touch or overlap, in whatever order they come", () => {
    expect(withFrozenDays([[10, 12]], [13, 14], 14)).toEqual([[10, 14]]);
    expect(withFrozenDays([[10, 12]], [11, 11], 12)).toEqual([[10, 12]]);
    expect(withFrozenDays([[10, 12]], [7, 8], 12)).toEqual([
      [7, 8],
      [10, 12],
    ]);
    expect(withFrozenDays([[10, 12]], [5, 20], 20)).toEqual([[5, 20]]);
  });
});
