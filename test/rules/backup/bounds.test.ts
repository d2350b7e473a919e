import { describe, expect, it } from "vitest";
import { DAYS, dayOf, HISTORY_BYTES, withFrozenDays } from "../../../shared/backup/history.ts";
import { turnedOff } from "../../../shared/backup/states.ts";
import { restored, uploaded } from "../../../shared/backup/versions.ts";
import { registered } from "../../../shared/devices/registration.ts";
import { BODY_LIMIT } from "../../../shared/http/body.ts";
import { spending } from "../../../shared/identity/spent.ts";
import { exhausted, LIMITS, withTry } from "../../../shared/limits/tries.ts";
import {
  type Device,
  MOST_DEVICES,
  MOST_REMOVED,
  MOST_REVOKED,
  MOST_TOKENS,
} from "../../../shared/model/device.ts";
import { actorOf } from "../../../shared/model/event.ts";
import { MOST_DENYING } from "../../../shared/model/freeze.ts";
import { MOST_ACCOUNTS } from "../../../shared/model/manifest.ts";
import { MOST_KEYS, MOST_VERSIONS, type Owner, ownerShape } from "../../../shared/model/owner.ts";
import { MOST_RECOVERIES } from "../../../shared/model/recovery.ts";
import { MOST_SPENT } from "../../../shared/model/spent.ts";
import { MOST_REFUSALS, MOST_TALLIES, type Tally } from "../../../shared/model/tries.ts";
import { withBegun } from "../../../shared/recovery/begun.ts";
import {
  denied,
  lifted,
  listedAs,
  newRecovery,
  recovered,
  released,
  startedAnew,
} from "../../../shared/recovery/changes.ts";
import { asOf, frozenBy } from "../../../shared/recovery/freeze.ts";
import { phoneRemoved } from "../../../shared/recovery/revoked.ts";
import { BATCH_BYTES } from "../../../shared/store/port.ts";
import { tryKind } from "../../../shared/words.ts";
import {
  accounts,
  backupOf,
  DAY,
  freeze,
  HOUR,
  key,
  on,
  range,
  release,
  START,
  timeAt,
  trusted,
  userKey,
  version,
} from "./owner.ts";

// Every list in the owner's item has a most. Here all of them are full at once, and the owner goes on working: an item
// that could not be stored, or not be read again, would lock its owner out for good.

/** The longest name that a phone can have: 64 characters of four bytes. */
const NAME = "😀".repeat(64);

/** Bytes of what a commit holds beside the owner and the envelope: an event, a proof, an outcome, a notice. */
const BESIDES = 10_000;
const TODAY = dayOf(START);
const idOf = (number: number) => String(number).padStart(43, "p");
const list = accounts(...range(1, MOST_ACCOUNTS));

/** A phone with all that can be known of one. */
function device(number: number): Device {
  return trusted("p", number, {
    deviceId: idOf(number),
    name: NAME,
    challenge: "c".repeat(22),
    tokens: range(1, MOST_TOKENS).map((token) => idOf(token)),
    signedInAt: timeAt(-100 * DAY),
    deniedAt: timeAt(-90 * DAY),
    lastUploadAt: timeAt(0),
    list,
    listedAt: timeAt(0),
    fullest: { list, at: timeAt(0) },
    revoked: accounts(...range(1, MOST_REVOKED)),
  });
}

const devices = range(1, MOST_DEVICES).map(device);
const [oldest = device(1), second = device(2), third = device(3)] = devices;

/** Frozen for a day every other day, for as long as there are days: an item keeps as few of them as count. */
const frozenDays = range(1, 100).reduce<Owner["frozenDays"]>((spans, number) => {
  const day = TODAY - 202 + 2 * number;
  return withFrozenDays(spans, [day, day], day);
}, []);

/** Everybody tries everything, one phone after another. */
const tries = tryKind.options.reduce<Tally[]>(
  (tallies, of) =>
    range(1, 50).reduce((counted, at) => withTry(counted, of, { deviceId: idOf(at) }, START + at), tallies),
  [],
);

/** A version with all that can be known of one; the newest has not been replaced. */
const stored = (number: number, newest: number) =>
  version(number, {
    uploadedAt: timeAt(-HOUR),
    device: actorOf(oldest),
    accounts: MOST_ACCOUNTS,
    bytes: 1_000_000,
    key: number,
    ...(number < newest && {
      replacedAt: timeAt(-HOUR),
      held: { since: timeAt(-HOUR), by: "loss" },
      denied: true,
    }),
  });

