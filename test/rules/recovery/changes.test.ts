import { describe, expect, it } from "vitest";
import type { Device } from "../../../shared/model/device.ts";
import { actorOf } from "../../../shared/model/event.ts";
import type { Manifest } from "../../../shared/model/manifest.ts";
import { type Owner, ownerShape } from "../../../shared/model/owner.ts";
import type { Recovery } from "../../../shared/model/recovery.ts";
import {
  approved,
  cancelled,
  changed,
  denied,
  inState,
  listedAs,
  newRecovery,
  recovered,
  released,
  startedAnew,
  waits,
} from "../../../shared/recovery/changes.ts";
import type { Denial } from "../../../shared/recovery/say.ts";
import {
  accounts,
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
  refOf,
  release,
  START,
  timeAt,
  trusted,
  userKey,
  version,
  versionsOf,
} from "../backup/owner.ts";

const manifest: Manifest = {
  accounts: [
    { ref: refOf(1), kind: "third-party", push: false },
    { ref: refOf(2), kind: "personal", push: true, subjectHash: "s".repeat(43) },
  ],
};

const recoveryId = "r".repeat(22);
const fresh = phone("n", { registered: 90 });

/** A recovery that waits on a phone for a day, and that which is listed of it. */
function begun(device: Device, purpose: Recovery["purpose"] = "recover") {
  const stored = newRecovery(device, { purpose, manifest: undefined }, { wait: 24 * 60 * 60, now: START });
  return { stored, listing: listedAs(on([1]), recoveryId, stored, device, undefined) };
}

const unlisted = ({ list: _, listedAt: __, fullest: ___, ...device }: Device) => device;

describe("a recovery that begins", () => {
  it("waits as long as it must, and can be opened for fourteen days after that [H10]", () => {
    const stored = newRecovery(fresh, { purpose: "recover", manifest }, { wait: 60, now: START });
    expect(stored).toMatchObject({
      purpose: "recover",
      state: "waiting",
      registered: 90,
      startedAt: timeAt(0),
      releaseAt: timeAt(60_000),
      expiresAt: timeAt(14 * DAY + 60_000),
    });
    expect(stored.accounts.map(({ state }) => state)).toEqual(["ready", "action-required"]);
    expect(begun(fresh).stored.accounts).toEqual([]);
  });

  it("is listed by the number of the event that it makes, with the trust that its phone has [H5]", () => {
    const { stored, listing } = begun(fresh);
    expect(listing).toEqual({
      recoveryId,
      purpose: "recover",
      device: actorOf(fresh),
      order: 101,
      state: "waiting",
      startedAt: stored.startedAt,
      releaseAt: stored.releaseAt,
      expiresAt: stored.expiresAt,
    });
    const named = listedAs(on([1]), recoveryId, stored, trusted("n", 30), 4);
    expect(named).toEqual({ ...listing, trusted: 30, version: 4 });
  });

  it("takes the place of what waits on its phone, and of nothing else [H4]", () => {
    const item = {
      ...on([1]),
      recoveries: [recovery("n", 10), release("n", 11), recovery("o", 12)],
    };
    const { listing } = begun(fresh);
    expect(waits(item, listing, START).recoveries).toEqual([release("n", 11), recovery("o", 12), listing]);
  });

  it("may change what it is for and go on waiting: who must wait anyway need not wait twice [G9]", () => {
    const { stored, listing } = begun(fresh);
    const other = changed({ ...listing, version: 3 }, stored, {
      purpose: "start-anew",
      version: undefined,
      manifest: undefined,
    });
    expect(other.listed).toEqual({ ...listing, purpose: "start-anew" });
    expect(other.recovery).toEqual({ ...stored, purpose: "start-anew" });
    const named = changed(listing, stored, { purpose: "recover", version: 2, manifest });
    expect(named.listed).toEqual({ ...listing, version: 2 });
    expect(named.recovery.accounts).toHaveLength(2);
  });

  it("can be opened from now on for fourteen days once it is approved [H10]", () => {
    const { listing } = begun(fresh);
    const item = { ...on([1]), recoveries: [listing] };
    expect(approved(item, listing, START + HOUR).recoveries).toEqual([
      { ...listing, releaseAt: timeAt(HOUR), expiresAt: timeAt(14 * DAY + HOUR) },
    ]);
  });
});

