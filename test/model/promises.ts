import { isDeepStrictEqual } from "node:util";
import { settled } from "../../shared/backup/policy.ts";
import { stored } from "../../shared/backup/storageAccount.ts";
import { LIMITS, triesLeft } from "../../shared/limits/tries.ts";
import { MOST_REMOVED } from "../../shared/model/device.ts";
import {
  type BackupOn,
  currentKey,
  currentVersion,
  MOST_KEYS,
  MOST_SPANS,
  MOST_VERSIONS,
  type Owner,
  ownerShape,
} from "../../shared/model/owner.ts";
import { MOST_RECOVERIES } from "../../shared/model/recovery.ts";
import type { Version } from "../../shared/model/version.ts";
import { asOf } from "../../shared/recovery/freeze.ts";
import { isAlive } from "../../shared/recovery/listed.ts";
import {
  fullestOf,
  isOnProbation,
  type Known,
  knownOf,
  losesFrom,
  mayDeny,
  type Seen,
  unfrozenSince,
  wasOlder,
} from "./onlooker.ts";
import { PLACES } from "./rules.ts";
import { DAY } from "./scenes.ts";
import { type Answer, idOf, type Perform, type Phone, type Request, type World } from "./world.ts";

/** Which promise of standing.md an answer breaks, and how. */
interface Breach {
  readonly promise:
    | "liveness"
    | "visibility"
    | "nothing lost"
    | "stolen phone"
    | "stolen sign-in"
    | "freeze"
    | "trust"
    | "bounded";
  readonly how: string;
}

interface Step {
  /** What the onlooker knew before, and knows now. */
  readonly seen: Seen;
  readonly after: Seen;
  readonly world: World;
  readonly now: number;
  /** The owner as the time has them. */
  readonly item: Owner;
  /** Undefined once erased. */
  readonly next: Owner | undefined;
  readonly request: Request;
  readonly answer: Extract<Answer, { ok: true }>;
  readonly self: Known;
}

type Promise_ = readonly [Breach["promise"], (step: Step) => string | false | undefined];

/** What an answer must be true to. */
const promises: readonly Promise_[] = [
  ["stolen phone", needsFreshSignIn],
  ["stolen phone", takesAwayNothing],
  ["stolen phone", deniesRarely],
  ["stolen phone", dropsNothing],
  ["stolen sign-in", needsTrust],
  ["stolen sign-in", displacesUnused],
  ["freeze", stops],
  ["freeze", growsNoLonger],
  ["freeze", isLiftedByTheOldest],
  ["trust", isGivenByOneWayIn],
  ["trust", isOlderThanWhatItDenies],
  ["visibility", reachesNoFurther],
  ["visibility", waitsItsTime],
  ["visibility", isToldAndCounted],
  ["visibility", keepsItsTime],
  ["visibility", endsShortenings],
  ["visibility", keepsRemovedPhonesOut],
  ["nothing lost", keepsWhatWasReplaced],
  ["nothing lost", thinsNothingFrozen],
  ["nothing lost", goesBackBehindTheDenied],
  ["nothing lost", doesNotMixPlatforms],
];

/** The promises that the answer to a request breaks. */
export function breaches(seen: Seen, world: World, request: Request, answer: Answer, after: Seen): Breach[] {
  if (!world.owner) return [];
  if (!answer.ok) return refusedWrongly(seen, world, request, answer);
  const step: Step = {
    seen,
    after,
    world,
    now: world.now,
    item: asOf(world.owner, world.now),
    next: answer.world.owner && asOf(answer.world.owner, world.now),
    request,
    answer,
    self: knownOf(seen, request.phone.id),
  };
  return promises.flatMap(([promise, broken]) => {
    const how = broken(step);
    return how ? [{ promise, how }] : [];
  });
}

