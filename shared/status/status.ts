import * as z from "zod";
import { freshnessOf } from "../backup/freshness.ts";
import { randomId } from "../formats.ts";
import { actor, actorOf } from "../model/event.ts";
import type { Owner } from "../model/owner.ts";
import { type Version, version } from "../model/version.ts";
import { isAlive, isToBeOpened } from "../recovery/listed.ts";
import { platform, timestamp, timestampOf } from "../words.ts";

/** What the app shows at the backup [G8]. */
export const indicator = z.enum(["none", "red-dot", "exclamation"]);

/** A version as the owner sees it. */
export const versionAnswer = version.omit({ digest: true });

/** That a recovery was denied, when and from which phone; left out if none was [H5]. */
const frozen = z.strictObject({ at: timestamp, device: actor }).optional();

/** What an owner is told about the backup: nothing of its content. */
export const status = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("off"), nextVersion: z.int(), frozen }),
  z.strictObject({
    state: z.literal("deleted"),
    nextVersion: z.int(),
    frozen,
    deletedAt: timestamp,
    device: actor,
  }),
  z.strictObject({
    state: z.literal("on"),
    platform,
    enabledAt: timestamp,
    nextVersion: z.int(),
    frozen,
    /** When the recovery key was set up; left out if there is none [H9]. */
    recoveryKey: z.strictObject({ setAt: timestamp }).optional(),
    /** Recoveries that wait or were released in the past days, on any of the owner's phones [H5, H10]. */
    recoveries: z.array(
      z.strictObject({
        recoveryId: randomId,
        state: z.enum(["waiting", "released"]),
        device: actor,
        startedAt: timestamp,
        releaseAt: timestamp,
        thisPhone: z.boolean(),
      }),
    ),
    /** Left out until the first upload. */
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
  const { backup, nextVersion, devices, freeze } = owner;
  const always = { nextVersion, ...(freeze && { frozen: { at: freeze.at, device: freeze.device } }) };
  if (backup.state === "off") return { state: "off", ...always };
  if (backup.state === "deleted") return { ...backup, ...always };
  const { platform, enabledAt, versions, lastFailure } = backup;
  const [current] = versions;
  const { outOfDate, outOfDateAt } = freshnessOf(backup, now);
  const awaited =
    devices.some((device) => device.deviceId === deviceId && device.awaitsSignIn) ||
    owner.recoveries.some((recovery) => recovery.deviceId === deviceId && isToBeOpened(recovery, now));
  return {
    state: "on",
    platform,
    enabledAt,
    ...always,
    ...(backup.recoveryKey && { recoveryKey: { setAt: backup.recoveryKey.setAt } }),
    recoveries: recoveriesOf(owner, deviceId, now),
    ...(current && { current: withoutDigest(current) }),
    versions: versions.length,
    health: { ...(lastFailure && { lastFailure }), outOfDate, outOfDateAt: timestampOf(outOfDateAt) },
    indicator: awaited ? "exclamation" : outOfDate ? "red-dot" : "none",
  };
}

function recoveriesOf({ recoveries, devices }: Owner, deviceId: string, now: number) {
  return recoveries
    .filter((recovery) => isAlive(recovery, now))
    .flatMap(({ recoveryId, state, deviceId: id, startedAt, releaseAt }) => {
      const device = devices.find((other) => other.deviceId === id);
      const thisPhone = id === deviceId;
      return device ? [{ recoveryId, state, device: actorOf(device), startedAt, releaseAt, thisPhone }] : [];
    });
}

export function withoutDigest({ digest: _, ...rest }: Version): z.infer<typeof versionAnswer> {
  return rest;
}
