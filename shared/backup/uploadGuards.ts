import type { Device } from "../model/device.ts";
import type { BackupOn, Owner } from "../model/owner.ts";
import { type EnvelopeHeader, misplaced, type Place } from "./envelope.ts";
import { type OverwriteRefusal, refuseOverwrite } from "./overwrite.ts";
import { refuseStanding, type StandingRefusal } from "./standing.ts";
import { type ReadingRefusal, refuseReading } from "./storageAccount.ts";

/** Whether the ETag that came with an upload names the version that is there; `missing` if none came. */
export type Precondition = "holds" | "missing" | "failed";

/** What the guards of an upload look at. */
export interface UploadFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly userId: string;
  readonly owner: Pick<Owner, "freeze" | "policy" | "nextVersion">;
  readonly backup: BackupOn;
  /** The phone that uploads. */
  readonly device: Pick<Device, "platform" | "holdsBackup">;
  /** Of the envelope that it offers. */
  readonly header: EnvelopeHeader;
  /** How many accounts the envelope holds. */
  readonly offered: number;
  readonly precondition: Precondition;
  /** The storage account that it shows. */
  readonly storageCheck: string | undefined;
  /** The version that the owner agreed to replace. */
  readonly replaces: number | undefined;
}

/** Why an upload is refused. */
export type UploadRefusal =
  | { readonly reason: "precondition-required" }
  | ReadingRefusal
  | OverwriteRefusal
  | StandingRefusal
  | { readonly reason: "version-changed" }
  | { readonly reason: "envelope-mismatch"; readonly header: keyof Place };

type Guard = (facts: UploadFacts) => UploadRefusal | undefined;

/** The phone says which version it has seen: otherwise the last writer would win. */
const preconditionGiven: Guard = ({ precondition }) =>
  precondition === "missing" ? { reason: "precondition-required" } : undefined;

/** The phone can read what it would write [A7, A8, B2]. */
const readable: Guard = ({ backup, device, storageCheck }) =>
  refuseReading(backup, device.platform, storageCheck);

/** An empty or a faulty phone takes nothing away [D11, H2]. */
const nothingLost: Guard = ({ device, backup, offered, replaces }) =>
  refuseOverwrite({ device, versions: backup.versions, offered, replaces });

/** An upload makes a phone one that has the backup: a thief could otherwise bypass the waiting recovery [H10]. */
const mayHaveBackup: Guard = ({ owner, backup, device, now }) =>
  device.holdsBackup ? undefined : refuseStanding({ ...owner, backup }, device, "guarded", now);

/** The phone has seen the version that it would replace. */
const upToDate: Guard = ({ precondition }) =>
  precondition === "failed" ? { reason: "version-changed" } : undefined;

/** The envelope belongs here. */
const inPlace: Guard = (facts) => {
  const header = misplaced(facts.header, placeOf(facts));
  return header && { reason: "envelope-mismatch", header };
};

/** The guards of an upload, in the order in which they answer. */
export const uploadGuards: readonly Guard[] = [
  preconditionGiven,
  readable,
  nothingLost,
  mayHaveBackup,
  upToDate,
  inPlace,
];

/** Why an upload is refused: the first guard that refuses answers; undefined if none does. */
export function judgeUpload(facts: UploadFacts): UploadRefusal | undefined {
  for (const guard of uploadGuards) {
    const refusal = guard(facts);
    if (refusal) return refusal;
  }
  return undefined;
}

/** Where an envelope of this phone belongs. Whether it is bound to the storage secret is the phone's to say [H8]. */
function placeOf({ owner, backup, userId, header: { ssb } }: UploadFacts): Place {
  return {
    kid: backup.userKey.id,
    uid: userId,
    plt: backup.platform,
    ver: owner.nextVersion,
    ssb: backup.platform === "ios" && (ssb || !owner.policy.otherPlatform),
  };
}

/** Seconds in which the same refusal of the same phone is told once: an app that tries on must not fill the record. */
const REFUSED_AGAIN = 60;

/**
 * Whether the record and the status hear of a refused upload [H3]: not if the request lacks its precondition, and not
 * if the same was told a moment ago. @param now milliseconds since the epoch
 */
export function isTold(
  { reason }: UploadRefusal,
  { lastFailure }: Pick<BackupOn, "lastFailure">,
  { deviceId }: Pick<Device, "deviceId">,
  now: number,
): boolean {
  if (reason === "precondition-required") return false;
  const again =
    lastFailure?.code === reason &&
    lastFailure.device.deviceId === deviceId &&
    now - Date.parse(lastFailure.at) < REFUSED_AGAIN * 1000;
  return !again;
}
