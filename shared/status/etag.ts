import { hash } from "node:crypto";
import type { Precondition } from "../backup/uploadGuards.ts";
import { currentKey, type Owner } from "../model/owner.ts";
import { type Status, statusOf } from "./status.ts";

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
 * none: the current ETag would say that the phone has seen what is there.
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
  const [, version, said] = TAG.exec(etag) ?? [];
  return list(ifNoneMatch).some((tag) => {
    const [, named, ofStatus] = TAG.exec(tag) ?? [];
    return tag === "*" || (named !== undefined && named === version && ofStatus === said);
  });
}

/**
 * An ETag of ours: the version, then the hash. A proxy that compresses makes it a weak one, or writes the encoding behind
 * it; what it names is the same, and refused, every upload after the first would be.
 */
const TAG = /^(?:W\/)?"([^".]+)\.([A-Za-z0-9_-]{22})(?:(?:--?|[;:+.])[a-z]{2,10})?"$/;

/**
 * Whether an upload may replace what is there. An ETag holds as long as the version in it is current: a
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

/** Names the current version, of this backup and no other; version 0 means that there is none yet. */
function replaceable({ backup }: Owner): string {
  if (backup.state !== "on") return "off-0";
  return `${currentKey(backup).id}-${backup.current ?? 0}`;
}

function list(header: string | undefined): string[] {
  return header?.split(",").map((tag) => tag.trim()) ?? [];
}
