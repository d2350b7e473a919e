import type { Patch } from "./rules.ts";
import {
  type Actor,
  ALL,
  asks,
  type Before,
  backedUp,
  DAY,
  FRESH,
  first,
  hisPhone,
  iPhone,
  LESS,
  newcomer,
  OWNER,
  recovers,
  type Scene,
  STALE,
  second,
  strange,
  stranger,
  WEEK,
  withSecond,
} from "./scenes.ts";
import type { Move, Phone, World } from "./world.ts";

/** A rule of standing.md taken away, and where that shows. */
export interface Mutant {
  /** The rule, as the list of rules has it (test/behaviours/trust/README.md); left out where that doesn't. */
  readonly rule?: string;
  /** The part of it that is missing. */
  readonly gone: string;
  readonly patches: readonly Patch[];
  readonly actors: readonly Actor[];
  readonly before: readonly Before[];
  /** Moves after which it shows. */
  readonly depth: number;
  /** Whether it shows in how long an owner waits. */
  readonly waits?: true;
}

const owner = (phone: Phone): Actor => ({ phone, holder: "owner", signIns: OWNER });
const thief = (phone: Phone): Actor => ({ phone, holder: "thief", signIns: FRESH });
/** A stolen phone, with nothing but what is signed in on it. */
const stolen = (phone: Phone): Actor => ({ phone, holder: "thief", signIns: STALE });
const app = (phone: Phone): Actor => ({ phone, holder: "app", signIns: OWNER });

/** A phone denies what another has begun. */
function denies(by: Phone, of: Phone, fresh: boolean): Before {
  return ({ owner }: World) => {
    const [recovery] = owner?.recoveries.filter(({ device }) => device.deviceId === of.id) ?? [];
    return { act: "deny", recovery: recovery?.recoveryId ?? "", phone: by, fresh };
  };
}

/** A phone opens what it waited for. */
function opens(by: Phone): Before {
  return ({ owner }: World) => {
    const [recovery] = owner?.recoveries.filter(({ device }) => device.deviceId === by.id) ?? [];
    return { act: "open", recovery: recovery?.recoveryId ?? "", phone: by, fresh: true };
  };
}

const stale = (by: Phone, move: Move): Before => ({ ...move, phone: by, fresh: false });

/** Three uploads that lose an account, with a stale sign-in. */
const threeLosses = (by: Phone): Before[] =>
  [LESS, ALL, LESS, ALL, LESS, ALL].map((accounts) => stale(by, { act: "upload", accounts }));

const CHANGES = "shared/recovery/changes.ts";
const SAY = "shared/recovery/say.ts";
const GUARDS = "shared/backup/uploadGuards.ts";

