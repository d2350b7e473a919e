import { hash } from "node:crypto";
import * as z from "zod";
import { actor } from "../activity/events.ts";
import { timestamp, timestampOf } from "../formats.ts";
import { type Owner, type Version, version } from "../store/items.ts";
import { platform } from "./appVersion.ts";
import { freshnessOf } from "./freshness.ts";

/** What the app shows at the backup [G8]. */
export const indicator = z.enum(["none", "red-dot", "exclamation"]);

/** A version as the owner sees it. */
export const versionAnswer = version.omit({ digest: true });

/** What an owner is told about the backup: nothing of its content. */
export const status = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("off"), nextVersion: z.int() }),
  z.strictObject({
    state: z.literal("deleted"),
    nextVersion: z.int(),
    deletedAt: timestamp,
    device: actor,
  }),
  z.strictObject({
    state: z.literal("on"),
    platform,
    enabledAt: timestamp,
    nextVersion: z.int(),
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
    /** `exclamation`: accounts that this phone recovered wait for a sign-in; `red-dot`: the backup does. */
    indicator,
  }),
]);

export type Status = z.infer<typeof status>;

/** @param deviceId the phone that asks @param now milliseconds since the epoch */
export function statusOf({ backup, nextVersion, devices }: Owner, deviceId: string, now: number): Status {
  if (backup.state === "off") return { state: "off", nextVersion };
  if (backup.state === "deleted") return { ...backup, nextVersion };
  const { platform, enabledAt, versions, lastFailure } = backup;
  const [current] = versions;
  const { outOfDate, outOfDateAt } = freshnessOf(backup, now);
  const awaited = devices.some((device) => device.deviceId === deviceId && device.awaitsSignIn);
  return {
    state: "on",
    platform,
    enabledAt,
    nextVersion,
    ...(current && { current: withoutDigest(current) }),
    versions: versions.length,
    health: { ...(lastFailure && { lastFailure }), outOfDate, outOfDateAt: timestampOf(outOfDateAt) },
    indicator: awaited ? "exclamation" : outOfDate ? "red-dot" : "none",
  };
}

export function withoutDigest({ digest: _, ...rest }: Version): z.infer<typeof versionAnswer> {
  return rest;
}

/**
 * The strong ETag of the status (RFC 9110, section 8.8.3): the version that an upload would replace, then a hash
 * of all that the status says.
 */
export function etagOf(owner: Owner, deviceId: string, now: number): string {
  const said = hash("sha256", JSON.stringify(statusOf(owner, deviceId, now)), "base64url").slice(0, 22);
  return `"${replaceable(owner)}.${said}"`;
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