describe("a recovery that is released", () => {
  const brought = { platform: "ios", version: 2, key: 1, manifest } as const;

  it("can be denied for fourteen days from its release, not from its wait [H5]", () => {
    const { stored } = begun(fresh);
    const late = released(stored, brought, START + 10 * DAY);
    expect(late).toMatchObject({
      state: "released",
      version: 2,
      key: 1,
      platform: "ios",
      releaseAt: stored.releaseAt,
      expiresAt: timeAt(24 * DAY),
    });
    expect(late.accounts).toHaveLength(2);
    // One that needs no wait any more is released before its time.
    expect(released(stored, brought, START + HOUR).releaseAt).toBe(timeAt(HOUR));
    expect(released(stored, { ...brought, version: undefined }, START)).not.toHaveProperty("version");
  });

  it("is another state of the same when it is denied or cancelled", () => {
    const { stored } = begun(fresh);
    expect(inState(stored, "denied")).toEqual({ ...stored, state: "denied" });
  });
});

describe("a phone that has recovered", () => {
  /** The owner after a phone has recovered what is under that key. */
  function recoveredOn(device: Device, { key = 1, version }: { key?: number; version?: number } = {}): Owner {
    const item = { ...on([2, 1], { signedInAt: timeAt(-9 * DAY) }), devices: [phone("o"), device] };
    const { stored, listing } = begun(device);
    const opened = released(
      stored,
      { platform: "android", version, key, manifest: version === undefined ? undefined : manifest },
      START + DAY,
    );
    return recovered(item, backupOf(item), listing, opened, device, START + DAY);
  }
  const phoneAfter = (...given: Parameters<typeof recoveredOn>) =>
    recoveredOn(...given).devices.find(({ deviceId }) => deviceId === fresh.deviceId);

  it("is trusted from the event of its release, with every key, and others are as they were [D8]", () => {
    const next = recoveredOn(fresh, { version: 2 });
    expect(next.devices).toEqual([
      phone("o"),
      {
        ...fresh,
        trusted: { order: 101, from: 1 },
        awaitsSignIn: true,
        list: accounts(1, 2),
        listedAt: timeAt(DAY),
        fullest: undefined,
      },
    ]);
    expect(backupOf(next)).toEqual({ ...backupOf(on([2, 1])), signedInAt: timeAt(DAY) });
    expect(next.recoveries).toMatchObject([
      { state: "released", version: 2, order: 101, expiresAt: timeAt(15 * DAY) },
    ]);
  });

  it("waits for no sign-in, and keeps the list that it has, where it brought no version [G9]", () => {
    const listed = { ...fresh, list: accounts(7), listedAt: timeAt(0) };
    const next = recoveredOn(listed);
    expect(next.devices[1]).toEqual({ ...listed, trusted: { order: 101, from: 1 }, awaitsSignIn: false });
    expect(next.recoveries[0]).not.toHaveProperty("version");
  });

  it("is held against what it recovered, whatever it had before: the owner chose that [H2]", () => {
    const had = { list: accounts(...range(1, 9)), listedAt: timeAt(DAY), fullest: undefined };
    const next = phoneAfter({ ...fresh, ...had }, { version: 2 });
    expect(next).toMatchObject({ list: accounts(1, 2), fullest: undefined });
  });

  it("stays trusted as it was, and its `from` falls to 1 only for what it had to wait for, never rises", () => {
    const from3 = trusted("n", 60, { trusted: { order: 60, from: 3 } });
    expect(phoneAfter(from3, { key: 3 })?.trusted).toEqual({ order: 60, from: 3 });
    expect(phoneAfter(from3, { key: 4 })?.trusted).toEqual({ order: 60, from: 3 });
    expect(phoneAfter(from3, { key: 2 })?.trusted).toEqual({ order: 60, from: 1 });
    const from1 = trusted("n", 60);
    expect(phoneAfter(from1, { key: 4 })?.trusted).toEqual({ order: 60, from: 1 });
  });
});