/** What must not be refused, and what a refusal leaves as it was. */
function refusedWrongly(
  seen: Seen,
  { owner, now }: World,
  request: Request,
  { problem: { code }, world: { owner: left } }: Extract<Answer, { ok: false }>,
): Breach[] {
  const { phone, fresh } = request;
  const known = request.act === "deny" ? seen.recoveries[request.recovery] : undefined;
  const found: Breach[] = [];
  if (known && !known.denied && seen.freeze?.by.includes(phone.id) && code === "step-up-required") {
    if (mayDeny({ ...knownOf(seen, phone.id), former: undefined }, phone.id, known)) {
      found.push({ promise: "freeze", how: "the phone that began it can't deny another" });
    }
  }
  if (fresh && code === "step-up-required") {
    found.push({ promise: "liveness", how: "a fresh sign-in was not enough" });
  }
  const unused = (id: string) => now - knownOf(seen, id).signedInAt >= 90 * DAY;
  const trusted = owner?.devices.every(({ deviceId }) => knownOf(seen, deviceId).trusted !== undefined);
  if (code === "too-many-devices" && trusted && owner?.devices.some(({ deviceId }) => unused(deviceId))) {
    found.push({ promise: "liveness", how: "no place, though a phone has not signed in for 90 days" });
  }
  const lasting = (item: Owner | undefined) =>
    item && {
      ...item,
      tries: [],
      activity: undefined,
      refusals: undefined,
      untold: undefined,
      backup: { ...item.backup, lastFailure: undefined },
    };
  const before = owner && asOf(owner, now);
  const same = left === owner || before?.freeze !== owner?.freeze;
  if (!same && !isDeepStrictEqual(lasting(left), lasting(before))) {
    found.push({ promise: "nothing lost", how: `${request.act} was refused, and changed something` });
  }
  return found;
}

const ALWAYS_FRESH: ReadonlySet<Request["act"]> = new Set([
  ...(["register", "enable", "begin", "open", "approve", "refresh", "restore", "choose", "export"] as const),
  ...(["turn-off", "erase", "lift"] as const),
]);

function needsFreshSignIn({ request }: Step): string | false {
  const another = request.act === "revoke" && request.device !== request.phone.id;
  return (
    !request.fresh && (another || ALWAYS_FRESH.has(request.act)) && `${request.act} with a stale sign-in`
  );
}

/** Nothing but denials removes a phone; backup and policy stay. */
function takesAwayNothing({ request, item, next, now }: Step): string | false {
  if (request.fresh) return false;
  if (!next) return "erased with a stale sign-in";
  if (item.backup.state !== next.backup.state) return "backup turned on or off with a stale sign-in";
  if (!isDeepStrictEqual(settled(item.policy, now), settled(next.policy, now)) && request.act !== "deny") {
    return "policy changed with a stale sign-in";
  }
  return false;
}

/** Without a fresh sign-in once in 60 days, all phones together; and none again before it has signed in. */
function deniesRarely({ request, seen, answer, world, now, self }: Step): string | false {
  if (request.act !== "deny" || request.fresh || answer.world === world) return false;
  if (isOnProbation(seen, request.phone.id, now)) return "denied with a stale sign-in on probation";
  if (self.gone) return "back with a stale sign-in";
  if (seen.freeze?.by.includes(request.phone.id)) return false;
  if (seen.deniedAt !== undefined && now - seen.deniedAt < 60 * DAY) {
    return "denied again within 60 days with a stale sign-in";
  }
  if (self.deniedAt !== undefined && self.signedInAt <= self.deniedAt) {
    return "denied again without having signed in since";
  }
  return false;
}

/** A confirmed drop, and the fourth of a day that loses something, need a fresh sign-in. */
function dropsNothing({ request, seen, self, now }: Step): string | false {
  if (request.act !== "upload") return false;
  const full = fullestOf(self, now);
  const kept = full.filter((account) => request.accounts.includes(account)).length;
  const sharp = full.length > 0 && (kept === 0 || kept * 2 < full.length);
  if (sharp && seen.versions[currentOf(seen)] && !(request.fresh && request.confirms)) {
    return "a sharp drop without its owner's word";
  }
  const { perOwner } = LIMITS.losses;
  const today = seen.losses.filter((at) => now - at < DAY).length;
  return !request.fresh && losesFrom(self, request.accounts) && today >= perOwner && "a fourth loss in a day";
}

function currentOf({ versions }: Seen): number {
  return Math.max(
    -1,
    ...Object.entries(versions).flatMap(([number, { replacedAt }]) =>
      replacedAt === undefined ? [Number(number)] : [],
    ),
  );
}

