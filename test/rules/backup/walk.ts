import { ANEW_A_DAY, DAYS, dayOf, NEWEST, REVOKED } from "../../../shared/backup/history.ts";
import { listOf } from "../../../shared/backup/lists.ts";
import {
  isConfirmed,
  isCounted,
  judgeUpload,
  type UploadFacts,
  type UploadRefusal,
} from "../../../shared/backup/uploadGuards.ts";
import { findOlder, restored, uploaded } from "../../../shared/backup/versions.ts";
import { triesLeft, withTry } from "../../../shared/limits/tries.ts";
import { type Device, withPhone } from "../../../shared/model/device.ts";
import { currentKey, nextEvent, type Owner, ownerShape } from "../../../shared/model/owner.ts";
import { triesToBegin, withBegun } from "../../../shared/recovery/begun.ts";
import {
  denied,
  lifted,
  listedAs,
  newRecovery,
  recovered,
  released,
  startedAnew,
} from "../../../shared/recovery/changes.ts";
import { asOf, mayLift } from "../../../shared/recovery/freeze.ts";
import { isAlive } from "../../../shared/recovery/listed.ts";
import { phoneRemoved } from "../../../shared/recovery/revoked.ts";
import { judgeDenial } from "../../../shared/recovery/say.ts";
import type { Missing } from "../../../shared/words.ts";
import { backupOf, DAY, on, phone, range, refOf, START, timeAt, userKey } from "./owner.ts";

/** How an act is signed in. */
type SignIn = "fresh" | "stale";

const MISSING: Readonly<Record<SignIn, readonly Missing[]>> = { fresh: [], stale: ["recent-sign-in"] };

/** Midnight before the start. */
const FIRST = dayOf(START) * DAY;

/**
 * An owner's history, walked on the real rules with the real constants, act by act and day by day; and beside it, kept
 * without a look at the rules, what must still be there: each version that was current at the end of a day, or that was
 * replaced with a loss, by restoring, by starting anew or by a denial, and the newest of a phone that was removed. Each
 * for thirty days after that, of those that were not frozen in any part.
 */
export class Walk {
  item: Owner;
  /** The most that each list of the owner's item has held. */
  readonly most = { versions: 0, keys: 0, spans: 0, recoveries: 0, removed: 0, tries: 0 };
  /** Milliseconds since the epoch, as it really is. */
  #time = FIRST;
  /** The version that is owed, and the day since when. */
  readonly #owed = new Map<number, number>();
  /** The newest versions of phones that were removed, the last one last: of so many, the last ones are owed. */
  readonly #removed = new Map<number, number>();
  readonly #frozen = new Set<number>();
  /** What was there when the freeze began that lasts. */
  #before: readonly number[] | undefined;
  /** The current version, if it has been that at the end of a day; not if a clock ahead dated it. */
  #ended: number | undefined;
  /** What each phone last uploaded or recovered, whole, and what each version holds. */
  readonly #refs = new Map<string, readonly string[]>();
  readonly #held = new Map<number, readonly string[]>();
  /** The days on which a version was replaced by starting anew. */
  readonly #anew: number[] = [];
  /** The versions that a clock ahead dated. */
  readonly #ahead = new Set<number>();

  /** @param item an owner whose backup is on; by default one who has turned it on, on that phone */
  constructor(first: Device, item: Owner = { ...on([]), devices: [first] }) {
    this.item = item;
  }

