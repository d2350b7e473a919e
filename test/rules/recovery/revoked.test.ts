import { describe, expect, it } from "vitest";
import { MOST_REMOVED } from "../../../shared/model/device.ts";
import { actorOf } from "../../../shared/model/event.ts";
import { needsNewKey, phoneRemoved, remembered, withHeldVersion } from "../../../shared/recovery/revoked.ts";
import {
  backupOf,
  DAY,
  freeze,
  HOUR,
  key,
  off,
  on,
  phone,
  range,
  recovery,
  release,
  START,
  timeAt,
  trusted,
  userKey,
  version,
} from "../backup/owner.ts";

const [keeps, goes] = [trusted("k", 2), trusted("g", 10)];
const by = keeps.deviceId;
const item = {
  ...on([version(2), version(1, { device: actorOf(goes) })]),
  devices: [keeps, goes],
  recoveries: [release("t", 50)],
};
const NOW = START + HOUR;

describe("a phone that is removed", () => {
  const next = phoneRemoved(item, goes, by, userKey(2), NOW);

  it("is gone, and with it a new key begins: what is uploaded from then on, it can't read", () => {
    expect(next.devices).toEqual([keeps]);
    expect(backupOf(next).keys.map(({ number }) => number)).toEqual([1, 2]);
    expect(backupOf(next).keys.at(-1)).toEqual(key(2, { since: timeAt(HOUR) }));
    expect(needsNewKey(item, goes)).toBe(true);
  });

  it("begins none where it was not trusted, or backup is off", () => {
    const stranger = phone("s");
    expect(needsNewKey(item, stranger)).toBe(false);
    expect(needsNewKey(item, undefined)).toBe(false);
    expect(needsNewKey(off, goes)).toBe(false);
    const without = phoneRemoved({ ...item, devices: [keeps, stranger] }, stranger, by, undefined, NOW);
    expect(without.backup).toEqual(item.backup);
    expect(without.removed).toEqual([]);
  });

  it("is remembered while it may still deny what began before, by the number of its removal [H5]", () => {
    expect(next.removed).toEqual([{ device: goes, number: 101, by }]);
    const displaced = phoneRemoved(item, goes, undefined, userKey(2), NOW);
    expect(displaced.removed).toEqual([{ device: goes, number: 101 }]);
    expect(phoneRemoved({ ...item, recoveries: [] }, goes, by, userKey(2), NOW).removed).toEqual([]);
  });

  it("says no more where it revoked itself: whoever holds it had every say before [H5]", () => {
    expect(phoneRemoved(item, goes, goes.deviceId, userKey(2), NOW).removed).toEqual([]);
  });

  it("takes with it what waits on it, and not what was released there [H5]", () => {
    const recoveries = [recovery("g", 48), release("g", 49), recovery("k", 50)];
    expect(phoneRemoved({ ...item, recoveries }, goes, by, userKey(2), NOW).recoveries).toEqual(
      recoveries.slice(1),
    );
  });

  it("leaves its newest version held, whatever that was held for before [H1]", () => {
    const held = { since: timeAt(HOUR), by: "revocation" } as const;
    expect(backupOf(next).versions).toEqual([version(2), version(1, { device: actorOf(goes), held })]);
    const versions = [
      version(4),
      version(3, { device: actorOf(goes), held: { since: timeAt(0), by: "loss" } }),
      version(2, { device: actorOf(goes) }),
    ];
    const { backup } = on(versions);
    expect(withHeldVersion(backup, goes.deviceId, NOW)).toEqual({
      ...backup,
      versions: [versions[0], { ...versions[1], held }, versions[2]],
    });
    expect(withHeldVersion(off.backup, goes.deviceId, NOW)).toEqual(off.backup);
  });
});

describe("the removed phones that are remembered", () => {
  const gone = (letter: string, order: number, number: number) => ({
    device: trusted(letter, order),
    number,
    by,
  });

  it("are those that a live recovery may still be denied by: it began before they went [H5]", () => {
    const removed = [gone("a", 3, 50), gone("b", 4, 51)];
    expect(remembered(item, removed, NOW)).toEqual([removed[1]]);
    expect(remembered(item, removed, START + 14 * DAY - 1)).toEqual([removed[1]]);
    expect(remembered(item, removed, START + 14 * DAY)).toEqual([]);
  });

  it("are remembered as long as what waits stands still [H5]", () => {
    const frozen = { recoveries: [recovery("t", 50)], freeze };
    expect(remembered(frozen, [gone("b", 4, 51)], START + 29 * DAY)).toHaveLength(1);
    expect(remembered({ recoveries: frozen.recoveries }, [gone("b", 4, 51)], START + 29 * DAY)).toEqual([]);
  });

  it("are forty at most, and of more those that were trusted longest", () => {
    const removed = range(1, MOST_REMOVED + 3).map((number) => gone("a", 100 - number, 200));
    expect(remembered(item, removed, NOW)).toEqual(removed.toReversed().slice(0, MOST_REMOVED));
  });
});
