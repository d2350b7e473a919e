import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAYS, NEWEST, thin } from "../../../shared/backup/history.ts";
import { timestampOf } from "../../../shared/words.ts";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const now = Date.parse("2026-11-22T08:00:00.000Z");

/** A version uploaded so long ago, in milliseconds. */
const uploaded = (ago: number) => ({ uploadedAt: timestampOf(now - ago) });

/** Up to 150 versions of the past 60 days, newest first; many of them on the same days. */
const history = fc
  .array(fc.integer({ min: 0, max: 60 * 24 * 4 }), { maxLength: 150 })
  .map((quarters) => quarters.sort((a, b) => a - b).map((ago) => uploaded((ago * HOUR) / 4)));

const dayOf = ({ uploadedAt }: { uploadedAt: string }) => uploadedAt.slice(0, 10);

describe("the history", () => {
  it("keeps everything while there are ten versions, however old [H1]", () => {
    const versions = Array.from({ length: NEWEST }, (_, at) => uploaded(at * 100 * DAY));
    expect(thin(versions, now)).toEqual({ kept: versions, dropped: [] });
  });

  it("keeps the ten newest of a busy day, and drops the others [H1]", () => {
    const versions = Array.from({ length: 15 }, (_, at) => uploaded(at * 1000));
    expect(thin(versions, now)).toEqual({ kept: versions.slice(0, 10), dropped: versions.slice(10) });
  });

  it("keeps the last of each of thirty days, today among them, and nothing older [H1]", () => {
    const today = Array.from({ length: NEWEST }, (_, at) => uploaded(at * 1000));
    const twiceADay = Array.from({ length: 40 }, (_, at) => [
      uploaded((at + 1) * DAY),
      uploaded((at + 1) * DAY + HOUR),
    ]);
    const { kept } = thin([...today, ...twiceADay.flat()], now);
    const last = twiceADay.flatMap(([evening]) => evening ?? []);
    expect(kept).toEqual([...today, ...last.slice(0, DAYS - 1)]);
  });

  it("counts days in UTC: a minute after midnight is another day than a minute before", () => {
    const midnight = Date.parse("2026-11-22T00:00:00.000Z");
    const today = Array.from({ length: NEWEST }, () => uploaded(0));
    const [after, before] = [uploaded(now - midnight), uploaded(now - midnight + 1)];
    expect(thin([...today, after, before], now)).toEqual({ kept: [...today, before], dropped: [after] });
  });

  it("always keeps the present version", () => {
    fc.assert(
      fc.property(history, fc.nat(1000), (versions, days) => {
        const { kept } = thin(versions, now + days * DAY);
        expect(kept[0]).toBe(versions[0]);
      }),
    );
  });

  it("loses no version and makes up none: each is kept or dropped, in its order", () => {
    fc.assert(
      fc.property(history, (versions) => {
        const { kept, dropped } = thin(versions, now);
        expect(versions.filter((version) => kept.includes(version))).toEqual(kept);
        expect(versions.filter((version) => dropped.includes(version))).toEqual(dropped);
        expect(kept.length + dropped.length).toBe(versions.length);
        expect(kept.filter((version) => dropped.includes(version))).toEqual([]);
      }),
    );
  });

  it("keeps at most forty, the ten newest among them, and of each recent day the last", () => {
    fc.assert(
      fc.property(history, (versions) => {
        const { kept } = thin(versions, now);
        expect(kept.length).toBeLessThanOrEqual(NEWEST + DAYS);
        expect(kept.slice(0, NEWEST)).toEqual(versions.slice(0, NEWEST));
        const since = timestampOf(now - (DAYS - 1) * DAY).slice(0, 10);
        for (const day of new Set(versions.map(dayOf))) {
          if (day >= since) expect(kept).toContain(versions.find((version) => dayOf(version) === day));
        }
      }),
    );
  });

  it("keeps nothing else: behind the ten newest, a version is the last of a recent day", () => {
    fc.assert(
      fc.property(history, (versions) => {
        const { kept } = thin(versions, now);
        const since = timestampOf(now - (DAYS - 1) * DAY).slice(0, 10);
        for (const version of kept.slice(NEWEST)) {
          expect(versions.find((other) => dayOf(other) === dayOf(version))).toBe(version);
          expect(dayOf(version) >= since).toBe(true);
        }
      }),
    );
  });

  it("that was thinned stays as it is", () => {
    fc.assert(
      fc.property(history, (versions) => {
        const { kept } = thin(versions, now);
        expect(thin(kept, now)).toEqual({ kept, dropped: [] });
      }),
    );
  });
});
