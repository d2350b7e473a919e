import type { AccountList, Device } from "../model/device.ts";
import { type BackupOn, currentKey, currentVersion, type Owner } from "../model/owner.ts";
import type { Missing } from "../words.ts";
import { type EnvelopeHeader, misplaced, type Place } from "./envelope.ts";
import { loses, sizeOf } from "./lists.ts";
import { isSharpDrop, type OverwriteRefusal, refuseOverwrite } from "./overwrite.ts";
import type { StandingRefusal } from "./standing.ts";
import { type ReadingRefusal, refuseReading } from "./storageAccount.ts";

/** Whether the ETag that came with an upload names the version that is there; `missing` if none came. */
export type Precondition = "holds" | "missing" | "failed";

/** What the guards of an upload look at. */
export interface UploadFacts {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly userId: string;
  readonly owner: Pick<Owner, "policy" | "nextVersion">;
  readonly backup: BackupOn;
  /** The phone that uploads. */
  readonly device: Device;
  /** Of the envelope that it offers. */
  readonly header: EnvelopeHeader;
  /** The accounts that the envelope holds. */
  readonly offered: AccountList;
  readonly precondition: Precondition;
  /** The storage account that it shows. */
  readonly storageCheck: string | undefined;
  /** The version that the owner agreed to replace. */
  readonly replaces: number | undefined;
  /** What its sign-in lacks of a fresh one. */
  readonly missing: readonly Missing[];
  /** Whether the owner's phones may lose accounts today without a fresh sign-in. */
  readonly lossesLeft: boolean;
}

/** Why an upload is refused. */
export type UploadRefusal =
  | { readonly reason: "precondition-required" }
  | ReadingRefusal
  | OverwriteRefusal
  | StandingRefusal
  | { readonly reason: "step-up-required"; readonly missing: readonly Missing[] }
  | { readonly reason: "version-changed" }
  | { readonly reason: "envelope-mismatch"; readonly header: keyof Place };

type Guard = (facts: UploadFacts) => UploadRefusal | undefined;

/** The phone says which version it has seen: otherwise the last writer would win. */
const preconditionGiven: Guard = ({ precondition }) =>
  precondition === "missing" ? { reason: "precondition-required" } : undefined;

/** An empty new phone takes nothing away [D11]. */
const trusted: Guard = ({ device, backup }) =>
  refuseOverwrite(device, currentVersion(backup) ?? backup.versions[0]);

/** The phone can read what it would write [A7, A8, B2]. */
const readable: Guard = ({ backup, device, storageCheck }) =>
  refuseReading(currentKey(backup), device.platform, storageCheck);

/** A faulty phone takes nothing away either, unless its owner says so after a fresh sign-in [H2]. */
const noSharpDrop: Guard = ({ device, backup, offered, replaces, missing, now }) => {
  const present = currentVersion(backup);
  if (!present || !isSharpDrop(device, offered, now)) return undefined;
  if (replaces !== present.version) return { reason: "sharp-drop", present, offered: sizeOf(offered) };
  return missing.length > 0 ? { reason: "step-up-required", missing } : undefined;
};

/**
 * Without a fresh sign-in, an owner's phones lose accounts a few times a day and no more: each loss holds a version, and
 * a stolen phone must not fill the history with them [H1].
 */
const fewLosses: Guard = ({ device, offered, lossesLeft, missing }) =>
  loses(device, offered) && !lossesLeft && missing.length > 0
    ? { reason: "step-up-required", missing }
    : undefined;

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
  trusted,
  readable,
  noSharpDrop,
  fewLosses,
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

/** Whether the owner has agreed, after a fresh sign-in, to what the upload leaves out. */
export function isConfirmed({ backup, replaces, missing }: UploadFacts): boolean {
  return replaces !== undefined && replaces === backup.current && missing.length === 0;
}

/** Whether the upload is one of the few that may lose an account without a fresh sign-in. */
export function isCounted({ device, offered, missing }: UploadFacts): boolean {
  return missing.length > 0 && loses(device, offered);
}

/** Where an envelope of this phone belongs. Whether it is bound to the storage secret is the phone's to say [H8]. */
function placeOf({ owner, backup, userId, header: { ssb } }: UploadFacts): Place {
  const { id, platform } = currentKey(backup);
  return {
    kid: id,
    uid: userId,
    plt: platform,
    ver: owner.nextVersion,
    ssb: platform === "ios" && (ssb || !owner.policy.otherPlatform),
  };
}

/** Whether the record and the status hear of a refused upload [H3]: not if the request lacks its precondition. */
export function isTold({ reason }: UploadRefusal): boolean {
  return reason !== "precondition-required";
}