/** Who has the sign-in alone can only register and recover. */
function needsTrust({ request, seen, item, self }: Step): string | false {
  const { phone, act } = request;
  if (self.trusted && !self.gone) return false;
  const on = item.backup.state === "on";
  const others = item.devices.some(
    ({ deviceId }) => deviceId !== phone.id && knownOf(seen, deviceId).trusted !== undefined,
  );
  const refused: Partial<Record<Request["act"], boolean>> = {
    "read-key": true,
    upload: true,
    refresh: true,
    restore: true,
    choose: true,
    lift: true,
    approve: true,
    "turn-off": true,
    export: on,
    enable: on || others,
    erase: on || others,
  };
  if (refused[act]) return `${act} by a phone that is not trusted`;
  if (act !== "revoke" || request.device === phone.id) return false;
  const trusted = knownOf(seen, request.device).trusted !== undefined;
  const there = item.devices.some(({ deviceId }) => deviceId === request.device);
  return there && (on || trusted) && "revoked another by a phone that is not trusted";
}

/** A registration takes the place of a trusted phone only if nobody has signed in on that for 90 days. */
function displacesUnused({ request, seen, item, next, now }: Step): string | undefined {
  if (request.act !== "register" || !next) return undefined;
  for (const { deviceId, trusted } of item.devices) {
    if (next.devices.some((other) => other.deviceId === deviceId)) continue;
    const idle = now - knownOf(seen, deviceId).signedInAt;
    if (trusted && idle < 90 * DAY) return "a trusted phone displaced that was in use";
    if (!trusted && isWaiting(seen, item, deviceId)) return "a phone displaced while its recovery lived";
    if (trusted && item.devices.some((other) => !other.trusted && !isWaiting(seen, item, other.deviceId))) {
      return "a trusted phone displaced while another was idle";
    }
  }
  return undefined;
}

function isWaiting({ recoveries }: Seen, item: Owner, id: string): boolean {
  return item.recoveries.some(
    ({ recoveryId, state }) => recoveries[recoveryId]?.phone === id && state === "waiting",
  );
}

/** While it is frozen nothing leaves and nothing is destroyed. */
function stops({ request, seen, answer }: Step): string | false {
  if (!seen.freeze) return false;
  const { act, phone } = request;
  const acts: readonly Request["act"][] = ["enable", "begin", "open", "turn-off", "erase", "restore"];
  const others: readonly Request["act"][] = ["export", "choose", "approve"];
  if (acts.includes(act) || others.includes(act)) return `${act} while frozen`;
  if (act !== "revoke" || request.device === phone.id || answer.world.owner === undefined) return false;
  return !mayLift(seen, phone) && "revoked another while frozen, without being one that may lift it";
}

function mayLift(seen: Seen, { id }: Phone): boolean {
  const { trusted, gone } = knownOf(seen, id);
  const oldest = Math.min(
    ...(seen.freeze?.by ?? []).map((by) => knownOf(seen, by).trusted?.step ?? Infinity),
  );
  return trusted !== undefined && !gone && trusted.step <= oldest;
}

/** It lasts 30 days from its beginning; only a further phone with a fresh sign-in begins it again. */
function growsNoLonger({ request, seen, item, next, now }: Step): string | false {
  if (!next?.freeze) return false;
  const until = Date.parse(next.freeze.until);
  if (until > now + 30 * DAY) return "frozen for more than 30 days";
  if (!item.freeze && isOnProbation(seen, request.phone.id, now)) return "frozen by a phone on probation";
  if (!item.freeze) return request.act !== "deny" && "frozen without a denial";
  const grown = until > Date.parse(item.freeze.until);
  if (!grown) return false;
  if (!request.fresh) return "the freeze grew with a stale sign-in";
  return seen.freeze?.by.includes(request.phone.id) === true && "the freeze grew by the phone that began it";
}

function isLiftedByTheOldest({ request, seen, item, next }: Step): string | false {
  if (!item.freeze || next?.freeze || request.act === "erase") return false;
  if (request.act !== "lift") return `${request.act} lifted the freeze`;
  return !mayLift(seen, request.phone) && "lifted by a phone that was trusted later than the one that denied";
}

