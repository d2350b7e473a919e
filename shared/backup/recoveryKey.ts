import * as z from "zod";
import { randomId, sha256 } from "../formats.ts";
import type { BackupKey } from "../model/owner.ts";
import type { Platform } from "../words.ts";
import { readJweHeader } from "./jweHeader.ts";
import { type ReadingRefusal, refuseReading } from "./storageAccount.ts";

/** The authenticated header of a storage secret that is wrapped under a recovery key: exactly these members. */
const header = z.strictObject({
  alg: z.literal("dir"),
  enc: z.literal("A256GCM"),
  /** What it holds: without this, an envelope's header could stand here. */
  use: z.literal("storage-secret"),
  /** The user key's id: it opens with that key and the recovery key together. */
  kid: randomId,
  /** The owner's `userId`. */
  uid: sha256,
});

/** RFC 7516, section 7.1, of direct encryption with A256GCM: the ciphertext is as long as the secret, 32 bytes. */
const COMPACT = /^([A-Za-z0-9_-]{1,1024})\.\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{22}$/;

/** Whether a compact JWE has the form of a wrapped storage secret of this user key and owner; only the phone can open it. */
export function isWrappedFor(compact: string, { kid, uid }: { kid: string; uid: string }): boolean {
  const encoded = COMPACT.exec(compact)?.[1];
  const read = encoded === undefined ? undefined : readJweHeader(header, encoded);
  return read?.kid === kid && read.uid === uid;
}

export type RecoveryKeyRefusal =
  | ReadingRefusal
  | { readonly reason: "recovery-key-unneeded" | "recovery-key-invalid" };

/** Why a recovery key can't be set up [H9]; undefined if it can. */
export function refuseRecoveryKey(
  key: BackupKey,
  platform: Platform,
  { storageCheck, wrapped, userId }: { storageCheck: string; wrapped: string; userId: string },
): RecoveryKeyRefusal | undefined {
  // On Android the recovery account opens the backup alone: there is nothing that a recovery key could stand in for.
  if (key.platform === "android") return { reason: "recovery-key-unneeded" };
  const refusal = refuseReading(key, platform, storageCheck);
  if (refusal) return refusal;
  return isWrappedFor(wrapped, { kid: key.id, uid: userId }) ? undefined : { reason: "recovery-key-invalid" };
}