/** A key with all that can be known of one. */
const keyOf = (number: number) =>
  key(number, {
    platform: "ios",
    storageCheck: "c".repeat(43),
    wrapped: {
      kek: `https://a-vault-with-a-long-name.vault.azure.net/keys/authenticator-backup/${"0".repeat(32)}`,
      alg: "RSA-OAEP-256",
      value: "w".repeat(342),
    },
    ...(number > 1 && { denied: true }),
  });

/** As many versions as have room where each is under a key of its own. */
const ROOM = Math.floor(HISTORY_BYTES / bytesOf([stored(500, 501), keyOf(500)]));

function bytesOf(part: unknown): number {
  return Buffer.byteLength(JSON.stringify(part));
}

const full: Owner = {
  ...on(
    range(1, ROOM)
      .toReversed()
      .map((number) => stored(number, ROOM)),
    {
      keys: range(1, ROOM + 2).map(keyOf),
      recoveryKey: { check: "c".repeat(43), wrapped: "w".repeat(400), setAt: timeAt(0), key: ROOM + 1 },
    },
  ),
  nextKey: ROOM + 3,
  devices,
  removed: range(1, MOST_REMOVED).map((number) => {
    const { fullest: _, revoked: __, ...phone } = device(100 + number);
    return { device: phone, number: 900, by: idOf(1) };
  }),
  recoveries: range(1, MOST_RECOVERIES).map((number) =>
    release("t", 500 + number, { version: 1, trusted: 1, device: actorOf(oldest) }),
  ),
  freeze: {
    ...freeze,
    at: timeAt(-DAY),
    until: timeAt(29 * DAY),
    by: range(1, MOST_DENYING).map((number) => idOf(900 + number)),
    device: actorOf(oldest),
  },
  denial: { at: timeAt(-DAY) },
  frozenDays,
  tries,
  spent: {
    listed: range(1, MOST_SPENT).map((number) => [idOf(number), START / 1000 + 361]),
    itemsUntil: START / 1000 + 361,
  },
  activity: { number: 1_000, hash: "h".repeat(43) },
  refusals: range(1, MOST_REFUSALS).map((number) => ({
    deviceId: idOf(number),
    code: "storage-account-unexpected",
    at: timeAt(0),
  })),
};

/** An owner's item that can be stored, and read again. */
function sound(item: Owner): Owner {
  expect(ownerShape.safeParse(item).error).toBeUndefined();
  return item;
}

describe("the owner's item with every list full", () => {
  it("has in each as many as there can be", () => {
    sound(full);
    expect(full.tries).toHaveLength(MOST_TALLIES);
    expect(full.frozenDays).toHaveLength(DAYS + 1);
    for (const most of [
      { ...full, devices: [...devices, device(99)] },
      { ...full, removed: [...full.removed, ...full.removed] },
      { ...full, recoveries: [...full.recoveries, release("o", 1)] },
      { ...full, tries: [...full.tries, ...full.tries] },
      { ...full, refusals: [...(full.refusals ?? []), ...(full.refusals ?? [])] },
      { ...full, frozenDays: [...full.frozenDays, ...full.frozenDays] },
      { ...full, backup: { ...backupOf(full), versions: range(0, MOST_VERSIONS).map(() => version(1)) } },
      { ...full, backup: { ...backupOf(full), keys: range(0, MOST_KEYS).map(() => key(1)) } },
      { ...full, devices: [{ ...oldest, tokens: [...oldest.tokens, idOf(9)] }] },
      { ...full, spent: { listed: range(0, MOST_SPENT).map((at) => [idOf(at), 0]), itemsUntil: 0 } },
      { ...full, freeze: { ...freeze, by: range(0, MOST_DENYING).map(idOf) } },
    ]) {
      expect(ownerShape.safeParse(most).success).toBe(false);
    }
  });

  it("has room in one commit, of 2 MB, with the largest envelope", () => {
    expect(bytesOf(full) + BODY_LIMIT + BESIDES).toBeLessThan(BATCH_BYTES);
  });

  it("holds no more versions than have room, whatever keys they are under: the newest, and what is worth most", () => {
    const device = full.devices[0] ?? expect.fail("no phone");
    const content = { list: "", bytes: 1, digest: "e".repeat(43), storageBound: false };
    const { next, dropped } = uploaded(full, backupOf(full), device, content, {
      fresh: false,
      confirmed: false,
      now: START,
    });
    const { keys, versions } = backupOf(next);
    expect(versions.length).toBeGreaterThanOrEqual(ROOM - 1);
    expect(bytesOf([versions, keys])).toBeLessThan(HISTORY_BYTES + 2_000);
    expect(dropped.map(({ version }) => version)).toEqual(range(1, ROOM + 1 - versions.length).toReversed());
  });
});