/** Whoever is trusted is so since it turned on alone, or since a recovery on it was released; in that order. */
function isGivenByOneWayIn({ after, next }: Step): string | false {
  if (!next) return false;
  const orders = next.devices
    .flatMap(({ deviceId, trusted }) => {
      const known = knownOf(after, deviceId).trusted;
      return trusted || known ? [{ order: trusted?.order, from: trusted?.from, known }] : [];
    })
    .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
  if (orders.some(({ order, known }) => order === undefined || known === undefined)) {
    return "trusted without a way in, or not trusted after one";
  }
  if (orders.some(({ from, known }) => from !== known?.from)) return "reaches another key than it was given";
  const steps = orders.map(({ known }) => known?.step ?? 0);
  return steps.some((step, place) => place > 0 && step < (steps[place - 1] ?? 0)) && "age is not what it was";
}

/** A denial comes from a phone trusted before the recovery and, if that was trusted, before its phone. */
function isOlderThanWhatItDenies({ request, seen, self, answer, item, world }: Step): string | false {
  if (request.act !== "deny" || answer.world === world) return false;
  const known = seen.recoveries[request.recovery];
  if (!known || known.denied || !item.recoveries.some(({ recoveryId }) => recoveryId === request.recovery)) {
    return false;
  }
  const { former, gone } = self;
  if (wasOlder(self, known)) {
    return gone !== undefined && gone.step < known.step && "denied by one that was gone before it began";
  }
  const since = former && wasOlder(former, known) && former.gone.step > known.step;
  if (!since) return "denied by a phone that was not trusted before";
  return !request.fresh && "back with a stale sign-in";
}

/** A phone gets the keys that it may have, and no older ones. */
function reachesNoFurther({ after, request, answer, next }: Step): string | undefined {
  const from = knownOf(after, request.phone.id).trusted?.from ?? Number.POSITIVE_INFINITY;
  const beyond = (answer.told.keys ?? []).find((key) => key < from);
  if (beyond !== undefined) return `key ${beyond} to a phone that may have those from ${from} on`;
  const versions = next?.backup.state === "on" ? next.backup.versions : [];
  const out = (answer.told.versions ?? []).find((number) =>
    versions.some(({ version, key }) => version === number && key < from),
  );
  return out === undefined ? undefined : `version ${out} to a phone that may not have its key`;
}

/** What a phone may not have anyway, it waits for, from the beginning, unless an older one shortens it. */
function waitsItsTime({ seen, after, request, answer, self, now }: Step): string | false {
  const { act, phone } = request;
  if (act !== "begin" && act !== "open") return false;
  if (answer.told.state !== "released") return false;
  const known = after.recoveries[answer.told.recovery ?? ""];
  if (!known) return false;
  if (known.phone !== phone.id) return "another phone's recovery opened";
  const before = seen.recoveries[answer.told.recovery ?? ""];
  const allowed = self.trusted?.from ?? Number.POSITIVE_INFINITY;
  if ((answer.told.keys ?? []).every((key) => key >= allowed)) return false;
  if (before?.releasedAt !== undefined) return false;
  return unfrozenSince(seen, known.beganAt, now) < known.wait && "released before its time";
}

/** Every other phone is told of a recovery, and it is counted. */
function isToldAndCounted({ request, answer, item, next, now, seen }: Step): string | false {
  const { act, phone } = request;
  const first =
    (act === "begin" && seen.recoveries[answer.told.recovery ?? ""] === undefined) ||
    ((act === "begin" || act === "open") &&
      answer.told.state === "released" &&
      seen.recoveries[answer.told.recovery ?? ""]?.releasedAt === undefined);
  if (!first || !next) return false;
  const others = item.devices.filter(({ deviceId }) => deviceId !== phone.id);
  if (others.some(({ deviceId }) => !answer.notified.includes(deviceId)))
    return "not told to every other phone";
  if (act !== "begin") return false;
  const left = (owner: Owner) => triesLeft(owner.tries, "recoveries", undefined, now);
  return left(next) !== left(item) - 1 && "begun, and not counted";
}

/** What waits for something else now, has waited for as long. */
function keepsItsTime({ request, item, next, now }: Step): string | false {
  if (request.act !== "begin") return false;
  const waiting = ({ recoveries }: Owner) =>
    recoveries.find(
      (other) =>
        other.device.deviceId === request.phone.id && other.state === "waiting" && isAlive(other, now),
    );
  const [before, after] = [waiting(item), next && waiting(next)];
  return before !== undefined && after !== undefined && before.releaseAt !== after.releaseAt && "waits again";
}

