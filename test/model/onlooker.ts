import { settled } from "../../shared/backup/policy.ts";
import type { Device } from "../../shared/model/device.ts";
import type { Owner } from "../../shared/model/owner.ts";
import { asOf } from "../../shared/recovery/freeze.ts";
import type { Platform } from "../../shared/words.ts";
import { DAY } from "./scenes.ts";
import { type Answer, accountsIn, type Request, recoveryOf, type World } from "./world.ts";

// What an onlooker knows who has seen every request, and has read standing.md: it looks at no number, mark or list that
// the rules keep for themselves.

interface Gone {
  readonly step: number;
  readonly by: string | undefined;
}

/** What the onlooker knows of one phone. */
export interface Known {
  /** When it was last used with a fresh sign-in, for something that the service did. */
  readonly signedInAt: number;
  /** When it became trusted, in the order of things, and the first key that it may have. */
  readonly trusted?: { readonly step: number; readonly from: number };
  /** If it is no phone of the owner any more: since when in the order of things, and who removed it. */
  readonly gone?: Gone;
  /** The same, with its trust, if it was removed and has registered again. */
  readonly former?: { readonly gone: Gone; readonly trusted: NonNullable<Known["trusted"]> } | undefined;
  /** The user keys that it was given. */
  readonly keys: readonly number[];
  /** What it uploaded or recovered, oldest first; nothing from before what its owner confirmed. */
  readonly lists: readonly { readonly accounts: readonly string[]; readonly at: number }[];
  /** When it last denied without a fresh sign-in. */
  readonly deniedAt?: number;
  /** The version that it last uploaded, unless it has recovered since. */
  readonly version?: number | undefined;
  readonly platform?: Platform;
}

export interface KnownRecovery {
  readonly phone: string;
  /** When it began, in the order of things. */
  readonly step: number;
  /** The same of its phone's trust, if that was trusted before. */
  readonly trusted: number | undefined;
  readonly beganAt: number;
  /** Milliseconds from then on, frozen ones not counted, until it may be opened. */
  readonly wait: number;
  readonly releasedAt?: number;
  readonly denied?: true;
}

export interface KnownVersion {
  readonly by: string;
  readonly accounts: readonly string[];
  /** Since when it is current, or last was. */
  readonly since: number;
  /** When it was replaced, or overtaken by a later one of its own phone, and whether that must not have been the end of it. */
  readonly replacedAt?: number;
  readonly owed?: true;
  /** Whether it stands for a day: it was current when that ended. */
  readonly endedADay?: true;
}

export interface Seen {
  readonly step: number;
  readonly phones: Readonly<Record<string, Known>>;
  readonly recoveries: Readonly<Record<string, KnownRecovery>>;
  readonly versions: Readonly<Record<number, KnownVersion>>;
  /** The last denial that froze the backup and was counted. */
  readonly deniedAt?: number;
  readonly freeze?: { readonly at: number; readonly by: readonly string[] };
  /** When the backup was frozen: from, to. */
  readonly frozen: readonly (readonly [number, number])[];
  /** When something was lost without a fresh sign-in. */
  readonly losses: readonly number[];
}

export const NOTHING_SEEN: Seen = {
  step: 0,
  phones: {},
  recoveries: {},
  versions: {},
  frozen: [],
  losses: [],
};

const UNKNOWN: Known = { signedInAt: Number.NEGATIVE_INFINITY, keys: [], lists: [] };

export function knownOf({ phones }: Seen, id: string): Known {
  return phones[id] ?? UNKNOWN;
}

/** Milliseconds since a time that were not frozen. */
export function unfrozenSince({ frozen, freeze }: Seen, since: number, now: number): number {
  const spans = [...frozen, ...(freeze ? [[freeze.at, now] as const] : [])];
  const stopped = spans.map(([from, to]) => Math.max(0, Math.min(to, now) - Math.max(from, since)));
  return now - since - stopped.reduce((sum, part) => sum + part, 0);
}

/** What a phone offers leaves out of what it last had. */
export function losesFrom({ lists }: Known, accounts: readonly string[]): boolean {
  return lists.at(-1)?.accounts.some((account) => !accounts.includes(account)) ?? false;
}

/** The fullest list that a phone had within a day, else its last. */
export function fullestOf({ lists }: Known, now: number): readonly string[] {
  const recent = lists.filter(({ at }) => now - at < DAY);
  const [fullest] = [...recent, ...lists.slice(-1)].toSorted((a, b) => b.accounts.length - a.accounts.length);
  return fullest?.accounts ?? [];
}

/** What the onlooker knows after a request that was answered. */
export function watched(seen: Seen, world: World, request: Request, answer: Answer): Seen {
  const thawed = afterFreeze(seen, world.now);
  if (!answer.ok) return thawed;
  const { owner } = answer.world;
  if (!owner) return NOTHING_SEEN;
  const step = seen.step + 1;
  const before = world.owner && asOf(world.owner, world.now);
  const noted = noteAct({ ...thawed, step }, { before, after: owner, request, answer, now: world.now });
  return noteVersions(seen, notePhones(noted, before, owner, request), before, owner, request, answer.world);
}