describe("an owner with every list full", () => {
  const content = {
    list: accounts(...range(2, MOST_ACCOUNTS)),
    bytes: 1,
    digest: "e".repeat(43),
    storageBound: false,
  };
  const free = sound(lifted(full, START));

  it("uploads and restores, day after day", () => {
    let item = full;
    for (const day of range(0, 40)) {
      const now = START + day * DAY;
      item = asOf(item, now);
      const uploader = item.devices[0] ?? expect.fail("no phone");
      const made = uploaded(item, backupOf(item), uploader, content, { fresh: false, confirmed: false, now });
      item = sound(made.next);
      const [, older] = backupOf(item).versions;
      if (older) item = sound(restored(item, backupOf(item), older, uploader, now).next);
    }
    expect(item.freeze).toBeUndefined();
  });

  it("registers a phone in the place of the one that has not signed in for longest [G9]", () => {
    const registration = {
      deviceId: idOf(77),
      name: NAME,
      platform: "android",
      sealingKey: oldest.sealingKey,
      tokenHash: idOf(88),
    } as const;
    const now = START + 2 * DAY;
    const verdict = registered(free, undefined, registration, now);
    if (verdict.refused || !verdict.next) return expect.fail("refused");
    const { displaced = expect.fail("no place"), next } = verdict;
    const left = phoneRemoved(next, displaced, undefined, userKey(next.nextKey), now);
    expect(sound(left).devices).toHaveLength(MOST_DEVICES);
  });

  it.each(["recover", "start-anew"] as const)("opens a recovery to %s [G9]", (purpose) => {
    const item = { ...free, tries: withBegun(free, third, START) };
    const begun = newRecovery(third, { purpose, manifest: undefined }, { wait: 0, now: START });
    const listing = listedAs(item, "n".repeat(22), begun, third, undefined);
    const brought = { platform: "ios", version: 1, key: 1, manifest: undefined } as const;
    const opened = released(begun, brought, START);
    const next =
      purpose === "recover"
        ? recovered(item, backupOf(item), listing, opened, third, START)
        : startedAnew(
            item,
            listing,
            opened,
            third,
            { userKey: userKey(item.nextKey), storageCheck: "c".repeat(43) },
            START,
          );
    expect(sound(next).recoveries).toHaveLength(MOST_RECOVERIES);
  });

  it("denies, revokes and freezes, by one phone more than have done so", () => {
    const theft = release("t", 990, { device: actorOf(third) });
    const item = { ...full, recoveries: [...full.recoveries.slice(1), theft] };
    const by = { device: { ...second, trusted: { order: 2, from: 1 } }, freezes: true, counts: true };
    const next = denied(item, theft, by, { userKey: userKey(item.nextKey), fresh: true, now: START });
    expect(sound(next).freeze?.by).toHaveLength(MOST_DENYING);
    expect(next.freeze?.by.at(-1)).toBe(second.deviceId);
    sound(phoneRemoved(item, second, oldest.deviceId, userKey(item.nextKey), START));
    expect(frozenBy(full.freeze, by.device, START).by).toHaveLength(MOST_DENYING);
  });

  it("tries on, is thawed, turns off", () => {
    for (const of of tryKind.options) sound({ ...full, tries: withTry(full.tries, of, third, START) });
    sound(asOf(full, START + 30 * DAY));
    sound(turnedOff(full, oldest, START));
    const spent = spending(full.spent, { id: idOf(99), until: START / 1000 + 400 }, START);
    if (!spent.replayed) sound({ ...full, spent: spent.next });
    expect(spent).toMatchObject({ replayed: false, asItem: true });
    const window = Math.max(...tryKind.options.map((of) => LIMITS[of].window));
    expect(exhausted(full.tries, tryKind.options, oldest, START + 50 + window)).toBeUndefined();
  });
});
