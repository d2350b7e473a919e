import { hash } from "node:crypto";
import * as z from "zod";
import { timestamp } from "../formats.ts";
import { type Owner, version } from "../store/items.ts";
import { platform } from "./appVersion.ts";

/** What an owner is told about the backup: nothing of its content, and nothing that differs from phone to phone. */
export const status = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("off"), nextVersion: z.int() }),
  z.strictObject({
    state: z.literal("on"),
    platform,
    enabledAt: timestamp,
    nextVersion: z.int(),
    /** Left out until the first upload. */
    current: version.omit({ digest: true }).optional(),
    /** How many versions are kept, the present one among them. */
    versions: z.int(),
  }),
]);

export type Status = z.infer<typeof status>;

export function statusOf({ backup, nextVersion }: Owner): Status {
  if (backup.state === "off") return { state: "off", nextVersion };
  const { platform, enabledAt, versions } = backup;
  const [current] = versions;
  return {
    state: "on",
    platform,
    enabledAt,
    nextVersion,
    ...(current && { current: withoutDigest(current) }),
    versions: versions.length,
  };
}

function withoutDigest({ digest: _, ...rest }: z.infer<typeof version>) {
  return rest;
}

/**
 * The strong ETag of the status (RFC 9110, section 8.8.3): the version that an upload would replace, then a hash
 * of all that the status says.
 */
export function etagOf(owner: Owner): string {
  const said = hash("sha256", JSON.stringify(statusOf(owner)), "base64url").slice(0, 22);
  return `"${replaceable(owner)}.${said}"`;
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
  if (backup.state === "off") return "off-0";
  return `${backup.userKey.id}-${backup.versions[0]?.version ?? 0}`;
}

function list(header: string | undefined): string[] {
  return header?.split(",").map((tag) => tag.trim()) ?? [];
}
