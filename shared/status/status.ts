import * as z from "zod";
import { freshnessOf } from "../backup/freshness.ts";
import { refsOf } from "../backup/lists.ts";
import { hasContact } from "../contact/contacts.ts";
import { randomId } from "../formats.ts";
import { actor } from "../model/event.ts";
import { type BackupOn, currentKey, currentVersion, type Owner } from "../model/owner.ts";
import { type Version, version } from "../model/version.ts";
import { isAlive, isToBeOpened } from "../recovery/listed.ts";
import { platform, purpose, timestamp, timestampOf } from "../words.ts";

/** What the app shows at the backup [G8]. */
export const indicator = z.enum(["none", "red-dot", "exclamation"]);

/** A version as the owner sees it. */
export const versionAnswer = version.omit({ digest: true, replacedAt: true, held: true });

/** What every status tells. */
const always = {
  nextVersion: z.int(),
  /** Whether this phone may use the backup without a recovery. */
  trusted: z.boolean(),
  /** That a recovery was denied, when and from which phone, and until when that stands; left out if none was [H5]. */
  frozen: z.strictObject({ at: timestamp, until: timestamp, device: actor }).optional(),
  /**
   * Accounts whose provider has revoked this phone's credential, by the first 8 characters of their references: each is to
   * be verified again [D12]. Left out if there are none.
   */
  actionRequired: z.array(z.string().length(8)).optional(),
  /** Recoveries that wait or, in the past 14 days, were released, on any phone that the owner has or had [H5, H10]. */
  recoveries: z.array(
    z.strictObject({
      recoveryId: randomId,
      purpose,
      state: z.enum(["waiting", "released"]),
      device: actor,
      startedAt: timestamp,
      releaseAt: timestamp,
      /** Until when it can be opened or, once released, denied. */
      expiresAt: timestamp,
      thisPhone: z.boolean(),
    }),
  ),
};

/** What an owner is told about the backup: nothing of its content. */
export const status = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("off"), ...always }),
  z.strictObject({ state: z.literal("deleted"), ...always, deletedAt: timestamp, device: actor }),
  z.strictObject({
    state: z.literal("on"),
    ...always,
    platform,
    enabledAt: timestamp,
    /** What the owner had better do: there is no contact that could be told of a thief, or verify an account. */
    advice: z.literal("add-contact").optional(),
    /** The user key that the next version is sealed under. */
    key: z.strictObject({ id: randomId, number: z.int() }),
    /**
     * When the recovery key was set up, the number of the user key whose versions it opens, how many of those are kept,
     * and the newest of them [H9]: a phone that has nothing else asks for that one.
     */
    recoveryKey: z
      .strictObject({ setAt: timestamp, key: z.int(), versions: z.int(), newest: z.int().optional() })
      .optional(),
    /** Left out until the first upload after turning on or starting anew. */
    current: versionAnswer.optional(),
    /** How many versions are kept, the current one included. */
    versions: z.int(),
    health: z.strictObject({
      /** The last upload that was refused, and why; left out if the last one succeeded [H3]. */
      lastFailure: z.strictObject({ at: timestamp, code: z.string(), device: actor }).optional(),
      outOfDate: z.boolean(),
      outOfDateAt: timestamp,
    }),
    /** `exclamation`: a recovery on this phone, or accounts in it, wait for a sign-in; `red-dot`: the backup does. */
    indicator,
  }),
]);

export type Status = z.infer<typeof status>;

/** @param deviceId the phone that asks @param now milliseconds since the epoch */
export function statusOf(owner: Owner, deviceId: string, now: number): Status {
  const { backup, nextVersion, devices, freeze, recoveries } = owner;
  const device = devices.find((other) => other.deviceId === deviceId);
  const told = {
    nextVersion,
    trusted: device?.trusted !== undefined,
    ...(freeze && { frozen: { at: freeze.at, until: freeze.until, device: freeze.device } }),
    ...(device?.revoked !== undefined && { actionRequired: refsOf(device.revoked) }),
    recoveries: recoveriesOf(owner, deviceId, now),
  };
  if (backup.state === "off") return { state: "off", ...told };
  if (backup.state === "deleted") return { ...backup, ...told };
  const { enabledAt, versions, lastFailure, recoveryKey } = backup;
  const { id, number, platform } = currentKey(backup);
  const current = currentVersion(backup);
  const { outOfDate, outOfDateAt } = freshnessOf(backup, now);
  const awaited =
    device?.awaitsSignIn === true ||
    recoveries.some(
      (recovery) => recovery.device.deviceId === deviceId && isToBeOpened(recovery, now, freeze),
    );
  return {
    state: "on",
    ...told,
    platform,
    enabledAt,
    ...(!hasContact(owner) && { advice: "add-contact" as const }),
    key: { id, number },
    ...(recoveryKey && { recoveryKey: recoveryKeyOf(recoveryKey, versions) }),
    ...(current && { current: answerOf(current) }),
    versions: versions.length,
    health: { ...(lastFailure && { lastFailure }), outOfDate, outOfDateAt: timestampOf(outOfDateAt) },
    indicator: awaited ? "exclamation" : outOfDate ? "red-dot" : "none",
  };
}

function recoveryKeyOf({ setAt, key }: NonNullable<BackupOn["recoveryKey"]>, versions: BackupOn["versions"]) {
  const opened = versions.filter((version) => version.key === key);
  const [newest] = opened;
  return { setAt, key, versions: opened.length, ...(newest && { newest: newest.version }) };
}

function recoveriesOf({ recoveries, freeze }: Owner, deviceId: string, now: number) {
  return recoveries
    .filter((recovery) => isAlive(recovery, now, freeze))
    .map(({ recoveryId, purpose, state, device, startedAt, releaseAt, expiresAt }) => ({
      recoveryId,
      purpose,
      state,
      device,
      startedAt,
      releaseAt,
      expiresAt,
      thisPhone: device.deviceId === deviceId,
    }));
}

/** A version as an answer shows it: without what the service keeps for itself. */
export function answerOf({ digest: _, replacedAt: __, held: ___, ...rest }: Version) {
  return rest satisfies z.infer<typeof versionAnswer>;
}
