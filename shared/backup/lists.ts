import { type AccountList, type Device, MOST_REVOKED } from "../model/device.ts";
import { timestampOf } from "../words.ts";

/** Characters of a shortened reference: 6 bytes. */
const SHORT = 8;

const DAY = 24 * 60 * 60 * 1000;

/** The list of these references. */
export function listOf(refs: readonly string[]): AccountList {
  return refs.map((ref) => ref.slice(0, SHORT)).join("");
}

/** The accounts of a list by their shortened references. */
export function refsOf(list: AccountList): string[] {
  return split(list);
}

/** A phone's list of revoked credentials with one account more, at its end and once; the first goes where there is no room. */
export function withRef(list: AccountList | undefined, ref: string): AccountList {
  const [short] = split(listOf([ref]));
  const others = split(list ?? "").filter((other) => other !== short);
  return [...others.slice(1 - MOST_REVOKED), short].join("");
}

/** The same without an account that was verified again; undefined once there is none. */
export function withoutRef(list: AccountList | undefined, ref: string): AccountList | undefined {
  const others = split(list ?? "").filter((other) => other !== ref.slice(0, SHORT));
  return others.length > 0 ? others.join("") : undefined;
}

export function sizeOf(list: AccountList): number {
  return list.length / SHORT;
}

/** How many accounts of one list another still has. */
export function keptOf(before: AccountList, after: AccountList): number {
  const there = new Set(split(after));
  return split(before).filter((ref) => there.has(ref)).length;
}

/** Whether an upload leaves out an account that the same phone last uploaded or recovered. */
export function loses({ list = "" }: Pick<Device, "list">, offered: AccountList): boolean {
  return keptOf(list, offered) < sizeOf(list);
}

/** The list that an upload is held against: the fullest of the past day, or else the last. */
export function measureOf({ list = "", fullest }: Lists, now: number): AccountList {
  return fullest && isOfToday(fullest.at, now) ? fullest.list : list;
}

type Lists = Pick<Device, "list" | "listedAt" | "fullest">;

/**
 * The lists of a phone after it has uploaded or recovered one more.
 * @param confirmed whether its owner agreed to lose what it leaves out: nothing before it counts any more
 * @param now milliseconds since the epoch
 */
export function listed(
  { list: before, listedAt, fullest }: Lists,
  list: AccountList,
  { confirmed, now }: { confirmed: boolean; now: number },
): Lists {
  const at = timestampOf(now);
  const known = [
    ...(fullest && isOfToday(fullest.at, now) ? [fullest] : []),
    ...(before !== undefined && listedAt !== undefined && isOfToday(listedAt, now)
      ? [{ list: before, at: listedAt }]
      : []),
  ];
  const fuller = confirmed ? [] : known.filter((other) => other.list.length > list.length);
  const [most] = fuller.toSorted((a, b) => b.list.length - a.list.length);
  return { list, listedAt: at, fullest: most };
}

/** The phone without its lists: after starting anew, and once backup is off. */
export function withoutLists({ list: _, listedAt: __, fullest: ___, ...device }: Device): Device {
  return device;
}

/** A time ahead of this instance's clock is one of today. */
function isOfToday(at: string, now: number): boolean {
  return now - Date.parse(at) < DAY;
}

function split(list: AccountList): string[] {
  return list.match(/.{8}/g) ?? [];
}