export const mutants: readonly Mutant[] = [
  {
    rule: "A release stays in the status, and deniable, for 14 days from its release, not from its wait.",
    gone: "a release can be denied for 14 days from its release",
    patches: [
      {
        file: CHANGES,
        from: "releaseAt: timestampOf(Math.min(now, Date.parse(recovery.releaseAt))),\n    expiresAt: timestampOf(expiryOf(now)),",
        to: "releaseAt: timestampOf(Math.min(now, Date.parse(recovery.releaseAt))),\n    expiresAt: recovery.expiresAt,",
      },
    ],
    actors: [owner(first), thief(strange)],
    before: [...backedUp(first, WEEK), ...recovers(strange), 14 * DAY],
    depth: 2,
  },
  {
    rule: "While another phone is trusted, turning on by a registered one is starting anew: told, waiting, deniable.",
    gone: "while another phone is trusted, turning on by a registered one is starting anew",
    patches: [
      {
        file: "shared/backup/states.ts",
        from: "if (!device.trusted && othersTrusted({ devices }, device)) return",
        to: "if (false) return",
      },
    ],
    actors: [owner(first), thief(strange)],
    before: [...backedUp(first, 0)],
    depth: 3,
  },
  {
    rule: "A key that was never used is dropped at once when it stops being current.",
    gone: "a key that nothing names is dropped at once",
    patches: [
      {
        file: "shared/backup/keys.ts",
        from: "keys: backup.keys.filter(({ number }) => used.has(number))",
        to: "keys: backup.keys",
      },
    ],
    actors: [owner(first), thief(strange)],
    before: asks(first, { act: "register" }, { act: "enable" }),
    depth: 2,
  },
  {
    rule: "Changing the purpose of a waiting recovery keeps its time.",
    gone: "changing the purpose of a waiting recovery keeps its time",
    patches: [
      {
        file: "functions/recoveries/begin.ts",
        from: "if (waiting && wait > 0) return await goOn",
        to: "if (waiting && wait > 0 && isFor(waiting, wish)) return await goOn",
      },
    ],
    actors: [owner(first), owner(second)],
    before: [...backedUp(first, WEEK), ...recovers(second)],
    depth: 2,
  },
  {
    rule: "Two trusted phones of two platforms or storage accounts take over from each other explicitly, never by an upload.",
    gone: "phones of two storage accounts take over from each other explicitly, never by an upload",
    patches: [
      {
        file: GUARDS,
        from: "  trusted,\n  readable,\n  noSharpDrop,",
        to: "  trusted,\n  noSharpDrop,",
      },
    ],
    actors: [owner(iPhone), thief(hisPhone)],
    before: [...backedUp(iPhone, 0), ...recovers(hisPhone, "start-anew")],
    depth: 1,
  },
  {
    rule: "A confirmed drop, or the fourth upload of a day that loses an account, needs a fresh sign-in.",
    gone: "a confirmed drop needs a fresh sign-in",
    patches: [
      {
        file: GUARDS,
        from: 'offered: sizeOf(offered) };\n  return missing.length > 0 ? { reason: "step-up-required", missing } : undefined;',
        to: "offered: sizeOf(offered) };\n  return undefined;",
      },
    ],
    actors: [stolen(first)],
    before: backedUp(first, 0),
    depth: 1,
  },
  {
    rule: "A confirmed drop, or the fourth upload of a day that loses an account, needs a fresh sign-in.",
    gone: "the fourth upload of a day that loses an account needs a fresh sign-in",
    patches: [{ file: GUARDS, from: "  noSharpDrop,\n  fewLosses,\n", to: "  noSharpDrop,\n" }],
    actors: [stolen(first)],
    before: [...backedUp(first, 0), ...threeLosses(first)],
    depth: 1,
  },
  {
    rule: "While backup is off, a registered phone turns on and erases only while no other phone is trusted.",
    gone: "while backup is off, a registered phone erases only while no other phone is trusted",
    patches: [
      { file: "functions/me/erase.ts", from: 'standing: "trusted-if-any"', to: 'standing: "trusted-if-on"' },
    ],
    actors: [owner(first), thief(strange)],
    before: backedUp(first, 0),
    depth: 3,
  },
  {
    rule: "A denial is for a phone that was trusted before the recovery began and, where the recovering phone is trusted, before that was.",
    gone: "a denial is for a phone that was trusted before the recovery began",
    patches: [
      {
        file: SAY,
        from: "return wasTrustedBefore(device, order) && (trusted",
        to: "return device.trusted !== undefined && (trusted",
      },
    ],
    actors: [thief(strange)],
    before: [...backedUp(first, 0), ...recovers(second), ...recovers(strange)],
    depth: 1,
  },
  {
    rule: "A denial is for a phone that was trusted before the recovery began and, where the recovering phone is trusted, before that was.",
    gone: "where the recovering phone is trusted, a denial is for one trusted before that",
    patches: [
      {
        file: SAY,
        from: "&& (trusted === undefined || wasTrustedBefore(device, trusted))",
        to: "",
      },
    ],
    actors: [thief(second)],
    before: [...withSecond(0, second), ...asks(first, { act: "begin", purpose: "recover" })],
    depth: 1,
  },
  {
    rule: "A phone that was revoked or displaced since may deny with a fresh sign-in; it is back then, as it was.",
    gone: "a phone that was revoked since the recovery began may deny it",
    patches: [
      { file: SAY, from: "gone.filter(({ number }) => number > order)", to: "gone.filter(() => false)" },
    ],
    actors: [thief(strange)],
    before: [...backedUp(first, 0), ...recovers(strange)],
    depth: 1,
  },
  {
    rule: "A phone that was revoked or displaced since may deny with a fresh sign-in; it is back then, as it was.",
    gone: "a phone that was revoked denies with a fresh sign-in alone",
    patches: [{ file: SAY, from: "if (device !== here && !fresh) return stepUp;", to: "" }],
    actors: [stolen(first), thief(strange)],
    before: [...backedUp(first, 0), ...recovers(strange)],
    depth: 2,
  },
  {
    rule: "After a denial current is the newest version that no denied phone uploaded.",
    gone: "after a denial current is the newest version that no denied phone uploaded",
    patches: [
      { file: CHANGES, from: "versions.find((version) => !version.denied)", to: "versions.find(() => true)" },
    ],
    actors: [owner(first), thief(strange)],
    before: [...backedUp(first, 0), ...recovers(strange)],
    depth: 2,
  },
  {
    rule: "The new key takes platform and storage account of the newest that doesn't stem from a denied phone's starting anew.",
    gone: "the new key takes platform and storage account of the newest that stems from no denied phone",
    patches: [
      { file: "shared/backup/keys.ts", from: "backup.keys.findLast(({ denied }) => !denied) ??", to: "" },
    ],
    actors: [owner(iPhone), thief(hisPhone)],
    before: [...backedUp(iPhone, 0), ...recovers(hisPhone, "start-anew")],
    depth: 1,
  },
  {
    rule: "Without a fresh sign-in an owner's phones deny once in 60 days, all together; any denial uses this up.",
    gone: "without a fresh sign-in an owner's phones deny once in 60 days, all of them together",
    patches: [
      {
        file: SAY,
        from: "return denial !== undefined && now < Date.parse(denial.at) + STALE_DENIAL;",
        to: "return false;",
      },
    ],
    actors: [stolen(first), stolen(second)],
    before: [
      ...withSecond(WEEK, second),
      14 * DAY,
      ...recovers(strange),
      denies(first, strange, false),
      30 * DAY,
      ...recovers(stranger),
    ],
    depth: 1,
  },
  {
    rule: "Without a fresh sign-in an owner's phones deny once in 60 days, all together; any denial uses this up.",
    gone: "a denial with a fresh sign-in uses that up, too",
    patches: [
      {
        file: CHANGES,
        from: "...(usesUp && { denial: { at } })",
        to: "...(usesUp && !fresh && { denial: { at } })",
      },
    ],
    actors: [stolen(second)],
    before: [
      ...withSecond(WEEK, second),
      14 * DAY,
      ...recovers(strange),
      denies(first, strange, true),
      30 * DAY,
      ...recovers(stranger),
    ],
    depth: 1,
  },
  {
    rule: "The phone that used it can't do it again until it has signed in afresh since.",
    gone: "the phone that used it can't do it again until it has signed in afresh",
    patches: [
      {
        file: SAY,
        from: "if (deniedAt !== undefined && Date.parse(signedInAt) <= Date.parse(deniedAt)) return true;",
        to: "",
      },
    ],
    actors: [stolen(first)],
    before: [
      ...backedUp(first, WEEK),
      ...recovers(strange),
      denies(first, strange, false),
      90 * DAY,
      ...recovers(stranger),
    ],
    depth: 1,
  },
  {
    rule: "A phone whose own release can still be denied denies with a fresh sign-in alone, and neither freezes nor uses anything up.",
    gone: "a phone whose own release can be denied denies with a fresh sign-in alone",
    patches: [{ file: SAY, from: "if (isOnProbation(owner, deviceId, now)) {", to: "if (false) {" }],
    actors: [{ phone: second, holder: "thief", signIns: STALE }],
    before: [...withSecond(0, second), ...recovers(strange)],
    depth: 1,
  },
  {
    rule: "A phone whose own release can still be denied denies with a fresh sign-in alone, and neither freezes nor uses anything up.",
    gone: "a phone whose own release can be denied does not freeze",
    patches: [
      {
        file: SAY,
        from: "return fresh ? { ...sound, freezes: false, counts: false } : stepUp;",
        to: "return fresh ? { ...sound, freezes: true, counts: false } : stepUp;",
      },
    ],
    actors: [thief(second)],
    before: [...withSecond(0, second), ...recovers(strange)],
    depth: 1,
  },
  {
    rule: "A shorter waiting time that a denied phone asked for never comes.",
    gone: "a shorter waiting time that was asked for ends with a denial",
    patches: [{ file: CHANGES, from: "policy: withoutShortening(item.policy, now),", to: "" }],
    actors: [owner(first)],
    before: [
      ...backedUp(first, WEEK),
      ...recovers(strange),
      7 * DAY,
      opens(strange),
      ...asks(strange, { act: "choose", wait: 0 }),
    ],
    depth: 1,
  },
  {
    rule: "During the freeze it began, a phone denies more, uncounted, and the freeze grows no longer.",
    gone: "during the freeze that it began, a phone denies more, uncounted",
    patches: [
      {
        file: SAY,
        from: "if (owner.freeze?.by.includes(deviceId)) return { ...sound, freezes: true, counts: false };",
        to: "",
      },
    ],
    actors: [owner(first)],
    before: [
      ...backedUp(first, WEEK),
      ...recovers(strange),
      ...recovers(stranger),
      denies(first, strange, false),
    ],
    depth: 1,
  },
  {
    rule: "During the freeze it began, a phone denies more, uncounted, and the freeze grows no longer.",
    gone: "the freeze grows no longer by the phone that began it",
    patches: [
      { file: "shared/recovery/freeze.ts", from: "if (before.by.includes(deviceId)) return before;", to: "" },
    ],
    actors: [stolen(first)],
    before: [
      ...backedUp(first, WEEK),
      ...recovers(strange),
      ...recovers(stranger),
      denies(first, strange, false),
      DAY,
    ],
    depth: 1,
  },
  {
    rule: "Where all 20 phones are trusted, the next one takes the place of that whose last fresh sign-in is longest ago, if for 90 days.",
    gone: "a trusted phone gives its place up only where all are trusted",
    patches: [
      {
        file: "shared/devices/registration.ts",
        from: "const untrusted = devices.filter(({ trusted }) => !trusted);",
        to: "const untrusted: Device[] = [];",
      },
    ],
    actors: [thief(stranger)],
    before: [...withSecond(0, second), ...asks(strange, { act: "register" }), 90 * DAY],
    depth: 1,
  },
  {
    rule: "Where all 20 phones are trusted, the next one takes the place of that whose last fresh sign-in is longest ago, if for 90 days.",
    gone: "a trusted phone gives its place up only after 90 days without a fresh sign-in",
    patches: [
      {
        file: "shared/devices/registration.ts",
        from: "return longest && now >= freesAt",
        to: "return longest",
      },
    ],
    actors: [thief(stranger)],
    before: withSecond(0, second, strange),
    depth: 1,
  },
  {
    rule: "What a phone does with a stale sign-in keeps no place.",
    gone: "what a phone does with a stale sign-in keeps no place",
    patches: [
      {
        file: "shared/acts/commit.ts",
        from: "...(isFresh(act) && { signedInAt: timestampOf(now) }),",
        to: "signedInAt: timestampOf(now),",
      },
    ],
    actors: [stolen(first), stolen(second), stolen(strange), thief(stranger)],
    before: [
      ...withSecond(0, second, strange),
      90 * DAY,
      ...[first, second, strange].map((by) => stale(by, { act: "upload", accounts: ALL })),
    ],
    depth: 1,
  },
  {
    rule: "For 31 days every version is kept that was replaced with a loss, by starting anew, or by restoring.",
    gone: "a version that was replaced with a loss is kept for 31 days",
    patches: [
      {
        file: "shared/backup/versions.ts",
        from: 'loses(device, list) ? (fresh ? "confirmed" : "loss") : undefined',
        to: "undefined as Held | undefined",
      },
    ],
    actors: [app(first)],
    before: backedUp(first, 0),
    depth: 3,
  },
  {
    rule: "For 31 days every version is kept that was replaced with a loss, by starting anew, or by restoring.",
    gone: "what a phone loses is kept where another has uploaded since",
    patches: [{ file: "shared/backup/versions.ts", from: "now, lastOf(device, backup))", to: "now)" }],
    actors: [app(first), app(second)],
    before: withSecond(0, second),
    depth: 2,
  },
  {
    rule: "For 31 days every version is kept that was replaced with a loss, by starting anew, or by restoring.",
    gone: "what was replaced by starting anew is kept for 31 days",
    patches: [
      {
        file: CHANGES,
        from: 'versions: replaced(backup, "start-anew", now)',
        to: "versions: replaced(backup, undefined, now)",
      },
    ],
    actors: [app(strange), thief(strange)],
    before: [
      ...backedUp(first, 0),
      ...recovers(strange),
      ...asks(strange, { act: "upload", accounts: ALL }, { act: "begin", purpose: "start-anew" }),
    ],
    depth: 3,
  },
  {
    rule: "For 31 days every version is kept that was replaced with a loss, by starting anew, or by restoring.",
    gone: "what was replaced by restoring is kept for 31 days",
    patches: [
      {
        file: "shared/backup/versions.ts",
        from: 'versions: replaced(backup, "confirmed", now)',
        to: "versions: replaced(backup, undefined, now)",
      },
    ],
    actors: [app(first)],
    before: [
      ...backedUp(first, 0),
      ...asks(first, { act: "upload", accounts: ALL }, { act: "restore", version: 1 }),
    ],
    depth: 3,
  },
  {
    rule: "Days that were frozen don't count, and while it is frozen nothing from before is thinned.",
    gone: "while it is frozen nothing from before is thinned",
    patches: [
      {
        file: "shared/backup/history.ts",
        from: "...(freeze ? versions.filter(({ uploadedAt }) => uploadedAt <= freeze.at) : []),",
        to: "",
      },
    ],
    actors: [stolen(first)],
    before: [
      ...backedUp(first, WEEK),
      ...asks(first, { act: "upload", accounts: ALL }),
      ...recovers(strange),
      denies(first, strange, false),
    ],
    depth: 2,
  },
  {
    gone: "while it is frozen a wait stands still",
    patches: [
      {
        file: "shared/recovery/freeze.ts",
        from: 'recovery.state === "waiting" ? later(recovery, frozenFor) : recovery,',
        to: "recovery,",
      },
    ],
    actors: [thief(stranger)],
    before: [
      ...backedUp(first, WEEK),
      ...recovers(strange),
      ...recovers(stranger),
      denies(first, strange, false),
      30 * DAY,
    ],
    depth: 1,
  },
  {
    gone: "a freeze is lifted by a phone trusted no later than the oldest that denied",
    patches: [
      {
        file: "shared/recovery/freeze.ts",
        from: "return trusted !== undefined && trusted.order <= order;",
        to: "return trusted !== undefined;",
      },
    ],
    actors: [thief(second)],
    before: [...withSecond(0, second), 14 * DAY, ...recovers(strange), denies(first, strange, true)],
    depth: 1,
  },
  {
    gone: "a phone that is removed can't read what is uploaded from then on",
    patches: [
      {
        file: "shared/recovery/revoked.ts",
        from: "return needsNewKey(item, device) ? rotated(next, userKey, now) : next;",
        to: "return next;",
      },
    ],
    actors: [owner(first)],
    before: withSecond(0, second),
    depth: 2,
  },
  {
    gone: "a phone that started anew waits for what was there before",
    patches: [
      {
        file: "shared/backup/policy.ts",
        from: "if (device.trusted && (key === undefined || reaches(device, key))) return 0;",
        to: "if (device.trusted) return 0;",
      },
    ],
    actors: [thief(strange)],
    before: [...backedUp(first, WEEK), ...recovers(strange, "start-anew"), 7 * DAY, opens(strange)],
    depth: 1,
  },
  {
    gone: "a freeze ends by itself after 30 days",
    patches: [
      {
        file: "shared/recovery/freeze.ts",
        from: "if (!freeze || now < Date.parse(freeze.until)) return sound;",
        to: "return sound;",
      },
    ],
    actors: [stolen(first)],
    before: [...backedUp(first, WEEK), ...recovers(strange)],
    depth: 1,
    waits: true,
  },
  {
    gone: "the place of an untrusted phone is given to the next one",
    patches: [
      {
        file: "shared/devices/registration.ts",
        from: "if (idle) return { displaced: idle };",
        to: "if (idle) return { freesAt: now + UNUSED };",
      },
    ],
    actors: [thief(strange)],
    before: [
      ...backedUp(first, 0),
      ...asks(strange, { act: "register" }),
      ...asks(stranger, { act: "register" }),
    ],
    depth: 0,
    waits: true,
  },
];

/** What is searched for it. */
export function sceneOf({ gone, actors, before }: Mutant): Scene {
  return { name: gone, actors, before, newcomer };
}