interface Seeing {
  readonly before: Owner | undefined;
  readonly after: Owner;
  readonly request: Request;
  readonly answer: Extract<Answer, { ok: true }>;
  readonly now: number;
}

/** A freeze ends by itself after 30 days. */
export function afterFreeze(seen: Seen, now: number): Seen {
  const { freeze, ...rest } = seen;
  if (!freeze || now < freeze.at + 30 * DAY) return seen;
  return { ...rest, frozen: [...seen.frozen, [freeze.at, freeze.at + 30 * DAY]] };
}

function withKnown(seen: Seen, id: string, changes: Partial<Known>): Seen {
  return { ...seen, phones: { ...seen.phones, [id]: { ...knownOf(seen, id), ...changes } } };
}

function noteAct(seen: Seen, { before, after, request, answer, now }: Seeing): Seen {
  const { phone, fresh } = request;
  const { told, world } = answer;
  const keys = [...new Set([...knownOf(seen, phone.id).keys, ...(told.keys ?? [])])];
  const changed = before?.activity.number !== after.activity.number || before?.untold !== after.untold;
  let next = withKnown(seen, phone.id, {
    keys,
    platform: phone.platform,
    ...(fresh && changed && { signedInAt: now }),
  });
  const self = knownOf(seen, phone.id);
  switch (request.act) {
    case "enable":
      return withKnown(next, phone.id, { trusted: self.trusted ?? { step: seen.step, from: 1 } });
    case "upload": {
      const { accounts, confirms } = request;
      const kept = confirms && fresh ? [] : self.lists;
      if (losesFrom(self, accounts) && !fresh) next = { ...next, losses: [...next.losses, now] };
      return withKnown(next, phone.id, { lists: [...kept, { accounts, at: now }].slice(-30) });
    }
    case "begin":
    case "open": {
      const id = told.recovery ?? "";
      const known = seen.recoveries[id];
      const wait = before ? settled(before.policy, now).waitingSeconds * 1000 : 0;
      const begun: KnownRecovery = known ?? {
        phone: phone.id,
        step: seen.step,
        trusted: self.trusted?.step,
        beganAt: now,
        wait,
      };
      const first = told.state === "released" && begun.releasedAt === undefined;
      next = {
        ...next,
        recoveries: { ...next.recoveries, [id]: first ? { ...begun, releasedAt: now } : begun },
      };
      return first ? noteRelease(next, phone.id, answer, now) : next;
    }
    case "approve": {
      const known = seen.recoveries[request.recovery];
      if (!known || known.releasedAt !== undefined) return next;
      return {
        ...next,
        recoveries: { ...next.recoveries, [request.recovery]: { ...known, wait: 0 } },
      };
    }
    case "deny":
      return noteDenial(next, request, before, now, world.owner?.freeze !== undefined);
    case "lift": {
      const { freeze, ...rest } = next;
      return freeze ? { ...rest, frozen: [...next.frozen, [freeze.at, now]] } : next;
    }
    case "turn-off": {
      const phones = Object.entries(next.phones).map(([id, known]) => [id, { ...known, lists: [] }]);
      return { ...next, phones: Object.fromEntries(phones), versions: {} };
    }
    default:
      return next;
  }
}

function noteRelease(seen: Seen, id: string, { told, world }: Seeing["answer"], now: number): Seen {
  const { trusted } = knownOf(seen, id);
  const [key = 1] = told.keys ?? [];
  const anew =
    told.versions === undefined && recoveryOf(world, told.recovery ?? "")?.purpose === "start-anew";
  if (anew) return withKnown(seen, id, { trusted: trusted ?? { step: seen.step, from: key }, lists: [] });
  const from = trusted && key >= trusted.from ? trusted.from : 1;
  const [version] = told.versions ?? [];
  const accounts = version === undefined ? undefined : (accountsIn(world, version) ?? []);
  return withKnown(seen, id, {
    trusted: { step: trusted?.step ?? seen.step, from },
    ...(accounts && { lists: [{ accounts, at: now }], version: undefined }),
  });
}

function noteDenial(
  seen: Seen,
  { phone, fresh, recovery }: Extract<Request, { act: "deny" }> | (Request & { recovery: string }),
  before: Owner | undefined,
  now: number,
  frozen: boolean,
): Seen {
  const known = seen.recoveries[recovery];
  if (!known || known.denied || !before?.recoveries.some((other) => other.recoveryId === recovery))
    return seen;
  const recoveries = Object.entries(seen.recoveries).map(([id, other]) => [
    id,
    other.phone === known.phone ? { ...other, denied: true as const } : other,
  ]);
  const next: Seen = { ...seen, recoveries: Object.fromEntries(recoveries) };
  if (isOnProbation(seen, phone.id, now)) return next;
  const again = seen.freeze?.by.includes(phone.id);
  if (again || !frozen) return next;
  const freeze = seen.freeze
    ? { at: seen.freeze.at, by: [...seen.freeze.by, phone.id] }
    : { at: now, by: [phone.id] };
  const counted: Seen = { ...next, freeze, deniedAt: now };
  return fresh ? counted : withKnown(counted, phone.id, { deniedAt: now });
}