/** What a denied phone may have chosen for the next recovery does not come. */
function endsShortenings({ request, world, answer, next, now }: Step): string | false {
  if (request.act !== "deny" || answer.world === world || !next) return false;
  return (
    settled(next.policy, now).shortening !== undefined && "a shorter wait is still to come after a denial"
  );
}

/** What is uploaded from then on, a phone that was removed can't read. */
function keepsRemovedPhonesOut({ request, after, next }: Step): string | undefined {
  if (request.act !== "upload" || next?.backup.state !== "on") return undefined;
  const key = currentVersion(next.backup)?.key;
  const there = new Set(next.devices.map(({ deviceId }) => deviceId));
  const reader = Object.entries(after.phones).find(
    ([id, { keys }]) => !there.has(id) && key !== undefined && keys.includes(key),
  );
  return reader && "uploaded under a key that a removed phone has";
}

/** Whatever was replaced with a loss, by starting anew or restoring, or stands for a day, is there for 30 days. */
function keepsWhatWasReplaced({ after, item, next, now }: Step): string | undefined {
  const [before, on] = [item.backup, next?.backup];
  if (before.state !== "on" || on?.state !== "on" || before.enabledAt !== on.enabledAt) return undefined;
  const kept = new Set(on.versions.map(({ version }) => version));
  for (const { version } of before.versions) {
    const known = after.versions[version];
    if (kept.has(version) || !known) continue;
    if (known.replacedAt === undefined) return `version ${version} is gone, and was not replaced`;
    const age = unfrozenSince(after, known.replacedAt, now);
    if ((known.owed || known.endedADay) && age < 30 * DAY) {
      return `version ${version} is gone ${Math.floor(age / DAY)} days after it was replaced`;
    }
  }
  return undefined;
}

/** While it is frozen, of what was there before everything stays. */
function thinsNothingFrozen({ seen, item, next }: Step): string | false {
  const { freeze } = seen;
  const [before, after] = [item.backup, next?.backup];
  if (!freeze || before.state !== "on" || after?.state !== "on") return false;
  const kept = new Set(after.versions.map(({ version }) => version));
  return (
    before.versions.some(
      ({ version, uploadedAt }) => Date.parse(uploadedAt) <= freeze.at && !kept.has(version),
    ) && "a version from before the freeze is gone"
  );
}

/** Nothing that a denied phone uploaded is current, nor has the new key its platform or storage account. */
function goesBackBehindTheDenied({ request, after, item, next }: Step): string | false {
  const [before, on] = [item.backup, next?.backup];
  if (request.act !== "deny" || before.state !== "on" || on?.state !== "on") return false;
  if (before.keys.at(-1)?.number === on.keys.at(-1)?.number) return false;
  const denied = new Set(
    Object.values(after.recoveries).flatMap(({ phone, denied }) => (denied ? [phone] : [])),
  );
  const isOfDenied = (version: Version | undefined) => version && denied.has(version.device.deviceId);
  if (isOfDenied(currentVersion(on)) && after.versions[on.current ?? 0]?.by !== request.phone.id) {
    return "a denied phone's version is current";
  }
  if (
    on.current === undefined &&
    on.versions.some((version) => !isOfDenied(version)) &&
    isOfDenied(currentVersion(before))
  ) {
    return "nothing is current, though there is a version of no denied phone";
  }
  const sound = before.keys.findLast(({ stems }) => !denied.has(stems));
  const { platform, storageCheck } = currentKey(on);
  if (!sound || (platform === sound.platform && storageCheck === sound.storageCheck)) return false;
  return "the new key has a denied phone's platform or storage account";
}

/** A phone of another platform or storage account takes over by starting anew, never by uploading. */
function doesNotMixPlatforms({ request, item }: Step): string | false {
  if (request.act !== "upload" || item.backup.state !== "on") return false;
  const { platform, storageCheck } = currentKey(item.backup);
  const { phone } = request;
  if (platform !== phone.platform) return "uploaded to a backup of the other platform";
  const shown = phone.storage === undefined ? undefined : stored(idOf("check", phone.storage));
  return shown !== storageCheck && "uploaded to a backup of another storage account";
}

