import { hash } from "node:crypto";
import * as z from "zod";
import { actor, actorOf } from "../activity/events.ts";
import { platform } from "../backup/appVersion.ts";
import { freshnessOf } from "../backup/freshness.ts";
import { randomId, timestamp, timestampOf } from "../formats.ts";
import { isAlive, isToBeOpened } from "../recovery/listed.ts";
import { type Owner, type Version, version } from "../store/items.ts";

/** What the app shows at the backup [G8]. */
export const indicator = z.enum(["none", "red-dot", "exclamation"]);

/** A version as the owner sees it. */
export const versionAnswer = version.omit({ digest: true });

/** That a recovery was denied, when and from which phone; left out where none was [H5]. */
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
    /** When the recovery key was set up; left out where there is none [H9]. */
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
    /** How many versions are kept, the present one among them. */
    versions: z.int(),
    health: z.strictObject({
      /** The last upload that was refused, and why; left out where the last one succeeded [H3]. */
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

/**
 * The status and its strong ETag (RFC 9110, section 8.8.3): the version that an upload would replace, then a hash of all
 * that the status says.
 */
export function taggedStatus(owner: Owner, deviceId: string, now: number): { body: Status; etag: string } {
  const body = statusOf(owner, deviceId, now);
  const said = hash("sha256", JSON.stringify(body), "base64url").slice(0, 22);
  return { body, etag: `"${replaceable(owner)}.${said}"` };
}

/** The ETag of {@link taggedStatus}. */
export function etagOf(owner: Owner, deviceId: string, now: number): string {
  return taggedStatus(owner, deviceId, now).etag;
}

/**
 * The ETag header of an answer to the write that made `version`. A late retry whose version was replaced since gets
 * none: the present ETag would say that the phone has seen what is there.
 */
export function etagAfter(
  version: number,
  owner: Owner,
  deviceId: string,
  now: number,
): Record<string, string> {
  return owner.nextVersion === version + 1 ? { ETag: etagOf(owner, deviceId, now) } : {};
}

/** Whether `If-None-Match` names this status: the phone has it already. */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  return list(ifNoneMatch).some((tag) => tag === "*" || tag.replace(/^W\//, "") === etag);
}

/** An ETag of ours: the version, then the hash. */
const TAG = /^"([^".]+)\.[A-Za-z0-9_-]{22}"$/;

export type Precondition = "holds" | "missing" | "failed";

/**
 * Whether an upload may replace what is there. An ETag holds as long as the version in it is the present one: a
 * phone that was registered meanwhile changes the status, but takes nothing from the upload.
 */
export function precondition(
  owner: Owner,
  { ifMatch, ifNoneMatch }: { ifMatch: string | undefined; ifNoneMatch: string | undefined },
): Precondition {
  const present = replaceable(owner);
  if (ifMatch !== undefined) {
    const named = list(ifMatch).map((tag) => TAG.exec(tag)?.[1]);
    return named.includes(present) ? "holds" : "failed";
  }
  if (ifNoneMatch?.trim() === "*") return present.endsWith("-0") ? "holds" : "failed";
  return "missing";
}

/** Names the present version, of this backup and no other; version 0 is none. */
function replaceable({ backup }: Owner): string {
  if (backup.state !== "on") return "off-0";
  return `${backup.userKey.id}-${backup.versions[0]?.version ?? 0}`;
}

function list(header: string | undefined): string[] {
  return header?.split(",").map((tag) => tag.trim()) ?? [];
}
