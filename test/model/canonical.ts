import { hash } from "node:crypto";
import { settled } from "../../shared/backup/policy.ts";
import { exhausted } from "../../shared/limits/tries.ts";
import type { Owner } from "../../shared/model/owner.ts";
import { asOf } from "../../shared/recovery/freeze.ts";
import type { Seen } from "./onlooker.ts";
import { DAY } from "./scenes.ts";
import { recoveryOf, type World } from "./world.ts";

/** What makes a difference, in days: waiting 7, life 14, both 21, freeze and history 30, denial 60, places 90. */
const BOUNDARIES = [0, 1, 7, 14, 21, 30, 60, 90];

/** How times are told apart: one that is past, and one to come. */
interface Times {
  readonly ago: (now: number, time: number) => number;
  readonly ahead: (now: number, time: number) => number;
}

/** By the last boundary that was reached, and the next one. */
const BY_BOUNDARY: Times = {
  ago: (now, time) => BOUNDARIES.findLast((boundary) => (now - time) / DAY >= boundary) ?? -1,
  ahead: (now, time) => BOUNDARIES.find((boundary) => (time - now) / DAY <= boundary) ?? 91,
};

/** By the day: where it is counted how long something lasts. */
export const BY_DAY: Times = {
  ago: (now, time) => Math.floor((now - time) / DAY),
  ahead: (now, time) => Math.max(0, Math.ceil((time - now) / DAY)),
};

/** Numbers by their order alone. */
function ranks(numbers: readonly (number | undefined)[]): (number: number | undefined) => number {
  const sorted = [...new Set(numbers)].filter((number) => number !== undefined).toSorted((a, b) => a - b);
  return (number) => (number === undefined ? -1 : sorted.indexOf(number));
}

/**
 * A state by what makes a difference in it: order in place of numbers, boundaries in place of times. Two states of one
 * name behave alike but for when, within a boundary; the search goes on from the first of them.
 */
export function nameOf(world: World, seen?: Seen, times: Times = BY_BOUNDARY): string {
  const { now } = world;
  const item = world.owner && asOf(world.owner, now);
  if (!item) return "nothing";
  return hash(
    "sha1",
    JSON.stringify([ofItem(item, world, times), seen && ofSeen(seen, now, times)]),
    "base64url",
  );
}

function ofItem(item: Owner, world: World, { ago, ahead }: Times): unknown {
  const { devices, removed, recoveries, freeze, denial, backup, frozenDays, tries } = item;
  const { now } = world;
  const past = (time: string | undefined) => (time === undefined ? -2 : ago(now, Date.parse(time)));
  const next = (time: string) => ahead(now, Date.parse(time));
  const order = ranks([
    ...[...devices, ...removed.map(({ device }) => device)].flatMap(({ registered, trusted }) => [
      registered,
      trusted?.order,
    ]),
    ...recoveries.flatMap(({ order, trusted }) => [order, trusted]),
    ...removed.map(({ number }) => number),
    freeze?.order,
  ]);
  const on = backup.state === "on" ? backup : undefined;
  const key = ranks([
    ...(on?.keys.map(({ number }) => number) ?? []),
    ...devices.map(({ trusted }) => trusted?.from),
  ]);
  const version = ranks(on?.versions.map((each) => each.version) ?? []);
  const policy = settled(item.policy, now);
  const phone = ({
    deviceId,
    trusted,
    registered,
    signedInAt,
    deniedAt,
    list,
    fullest,
  }: Owner["devices"][number]) => [
    deviceId,
    order(registered),
    trusted ? [order(trusted.order), key(trusted.from)] : 0,
    trusted ? past(signedInAt) : 0,
    deniedAt !== undefined && Date.parse(signedInAt) <= Date.parse(deniedAt),
    list?.length ?? -1,
    fullest?.list.length ?? -1,
  ];
  return [
    devices.map(phone).sort(),
    removed.map(({ device, number, by }) => [phone(device), order(number), by]),
    backup.state,
    on && [
      on.keys.map((each) => [key(each.number), each.stems, each.denied, each.storageCheck]),
      version(on.current),
      on.versions.map((each) => [
        each.device.deviceId,
        each.accounts,
        key(each.key),
        each.denied,
        each.held ? [each.held.by, past(each.held.since)] : 0,
        past(each.replacedAt),
      ]),
    ],
    policy.waitingSeconds,
    policy.shortening ? next(policy.shortening.from) : 0,
    recoveries.map((each) => [
      each.device.deviceId,
      each.purpose,
      each.state,
      order(each.order),
      order(each.trusted),
      version(each.version),
      next(each.releaseAt),
      next(each.expiresAt),
      recoveryOf(world, each.recoveryId)?.state,
    ]),
    freeze ? [next(freeze.until), order(freeze.order), freeze.by] : 0,
    denial ? past(denial.at) : 0,
    frozenDays.reduce((days, [from, to]) => days + to - from + 1, 0),
    tries.filter((tally) => exhausted([tally], [tally.of], undefined, now)).length,
  ];
}

function ofSeen(
  { phones, recoveries, versions, deniedAt, freeze, losses }: Seen,
  now: number,
  { ago, ahead }: Times,
): unknown {
  return [
    Object.entries(phones)
      .map(([id, { signedInAt, trusted, gone, keys, lists, deniedAt: denied }]) => [
        id,
        trusted ? ago(now, signedInAt) : 0,
        gone ? [gone.by] : 0,
        keys.length,
        lists.at(-1)?.accounts.length,
        denied === undefined ? 0 : [ago(now, denied), signedInAt <= denied],
      ])
      .sort(),
    Object.values(recoveries).map(({ phone, beganAt, wait, releasedAt, denied }) => [
      phone,
      ahead(now, beganAt + wait),
      releasedAt === undefined ? 0 : ago(now, releasedAt),
      denied,
    ]),
    Object.values(versions).map(({ replacedAt, owed, endedADay }) => [
      replacedAt === undefined ? 0 : ago(now, replacedAt),
      owed,
      endedADay,
    ]),
    deniedAt === undefined ? 0 : ago(now, deniedAt),
    freeze?.by,
    losses.filter((at) => now - at < DAY).length,
  ];
}
