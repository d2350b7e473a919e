import { type BackupOn, MOST_VERSIONS, type Owner } from "../model/owner.ts";
import type { Version } from "../model/version.ts";

/** Versions that are kept whatever their age [H1]. */
export const NEWEST = 10;

/** Days for which a version is kept that was current at the end of one, or that is held [H1]. */
export const DAYS = 31;

/** Of the versions that were replaced with a loss after a fresh sign-in, so many are held. */
export const CONFIRMED = 30;

/** Of the newest versions of phones that were removed, so many are held: those of the phones that were removed last. */
export const REVOKED = 30;

/**
 * Of the versions that starting anew replaced on one day, so many are held. What was there before is among them; ten could
 * follow it every day, each with a user key of its own.
 */
export const ANEW_A_DAY = 2;

/** The most versions that one thinning drops: they are deleted in the commit that it is for. */
const DROPPED = 60;

/**
 * The most bytes of the versions and their keys in the owner's item, as JSON. With all else that this may hold, and with
 * the largest envelope, they have room in one commit (2 MB).
 */
export const HISTORY_BYTES = 460_000;

/** Days with an upload that the history is behind: a clock that runs ahead is believed no sooner. */
export const BEHIND = 6;

const DAY = 24 * 60 * 60 * 1000;

/** Days (UTC) since the epoch. */
export function dayOf(time: number | string): number {
  return Math.floor((typeof time === "string" ? Date.parse(time) : time) / DAY);
}

/**
 * The owner's history thinned, after a version was added to it, and what fell out of it.
 * @param now milliseconds since the epoch
 */
export function thinned(
  item: Owner,
  now: number,
): { readonly next: Owner; readonly dropped: readonly Version[] } {
  const { backup } = item;
  if (backup.state !== "on") return { next: item, dropped: [] };
  const today = thinningDay(backup);
  const kept = keptVersions(item, backup, today, Math.min(now, (today + 1) * DAY - 1));
  const dropped = backup.versions.filter((version) => !kept.has(version)).slice(-DROPPED);
  const versions = backup.versions.filter((version) => !dropped.includes(version));
  return { next: { ...item, backup: { ...backup, versions } }, dropped };
}

/**
 * The day that a thinning goes to: the earliest of the last seven days that brought an upload. A clock that runs ahead
 * thins nothing, unless it alone has served the owner on all seven.
 */
function thinningDay({ versions }: Pick<BackupOn, "versions">): number {
  const days = [...new Set(versions.map(({ uploadedAt }) => dayOf(uploadedAt)))];
  return Math.min(...days.slice(0, BEHIND + 1));
}

/** @param today days since the epoch @param time by which recoveries are over, in milliseconds: not beyond today */
function keptVersions(
  { devices, recoveries, freeze, frozenDays }: Owner,
  { versions, current, keys }: BackupOn,
  today: number,
  time: number,
): ReadonlySet<Version> {
  const frozen = freeze
    ? withFrozenDays(frozenDays, [dayOf(freeze.at), Math.max(dayOf(freeze.at), today)], today)
    : frozenDays;
  /** Days that count, from the day of a time until today. */
  const age = (time: string): number => {
    const day = dayOf(time);
    const span = Math.max(0, today - day);
    return frozen.reduce((days, [from, to]) => days - overlap(day + 1, today, from, to), span);
  };
  const live = recoveries.filter(({ expiresAt }) => time < Date.parse(expiresAt));
  const named = new Set(live.flatMap(({ version }) => version ?? []));
  const newest = devices.flatMap(({ deviceId }) => newestOf(versions, deviceId) ?? []);

  const held = versions.filter(({ held }) => held && age(held.since) < DAYS);
  const heldBy = (by: NonNullable<Version["held"]>["by"]) => held.filter(({ held }) => held?.by === by);
  const perDay = new Map<number, number>();
  const anew = heldBy("start-anew")
    .toReversed()
    .filter(({ held }) => {
      const day = dayOf(held?.since ?? "");
      perDay.set(day, (perDay.get(day) ?? 0) + 1);
      return (perDay.get(day) ?? 0) <= ANEW_A_DAY;
    });

  // What a stale sign-in can replace comes before what takes a fresh one: days that are frozen over and over could
  // otherwise fill the list, and the owner's item with it.
  const byWorth = new Set([
    ...versions.slice(0, NEWEST),
    ...versions.filter((version) => version.version === current || named.has(version.version)),
    ...newest,
    ...endsOfDays(versions).filter(({ replacedAt = "" }) => age(replacedAt) < DAYS),
    ...heldBy("loss"),
    ...heldBy("revocation").toSorted(lastHeldFirst).slice(0, REVOKED),
    ...heldBy("confirmed").slice(0, CONFIRMED),
    ...anew,
    // A thief could otherwise push out what was there while the owner is held off.
    ...(freeze ? versions.filter(({ uploadedAt }) => uploadedAt <= freeze.at) : []),
  ]);
  return fitting([...byWorth], keys);
}