/** The promises that a state breaks by itself. */
export async function flaws(perform: Perform, seen: Seen, world: World): Promise<Breach[]> {
  if (!world.owner) return [];
  const item = asOf(world.owner, world.now);
  return [...(await visible(perform, seen, world, item)), ...sound(item), ...bounded(item)];
}

/** A release is in every status, and deniable by whoever was trusted before, for 14 days. */
async function visible(perform: Perform, seen: Seen, world: World, item: Owner): Promise<Breach[]> {
  const found: Breach[] = [];
  for (const [recoveryId, known] of Object.entries(seen.recoveries)) {
    const { releasedAt, denied } = known;
    if (releasedAt === undefined || denied || world.now >= releasedAt + 14 * DAY) continue;
    for (const { deviceId, platform } of item.devices) {
      const phone: Phone = { id: deviceId, platform };
      const answer = await perform(world, { act: "status", phone, fresh: false });
      const told = answer.ok ? answer.told.status?.recoveries : undefined;
      if (told?.some((other) => other.recoveryId === recoveryId && other.state === "released")) continue;
      found.push({ promise: "visibility", how: "a release is gone from a status" });
    }
    for (const [id, phone] of Object.entries(seen.phones)) {
      if (id === known.phone || !mayDeny({ ...phone, former: undefined }, id, known)) continue;
      if (phone.gone && wasDeniedItself(seen, id)) continue;
      const { platform = "android" } = phone;
      const answer = await perform(world, {
        act: "deny",
        recovery: recoveryId,
        phone: { id, platform },
        fresh: true,
      });
      if (!answer.ok) {
        found.push({ promise: "visibility", how: `a release can't be denied: ${answer.problem.code}` });
      }
    }
  }
  return found;
}

function wasDeniedItself({ recoveries }: Seen, id: string): boolean {
  return Object.values(recoveries).some(({ phone, denied }) => phone === id && denied);
}

/** What is kept can be opened, and what nothing names is not kept. */
function sound({ backup, recoveries }: Owner): Breach[] {
  if (backup.state !== "on") return [];
  const how = keyless(backup) ?? unnamed(backup, recoveries) ?? unpinned(backup, recoveries);
  return how === undefined ? [] : [{ promise: "nothing lost", how }];
}

function keyless({ keys, versions, current }: BackupOn): string | undefined {
  const numbers = new Set(keys.map(({ number }) => number));
  if (versions.some(({ key }) => !numbers.has(key))) return "a version without its key";
  return current !== undefined && versions.every(({ version }) => version !== current)
    ? "the current version is gone"
    : undefined;
}

function unnamed({ keys, versions, recoveryKey }: BackupOn, _: Owner["recoveries"]): string | undefined {
  const named = new Set([...versions.map(({ key }) => key), recoveryKey?.key, keys.at(-1)?.number]);
  return keys.some(({ number }) => !named.has(number)) ? "a key that nothing names" : undefined;
}

function unpinned({ versions }: BackupOn, recoveries: Owner["recoveries"]): string | undefined {
  const there = new Set(versions.map(({ version }) => version));
  return recoveries.some(
    ({ version, state }) => state === "waiting" && version !== undefined && !there.has(version),
  )
    ? "the version that a recovery waits for is gone"
    : undefined;
}

function bounded(item: Owner): Breach[] {
  const { devices, removed, recoveries, frozenDays, backup } = item;
  const lists: readonly (readonly [string, number, number])[] = [
    ["phones", devices.length, PLACES],
    ["removed phones", removed.length, MOST_REMOVED],
    ["recoveries", recoveries.length, MOST_RECOVERIES],
    ["frozen days", frozenDays.length, MOST_SPANS],
    ["versions", backup.state === "on" ? backup.versions.length : 0, MOST_VERSIONS],
    ["keys", backup.state === "on" ? backup.keys.length : 0, MOST_KEYS],
  ];
  const long = lists.find(([, length, most]) => length > most);
  if (long) return [{ promise: "bounded", how: `too many ${long[0]}` }];
  const read = ownerShape.safeParse(item);
  return read.success
    ? []
    : [
        {
          promise: "bounded",
          how: `not as its schema says: ${read.error.issues.map(({ path }) => path.join(".")).join(", ")}`,
        },
      ];
}