  get today(): number {
    return dayOf(this.#time);
  }

  get isFrozen(): boolean {
    return asOf(this.item, this.#time).freeze !== undefined;
  }

  /** Lets milliseconds pass; at the end of each day there is a version. */
  pass(milliseconds: number): void {
    const until = this.#time + milliseconds;
    while (this.#time < until) {
      const midnight = (this.today + 1) * DAY;
      if (midnight > until) {
        this.#time = until;
        break;
      }
      this.#note();
      this.#time = midnight;
      const { current } = backupOf(this.item);
      this.#ended = current !== undefined && !this.#ahead.has(current) ? current : undefined;
      this.#note();
      for (const owed of [this.#owed, this.#removed])
        for (const [version, since] of owed) if (this.#countedSince(since) >= DAYS) owed.delete(version);
    }
  }

  /** What the phone of that letter has last uploaded or recovered. */
  refsOf(letter: string): readonly string[] {
    return this.#refs.get(letter) ?? [];
  }

  has(letter: string): boolean {
    return this.#find(letter) !== undefined;
  }

  /**
   * An upload. @param agreed whether its owner agrees to what it loses
   * @param lead milliseconds that the clock of the instance is ahead
   */
  upload(
    letter: string,
    refs: readonly string[],
    { signIn, agreed = false, lead = 0 }: { signIn: SignIn; agreed?: boolean; lead?: number },
  ): UploadRefusal["reason"] | undefined {
    const now = this.#time + lead;
    const item = asOf(this.item, now);
    const device = this.#find(letter);
    if (!device) return "trust-required";
    const backup = backupOf(item);
    const { id } = currentKey(backup);
    const facts: UploadFacts = {
      now,
      userId: "u".repeat(43),
      owner: item,
      backup,
      device,
      header: {
        alg: "dir",
        enc: "A256GCM",
        kid: id,
        uid: "u".repeat(43),
        plt: "android",
        ver: item.nextVersion,
        ssb: false,
      },
      offered: listOf(refs),
      precondition: "holds",
      storageCheck: undefined,
      replaces: agreed ? backup.current : undefined,
      missing: MISSING[signIn],
      lossesLeft: triesLeft(item.tries, "losses", device, now) > 0,
    };
    const refusal = judgeUpload(facts);
    if (refusal) return refusal.reason;
    const counted = isCounted(facts) ? withTry(item.tries, "losses", device, now) : item.tries;
    const content = { list: listOf(refs), bytes: 1000, digest: "d".repeat(43), storageBound: false };
    const how = { fresh: signIn === "fresh", confirmed: isConfirmed(facts), now };
    const { next, version } = uploaded({ ...item, tries: counted }, backup, device, content, how);
    const there = new Set(refs);
    this.#replaced(this.refsOf(letter).some((ref) => !there.has(ref)));
    this.#refs.set(letter, refs);
    this.#held.set(version.version, refs);
    if (lead > 0) this.#ahead.add(version.version);
    this.#commit(next, device, signIn);
    return undefined;
  }

  /** Makes an older version current; the oldest that can be. */
  restore(letter: string): void {
    const item = asOf(this.item, this.#time);
    const device = this.#find(letter);
    if (!device || item.freeze) return;
    const backup = backupOf(item);
    for (const { version } of backup.versions.toReversed()) {
      const found = findOlder(backup, device, version);
      if (found.refused) continue;
      const { next, version: again } = restored(item, backup, found.version, device, this.#time);
      this.#replaced(true);
      this.#held.set(again.version, this.#held.get(version) ?? []);
      this.#commit(next, device, "fresh");
      return;
    }
  }

  /** A new phone registers and recovers, or starts anew, at once: no waiting time was chosen. */
  recover(letter: string, purpose: "recover" | "start-anew" = "recover"): void {
    const now = this.#time;
    const before = asOf(this.item, now);
    if (before.freeze || before.devices.length >= 20) return;
    let item = before;
    if (!this.#find(letter)) {
      if (triesLeft(item.tries, "registrations", undefined, now) === 0) return;
      item = {
        ...item,
        devices: [
          ...item.devices,
          phone(letter, { registered: nextEvent(item), signedInAt: timeAt(now - START) }),
        ],
        tries: withTry(item.tries, "registrations", undefined, now),
        activity: { ...item.activity, number: nextEvent(item) },
      };
    }
    const device = item.devices.find(({ deviceId }) => deviceId === letter.repeat(43));
    const kinds = device && triesToBegin(item, device, now);
    if (!device || kinds?.some((kind) => triesLeft(item.tries, kind, device, now) === 0)) return;
    item = { ...item, tries: withBegun(item, device, now) };
    const backup = backupOf(item);
    const begun = newRecovery(device, { purpose, manifest: undefined }, { wait: 0, now });
    const listing = listedAs(item, String(nextEvent(item)).padStart(22, "r"), begun, device, undefined);
    if (purpose === "start-anew") {
      const made = userKey(item.nextKey);
      const brought = {
        platform: "android",
        version: undefined,
        key: made.number,
        manifest: undefined,
      } as const;
      const opened = released(begun, brought, now);
      const next = startedAnew(
        item,
        listing,
        opened,
        device,
        { userKey: made, storageCheck: undefined },
        now,
      );
      // Of those that start anew on one day, what the first two replace is held.
      const others = this.#anew.filter((day) => day === this.today).length;
      if (backup.current !== undefined) this.#anew.push(this.today);
      this.#replaced(others < ANEW_A_DAY);
      this.#refs.delete(letter);
      this.#commit(next, device, "fresh");
      return;
    }
    const version = backup.versions.find((other) => other.version === backup.current);
    const refs = (version && this.#held.get(version.version)) ?? [];
    const entries = refs.map((ref) => ({ ref, kind: "third-party", push: false }) as const);
    const brought = {
      platform: "android",
      version: version?.version,
      key: version?.key ?? currentKey(backup).number,
      manifest: { accounts: entries },
    } as const;
    const next = recovered(item, backup, listing, released(begun, brought, now), device, now);
    if (version) this.#refs.set(letter, refs);
    this.#commit(next, device, "fresh");
  }

  /** A phone revokes another, or itself. */
  revoke(letter: string, by: string): void {
    const now = this.#time;
    const item = asOf(this.item, now);
    const [device, revoker] = [this.#find(letter), this.#find(by)];
    if (!device || !revoker?.trusted) return;
    if (letter !== by && item.freeze && !mayLift(item.freeze, revoker)) return;
    const newest = backupOf(item).versions.find((version) => version.device.deviceId === device.deviceId);
    if (newest) this.#oweOfRemoved(newest.version);
    this.#commit(phoneRemoved(item, device, revoker.deviceId, userKey(item.nextKey), now), revoker, "fresh");
  }

  /** A phone denies the last release of another that it may. @returns whether it could */
  deny(letter: string, signIn: SignIn): boolean {
    const now = this.#time;
    const item = asOf(this.item, now);
    const device =
      this.#find(letter) ??
      item.removed.find((removed) => removed.device.deviceId === letter.repeat(43))?.device;
    if (!device) return false;
    for (const listing of item.recoveries.toReversed()) {
      if (!isAlive(listing, now, item.freeze)) continue;
      const verdict = judgeDenial(item, device, listing, MISSING[signIn], now);
      if (verdict.refused) continue;
      const fresh = signIn === "fresh";
      const next = denied(item, listing, verdict, { userKey: userKey(item.nextKey), fresh, now });
      if (backupOf(next).current !== backupOf(item).current) this.#replaced(true);
      const { current } = backupOf(next);
      if (current !== undefined) for (const owed of [this.#owed, this.#removed]) owed.delete(current);
      this.#commit(next, device, signIn);
      return true;
    }
    return false;
  }

  /** @param lead milliseconds that the clock of the instance is ahead */
  lift(letter: string, lead = 0): void {
    const now = this.#time + lead;
    const item = asOf(this.item, now);
    const device = this.#find(letter);
    if (device && item.freeze && mayLift(item.freeze, device))
      this.#commit(lifted(item, now), device, "fresh");
  }

  /** Why the owner's item can no longer be read; undefined if it can. */
  unreadable(): string | undefined {
    return ownerShape.safeParse(this.item).error?.message;
  }

  /** What is gone that must be there; undefined if nothing is. */
  gone(): string | undefined {
    const { versions, current } = backupOf(this.item);
    const there = new Set(versions.map(({ version }) => version));
    for (const [version, since] of [...this.#owed, ...this.#removed]) {
      if (!there.has(version)) {
        return `version ${version}, of day ${since - dayOf(START)}, on day ${this.today - dayOf(START)}`;
      }
    }
    const gone = this.#before?.find((version) => !there.has(version));
    if (gone !== undefined) return `version ${gone}, while it is frozen`;
    if (current !== undefined && !there.has(current)) return "the current version";
    const next = this.item.nextVersion;
    const newest = range(Math.max(1, next - NEWEST), next - 1);
    return newest.some((version) => !there.has(version)) ? "one of the ten newest" : undefined;
  }

  #find(letter: string): Device | undefined {
    return this.item.devices.find(({ deviceId }) => deviceId === letter.repeat(43));
  }

  #oweOfRemoved(version: number): void {
    this.#removed.delete(version);
    this.#removed.set(version, this.today);
    const [longest] = this.#removed.keys();
    if (this.#removed.size > REVOKED && longest !== undefined) this.#removed.delete(longest);
  }

  /** The current version is about to be replaced. @param isHeld whether it is owed for how it is replaced */
  #replaced(isHeld: boolean): void {
    const { current } = backupOf(this.item);
    if (current !== undefined && (isHeld || this.#ended === current)) this.#owed.set(current, this.today);
    this.#ended = undefined;
  }

  #commit(next: Owner, { deviceId }: Device, signIn: SignIn): void {
    this.item = {
      ...next,
      devices: withPhone(
        next.devices,
        deviceId,
        signIn === "fresh" ? { signedInAt: timeAt(this.#time - START) } : {},
      ),
      activity: { ...next.activity, number: next.activity.number + 1 },
    };
    this.#note();
    const { keys, versions } = backupOf(this.item);
    const { frozenDays, recoveries, removed, tries } = this.item;
    const now = { versions, keys, spans: frozenDays, recoveries, removed, tries };
    for (const name of Object.keys(now) as (keyof typeof now)[]) {
      this.most[name] = Math.max(this.most[name], now[name].length);
    }
  }

  /** Notes whether it is frozen now. */
  #note(): void {
    const { isFrozen } = this;
    if (isFrozen) this.#frozen.add(this.today);
    if (!isFrozen) this.#before = undefined;
    else {
      const { versions } = backupOf(this.item);
      this.#before ??= versions.map(({ version }) => version).filter((version) => !this.#ahead.has(version));
    }
  }

  #countedSince(day: number): number {
    return range(day + 1, this.today).filter((other) => !this.#frozen.has(other)).length;
  }
}

/** References of these accounts, by their numbers. */
export const refsFrom = (from: number, to: number) => range(from, to).map(refOf);