/** Whether a release on this phone can still be denied, and there is a phone that could. */
export function isOnProbation({ recoveries, phones }: Seen, id: string, now: number): boolean {
  if (phones[id]?.gone) return false;
  return Object.values(recoveries).some(
    (known) =>
      known.phone === id &&
      !known.denied &&
      known.releasedAt !== undefined &&
      now < known.releasedAt + 14 * DAY &&
      Object.entries(phones).some(([other, phone]) => other !== id && mayDeny(phone, other, known)),
  );
}

/** Whether a phone was trusted before a recovery began and, if that was on a trusted one, before that one. */
export function wasOlder(
  { trusted }: Pick<Known, "trusted">,
  { step, trusted: own }: KnownRecovery,
): boolean {
  return trusted !== undefined && trusted.step < step && (own === undefined || trusted.step < own);
}

/** Whether a phone may deny a recovery: as it is, or as it was when another has removed it since that began. */
export function mayDeny(phone: Known, id: string, recovery: KnownRecovery): boolean {
  return [phone, phone.former].some(
    (known) =>
      known !== undefined &&
      wasOlder(known, recovery) &&
      (known.gone === undefined || (known.gone.step > recovery.step && known.gone.by !== id)),
  );
}

/** Who is there and who is not, as the list of phones has it. */
function notePhones(seen: Seen, before: Owner | undefined, after: Owner, request: Request): Seen {
  const ids = (devices: readonly Device[] = []) => new Set(devices.map(({ deviceId }) => deviceId));
  const [had, has] = [ids(before?.devices), ids(after.devices)];
  let next = seen;
  for (const id of had) {
    if (!has.has(id)) {
      const by = request.act === "register" ? undefined : request.phone.id;
      next = withKnown(next, id, { gone: { step: seen.step, by } });
    }
  }
  for (const id of has) {
    const known = knownOf(next, id);
    const { gone, trusted, former, ...rest } = known;
    if (request.act === "deny" && had.has(id) && id === request.phone.id && former && trusted === undefined) {
      next = { ...next, phones: { ...next.phones, [id]: { ...rest, trusted: former.trusted } } };
    }
    if (had.has(id)) continue;
    // Back with a denial, it is what it was; registered again, it is a new phone, which may still deny as the old one.
    const back =
      request.act === "deny"
        ? { ...rest, ...(trusted && { trusted }) }
        : { ...rest, lists: [], ...(gone && trusted && { former: { gone, trusted } }) };
    next = { ...next, phones: { ...next.phones, [id]: back } };
  }
  return next;
}

/** Which versions are current no more, and which of them must not be lost. @param earlier before the request */
function noteVersions(
  earlier: Seen,
  seen: Seen,
  before: Owner | undefined,
  after: Owner,
  request: Request,
  world: World,
): Seen {
  const { now } = world;
  if (after.backup.state !== "on") return seen;
  const was = before?.backup.state === "on" ? before.backup.current : undefined;
  const is = after.backup.current;
  let next = seen;
  const replace = (number: number | undefined, owed: boolean) => {
    const version = number === undefined ? undefined : next.versions[number];
    if (number === undefined || !version || version.owed) return;
    const endedADay = Math.floor(version.since / DAY) < Math.floor(now / DAY);
    const noted: KnownVersion = {
      ...version,
      replacedAt: now,
      ...(owed && { owed }),
      ...(endedADay && number === was && { endedADay }),
    };
    next = { ...next, versions: { ...next.versions, [number]: noted } };
  };
  const by = request.phone.id;
  if (request.act === "upload") {
    const lost = losesFrom(knownOf(earlier, by), request.accounts);
    replace(was, lost);
    if (lost) replace(knownOf(seen, by).version, true);
  } else if (was !== is || (request.act === "begin" && was !== undefined && is === undefined)) {
    replace(was, true);
  }
  if (is !== undefined && !next.versions[is] && (request.act === "upload" || request.act === "restore")) {
    const accounts = accountsIn(world, is) ?? [];
    next = { ...next, versions: { ...next.versions, [is]: { by, accounts, since: now } } };
    if (request.act === "upload") next = withKnown(next, by, { version: is });
  } else if (is !== undefined && was !== is && next.versions[is]) {
    const { replacedAt: _, owed: __, ...version } = next.versions[is];
    next = { ...next, versions: { ...next.versions, [is]: { ...version, since: now } } };
  }
  return next;
}