describe("a phone that has started anew", () => {
  const old = trusted("o", 2, { list: accounts(1) });
  const item: Owner = {
    ...on([2, 1], { lastFailure: { at: timeAt(0), code: "sharp-drop", device: actorOf(old) } }),
    devices: [old, fresh],
  };

  function startedOn(before: Owner, device: Device, number = 2): Owner {
    const { stored, listing } = begun(device, "start-anew");
    const brought = { platform: device.platform, version: undefined, key: number, manifest: undefined };
    const opened = released(stored, brought, START + DAY);
    const made = { userKey: userKey(number), storageCheck: "c".repeat(43) };
    return startedAnew(before, listing, opened, device, made, START + DAY);
  }

  it("is trusted with the new key and none before, which is on its platform and storage account [B2]", () => {
    const ios = { ...fresh, platform: "ios" } as const;
    const next = startedOn({ ...item, devices: [old, ios] }, ios);
    expect(next.devices).toEqual([old, { ...ios, trusted: { order: 101, from: 2 } }]);
    expect(next.nextKey).toBe(3);
    expect(backupOf(next).keys).toEqual([
      key(1),
      {
        ...userKey(2),
        platform: "ios",
        storageCheck: "c".repeat(43),
        since: timeAt(DAY),
        stems: fresh.deviceId,
      },
    ]);
  });

  it("leaves what was there in the history, held, and none current; the numbers go on [D11] [H1]", () => {
    const next = startedOn(item, fresh);
    const { current, versions, lastFailure, signedInAt } = backupOf(next);
    expect({ current, lastFailure, signedInAt, nextVersion: next.nextVersion }).toEqual({
      current: undefined,
      lastFailure: undefined,
      signedInAt: timeAt(DAY),
      nextVersion: 3,
    });
    const at = timeAt(DAY);
    expect(versions).toEqual([
      version(2, { replacedAt: at, held: { since: at, by: "start-anew" } }),
      version(1),
    ]);
    expect(next.recoveries).toMatchObject([{ purpose: "start-anew", state: "released" }]);
  });

  it("keeps its trust, and every key that it had, where it was trusted; it waits for no sign-in any more", () => {
    const device = trusted("n", 60, { list: accounts(1, 2), listedAt: timeAt(0), awaitsSignIn: true });
    const next = startedOn({ ...item, devices: [old, device] }, device);
    expect(next.devices[1]).toEqual({ ...unlisted(device), awaitsSignIn: false });
  });

  it("drops a key at once that never had a version: started anew again and again, they don't pile up [G9]", () => {
    const twice = startedOn(startedOn(item, fresh), fresh, 3);
    expect(backupOf(twice).keys.map(({ number }) => number)).toEqual([1, 3]);
  });

  it("has a backup without a past where it was off and another phone would be told [H5]", () => {
    const before = { ...off, devices: [old, fresh], nextKey: 5 };
    const next = startedOn(before, fresh, 5);
    expect(backupOf(next)).toMatchObject({ keys: [{ number: 5, stems: fresh.deviceId }], versions: [] });
    expect(next).toMatchObject({ nextKey: 6, nextVersion: 3, recoveries: [{ state: "released" }] });
    expect(next.devices[1]?.trusted).toEqual({ order: 1, from: 5 });
  });
});

describe("a recovery that its own phone cancels", () => {
  const device = phone("n", { awaitsSignIn: true });
  const item = { ...on([1]), devices: [device], recoveries: [recovery("n", 10), release("n", 11)] };

  it("is gone if it waits, and nothing waits for a sign-in any more", () => {
    const { recoveryId } = recovery("n", 10);
    expect(cancelled(item, recoveryId, device, "waiting")).toEqual({
      ...item,
      devices: [{ ...device, awaitsSignIn: false }],
      recoveries: [release("n", 11)],
    });
  });

  it("stays listed if it was released: the others can still deny it [H5]", () => {
    const { recoveryId } = release("n", 11);
    for (const state of ["released", "completed"] as const) {
      expect(cancelled(item, recoveryId, device, state).recoveries).toEqual(item.recoveries);
    }
  });
});

