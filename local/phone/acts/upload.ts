import { createHash } from "node:crypto";
import { base64url } from "jose";
import { type Contents, parseContents } from "../protocol/accounts.ts";
import { contentKey, type Platform } from "../protocol/contentKey.ts";
import { sealEnvelope } from "../protocol/envelope.ts";
import { makeManifest } from "../protocol/manifest.ts";
import { storageCheck } from "../protocol/storage.ts";
import type { System } from "../protocol/system.ts";
import type { PhoneState } from "./state.ts";

interface UploadInput {
  readonly contents: Contents;
  readonly state: PhoneState;
  readonly platform: Platform;
  readonly storageSecret: Uint8Array | undefined;
  /** How many accounts of the phone are not in `contents`, since they don't fit. */
  readonly leftOut?: number | undefined;
  /** Whether the envelope needs the storage secret; true on iOS when left out. */
  readonly storageBound?: boolean | undefined;
  readonly system: System;
  /** Header members that a test of the service sends instead of the right ones. */
  readonly envelopeHeader?: Readonly<Record<string, unknown>> | undefined;
}

/** The headers and the body of `PUT /v1/backup`. @throws {ContentsRefused} */
export async function makeUpload(input: UploadInput) {
  const { platform, storageSecret, system, storageBound = platform === "ios" } = input;
  const { owner, userKey, backup } = input.state;
  if (!owner || !userKey || !backup) throw new Error("upload: turn backup on, or recover, first");
  const contents = parseContents(input.contents);
  const key = contentKey({
    userKey: base64url.decode(userKey.value),
    storageSecret: storageBound ? storageSecret : undefined,
    userId: owner.userId,
    platform,
    storageBound,
  });
  const binding = {
    kid: userKey.id,
    uid: owner.userId,
    plt: platform,
    ver: backup.nextVersion,
    ssb: storageBound,
  };
  const envelope = await sealEnvelope({ contents, contentKey: key, binding, system }, input.envelopeHeader);
  return {
    headers: precondition(backup.etag),
    body: {
      envelope,
      manifest: makeManifest(contents, base64url.decode(owner.referenceSalt), input.leftOut),
      ...(storageSecret && { storageCheck: storageCheck(storageSecret, owner.userId) }),
    },
  };
}

function precondition(etag: string | undefined): Record<string, string> {
  return etag === undefined ? { "If-None-Match": "*" } : { "If-Match": etag };
}

/** Identifies what is sealed, so that the same contents can be sent again in the same envelope. */
export function digestOf(contents: Contents, ...how: readonly (boolean | number | undefined)[]): string {
  return createHash("sha256")
    .update(JSON.stringify([contents, ...how]))
    .digest("base64url");
}