/**
 * What a phone has uploaded last; undefined if that is gone. What it restored does not count: that is another's, and its
 * own may hold accounts that no other version has. @param versions newest first
 */
export function newestOf(versions: readonly Version[], deviceId: string): Version | undefined {
  return versions.find(
    ({ device, version, sealedAs }) => device.deviceId === deviceId && version === sealedAs,
  );
}

/** A phone that was unused for long has an old version: it would be the first to go, though it was removed just now. */
function lastHeldFirst({ held: a }: Version, { held: b }: Version): number {
  return Date.parse(b?.since ?? "") - Date.parse(a?.since ?? "");
}

/** The first of these that have room in the owner's item, with the keys that they need. */
function fitting(byWorth: readonly Version[], keys: BackupOn["keys"]): ReadonlySet<Version> {
  const sizes = new Map(keys.map((key) => [key.number, sizeOf(key)]));
  const kept = new Set<Version>();
  let bytes = 0;
  for (const version of byWorth.slice(0, MOST_VERSIONS)) {
    bytes += sizeOf(version) + (sizes.get(version.key) ?? 0);
    if (bytes > HISTORY_BYTES) break;
    sizes.delete(version.key);
    kept.add(version);
  }
  return kept;
}

function sizeOf(part: unknown): number {
  return Buffer.byteLength(JSON.stringify(part)) + 1;
}

/**
 * The versions that were current at the end of a day, one of each day: a phone that uploads about midnight, to instances
 * whose clocks disagree, would otherwise fill the list. Such clocks make the time for which a version was current seem
 * longer at either end; of the days in it that no newer version has, it takes the first.
 * @param versions newest first
 */
function endsOfDays(versions: readonly Version[]): Version[] {
  const claimed = new Set<number>();
  return versions.filter(({ uploadedAt, replacedAt }) => {
    if (replacedAt === undefined) return false;
    const replaced = dayOf(replacedAt);
    let day = dayOf(uploadedAt);
    while (day < replaced && claimed.has(day)) day++;
    if (day >= replaced) return false;
    claimed.add(day);
    return true;
  });
}

/** How many days two spans share, both ends counted. */
function overlap(from: number, to: number, otherFrom: number, otherTo: number): number {
  return Math.max(0, Math.min(to, otherTo) - Math.max(from, otherFrom) + 1);
}

/**
 * The spans of frozen days with one more; those that no version's age needs are left out.
 * @param today days since the epoch
 */
export function withFrozenDays(
  spans: Owner["frozenDays"],
  [from, to]: readonly [number, number],
  today: number,
): Owner["frozenDays"] {
  const merged: [number, number][] = [];
  for (const [start, end] of [...spans, [from, to] as const].toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last && start <= last[1] + 1) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  // Counted from today backwards: what lies beyond the days that count moves no version's age across the limit.
  let counted = 0;
  let until = today;
  return merged
    .toReversed()
    .filter(([start, end]) => {
      counted += Math.max(0, until - end);
      until = start - 1;
      return counted <= DAYS;
    })
    .toReversed();
}