describe("a recovery that is denied", () => {
  const [owners, second] = [trusted("o", 2), trusted("s", 20)];
  const thief = trusted("t", 51);
  const theft = release("t", 50);
  const thiefs = { device: actorOf(thief) };
  const item: Owner = {
    ...on([2, 1]),
    devices: [owners, second, thief],
    recoveries: [theft],
    policy: { conflict: "same-account", otherPlatform: false, waitingSeconds: 60 },
  };

  function afterDenial(
    before: Owner,
    { device = owners, freezes = true, counts = true }: Partial<Denial> = {},
    {
      fresh = false,
      places,
      made = before.nextKey,
    }: { fresh?: boolean; places?: number; made?: number } = {},
  ): Owner {
    const next = denied(
      before,
      theft,
      { device, freezes, counts },
      { userKey: userKey(made), fresh, now: START + HOUR, ...(places !== undefined && { places }) },
    );
    expect(ownerShape.safeParse(next).error).toBeUndefined();
    return next;
  }
  const lettersOf = ({ devices }: Owner) => devices.map(({ deviceId }) => deviceId[0]);

  it("ends with its phone, and with all that is listed of that; the others' recoveries go on [H5]", () => {
    const recoveries = [recovery("t", 49), theft, recovery("x", 52)];
    const next = afterDenial({ ...item, recoveries });
    expect(lettersOf(next)).toEqual(["o", "s"]);
    expect(next.recoveries).toEqual([recovery("x", 52)]);
  });

  it("freezes the backup, and uses up what the owner's phones may do without a fresh sign-in [H5]", () => {
    const at = timeAt(HOUR);
    const next = afterDenial(item);
    expect(next.freeze).toMatchObject({ at, order: 2, by: [owners.deviceId] });
    expect(next.denial).toEqual({ at });
    expect(next.devices[0]).toEqual({ ...owners, deniedAt: at });
  });

  it("leaves the phone free to deny again that has signed in afresh, but no other without [H5]", () => {
    const next = afterDenial(item, {}, { fresh: true });
    expect(next.denial).toEqual({ at: timeAt(HOUR) });
    expect(next.devices[0]).toEqual(owners);
  });

  it("neither freezes nor uses anything up by a phone whose own release can still be denied [H5]", () => {
    const next = afterDenial(item, { device: second, freezes: false, counts: false }, { fresh: true });
    expect(next.freeze).toBeUndefined();
    expect(next.denial).toBeUndefined();
    expect(lettersOf(next)).toEqual(["o", "s"]);
  });

  it("uses nothing up, and makes the freeze no longer, by the phone that froze it [H5]", () => {
    const frozen = { ...item, freeze: { ...freeze, by: [owners.deviceId] }, denial: { at: timeAt(0) } };
    const next = afterDenial(frozen, { counts: false });
    expect(next.freeze).toEqual(frozen.freeze);
    expect(next.denial).toEqual({ at: timeAt(0) });
    expect(next.devices[0]).toEqual(owners);
  });

  it("ends a shortening that was asked for, since the thief may have done that [H10]", () => {
    const shortening = { waitingSeconds: 0, from: timeAt(DAY) };
    const next = afterDenial({ ...item, policy: { ...item.policy, shortening } });
    expect(next.policy).toEqual(item.policy);
    const over = { waitingSeconds: 5, from: timeAt(0) };
    expect(afterDenial({ ...item, policy: { ...item.policy, shortening: over } }).policy).toEqual({
      ...item.policy,
      waitingSeconds: 5,
    });
  });

  it("brings back the phones that the denied one revoked, as they were, and the one that denies [H5]", () => {
    const [gone, others] = [trusted("g", 10, { list: accounts(1, 2) }), trusted("x", 11)];
    const removed = [
      { device: gone, number: 52, by: thief.deviceId },
      { device: others, number: 53, by: second.deviceId },
      { device: owners, number: 54 },
    ];
    // Another recovery of before keeps the phone remembered that somebody else revoked.
    const recoveries = [release("y", 45), theft];
    const next = afterDenial({ ...item, devices: [second, thief], removed, recoveries }, {}, { fresh: true });
    expect(next.devices).toEqual([second, gone, owners]);
    expect(next.removed).toEqual([removed[1]]);
  });

  it("forgets the removed phones that have nothing left to deny", () => {
    const removed = [{ device: trusted("x", 11), number: 53, by: second.deviceId }];
    expect(afterDenial({ ...item, removed }).removed).toEqual([]);
  });

  it("brings back no phone that it denies, though that was removed and came again", () => {
    const removed = [
      { device: trusted("t", 5), number: 40, by: thief.deviceId },
      { device: trusted("t", 6), number: 55, by: second.deviceId },
    ];
    const next = afterDenial({ ...item, removed, recoveries: [release("y", 30), theft] });
    expect(lettersOf(next)).toEqual(["o", "s"]);
    expect(next.removed).toEqual([]);
  });

  it("keeps, of more phones than there are places, those that have been trusted longest", () => {
    const back = range(1, 3).map((number) => ({
      device: trusted(String(number), 10 + number),
      number: 60,
      by: thief.deviceId,
    }));
    const devices = [phone("u"), owners, second, thief];
    const next = afterDenial({ ...item, devices, removed: back }, {}, { places: 4 });
    expect(lettersOf(next)).toEqual(["o", "1", "2", "3"]);
  });

  it("makes current the newest version that no denied phone uploaded, and marks the rest [H5]", () => {
    const at = timeAt(HOUR);
    const versions = [
      version(5, thiefs),
      version(4, { device: actorOf(second), denied: true, replacedAt: at }),
      version(3, { replacedAt: at, held: { since: at, by: "confirmed" } }),
      version(2, { ...thiefs, replacedAt: at }),
      version(1, { replacedAt: at }),
    ];
    const next = afterDenial({ ...item, ...pick(on(versions)) });
    expect(backupOf(next).current).toBe(3);
    expect(backupOf(next).versions).toEqual([
      version(5, { ...thiefs, denied: true, replacedAt: at, held: { since: at, by: "revocation" } }),
      versions[1],
      version(3),
      version(2, { ...thiefs, replacedAt: at, denied: true }),
      version(1, { replacedAt: at }),
    ]);
  });

  it("leaves current what is current where the denied phone did not make it [H5]", () => {
    const versions = [version(3), version(2, { ...thiefs, replacedAt: timeAt(0) }), version(1)];
    const next = afterDenial({ ...item, ...pick(on(versions)) });
    expect(backupOf(next).current).toBe(3);
    expect(backupOf(next).versions[0]).toEqual(version(3));
  });

  it("leaves none current where the owner has started anew, and the denied phone did nothing in it [H5]", () => {
    const held = { since: timeAt(0), by: "start-anew" } as const;
    const { current: _, ...anew } = on([version(1, { replacedAt: timeAt(0), held })], {
      keys: [key(1), key(2)],
    }).backup;
    const { current, versions } = backupOf(afterDenial({ ...item, backup: anew, nextKey: 3 }));
    expect(current).toBeUndefined();
    expect(versions).toEqual([version(1, { replacedAt: timeAt(0), held })]);
  });

  it("leaves none current where denied phones uploaded all, or nothing was there [H5]", () => {
    const all = afterDenial({ ...item, ...pick(on([version(1, thiefs)])) });
    expect(backupOf(all).current).toBeUndefined();
    expect(versionsOf(all)).toEqual([1]);
    expect(backupOf(afterDenial({ ...item, ...pick(on([])) }))).not.toHaveProperty("current");
  });

  it("undoes starting anew: current is what was, and the new key is of the platform and account before [H5]", () => {
    const at = timeAt(0);
    const versions = [version(1, { replacedAt: at, held: { since: at, by: "start-anew" } })];
    const keys = [
      key(1, { platform: "ios", storageCheck: "c".repeat(43), stems: owners.deviceId }),
      key(2, { stems: thief.deviceId }),
    ];
    const { current: _, ...anew } = on(versions, { keys }).backup;
    const next = afterDenial({ ...item, backup: anew, nextKey: 3 });
    const { current, keys: left, versions: there } = backupOf(next);
    expect(current).toBe(1);
    expect(there).toEqual([version(1)]);
    // The thief's key is gone: nothing was uploaded under it.
    expect(left).toEqual([
      keys[0],
      {
        ...userKey(3),
        platform: "ios",
        storageCheck: "c".repeat(43),
        since: timeAt(HOUR),
        stems: owners.deviceId,
      },
    ]);
    expect(next.nextKey).toBe(4);
  });

  it("marks the keys that stem from the denied phone, so that no later one takes after them [H5]", () => {
    const keys = [key(1), key(2, { platform: "ios", stems: thief.deviceId })];
    const versions = [version(2, { ...thiefs, key: 2 }), version(1, { replacedAt: timeAt(0) })];
    const next = afterDenial({ ...item, ...pick(on(versions, { keys })), nextKey: 3 });
    expect(backupOf(next).keys).toMatchObject([
      { number: 1 },
      { number: 2, denied: true },
      { number: 3, platform: "android", stems: key(1).stems },
    ]);
  });

  it("leaves a backup that is off as it is [H5]", () => {
    const before = { ...off, devices: [owners, thief], recoveries: [theft] };
    const next = denied(
      before,
      theft,
      { device: owners, freezes: true, counts: true },
      { userKey: undefined, fresh: false, now: START },
    );
    expect(next).toMatchObject({ backup: { state: "off" }, nextKey: 1, freeze: { order: 2 } });
    expect(lettersOf(next)).toEqual(["o"]);
  });
});

const pick = ({ backup, nextVersion }: Owner) => ({ backup, nextVersion });
