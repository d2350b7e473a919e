import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { sha256 } from "../formats.ts";
import { timestampOf } from "../words.ts";
import { type Actor, actor } from "./event.ts";
import {
  type BackupOn,
  backupDeleted,
  backupOff,
  backupOn,
  MOST_VERSIONS,
  type Owner,
  ownerShape,
} from "./owner.ts";
import { held, type Version } from "./version.ts";

// Of an owner's item most is the list of versions, some forty of them, and each upload writes it anew: so it is stored with
// short members, and names each phone once. A third of what an upload costs (docs/decisions/upload-cost.md).

/** Milliseconds since the epoch, of the years that a timestamp has four digits for. */
const milliseconds = z.int().min(0).max(253_402_300_799_999);

/** A version as it is stored: the members of {@link Version}, in their order. */
const storedVersion = z.strictObject({
  v: z.int().positive(),
  at: milliseconds,
  /** Which of `phones` uploaded it. */
  by: z.int().nonnegative(),
  acc: z.int().nonnegative(),
  out: z.int().positive().optional(),
  len: z.int().positive(),
  sha: sha256,
  /** Left out where it is `v`. */
  as: z.int().positive().optional(),
  /** Left out where it is false. */
  ssb: z.literal(true).optional(),
  key: z.int().positive(),
  /** `replacedAt` */
  end: milliseconds.optional(),
  held: z.strictObject({ since: milliseconds, by: held.shape.by }).optional(),
  denied: z.literal(true).optional(),
});

type StoredVersion = z.infer<typeof storedVersion>;

/** A backup that is on, as it is stored. */
export const storedOn = backupOn.extend({
  versions: z.array(storedVersion).max(MOST_VERSIONS),
  /** The phones that `by` of the versions names, as they were called then. */
  phones: z.array(actor).max(MOST_VERSIONS),
});

/** An owner's item as it is stored. Parsed, it is an {@link Owner}. */
export const storedOwner = ownerShape
  .extend({ backup: z.discriminatedUnion("state", [backupOff, storedOn, backupDeleted]) })
  .transform((item, context): Owner => {
    const { backup } = item;
    if (backup.state !== "on") return { ...item, backup };
    const { phones, ...rest } = backup;
    const versions = backup.versions.flatMap((version) => {
      const device = phones[version.by];
      if (device) return unpacked(version, device);
      context.addIssue({ code: "custom", message: "a version of an unknown phone" });
      return [];
    });
    return { ...item, backup: { ...rest, versions } };
  });

/** The body of an owner's item, as {@link storedOwner} reads it. */
export function packed(owner: Owner): Readonly<Record<string, unknown>> {
  const { backup } = owner;
  return backup.state === "on" ? { ...owner, backup: packedBackup(backup) } : owner;
}

function packedBackup(backup: BackupOn): z.infer<typeof storedOn> {
  const phones: Actor[] = [];
  const indexOf = (phone: Actor) => {
    const known = phones.findIndex((other) => isDeepStrictEqual(other, phone));
    return known < 0 ? phones.push(phone) - 1 : known;
  };
  const versions = backup.versions.map((version) => packedVersion(version, indexOf(version.device)));
  return { ...backup, versions, phones };
}

function packedVersion(version: Version, by: number): StoredVersion {
  const { uploadedAt, leftOut, sealedAs, storageBound, replacedAt, held, denied } = version;
  return {
    v: version.version,
    at: Date.parse(uploadedAt),
    by,
    acc: version.accounts,
    ...(leftOut !== undefined && { out: leftOut }),
    len: version.bytes,
    sha: version.digest,
    ...(sealedAs !== version.version && { as: sealedAs }),
    ...(storageBound && { ssb: storageBound }),
    key: version.key,
    ...(replacedAt !== undefined && { end: Date.parse(replacedAt) }),
    ...(held && { held: { since: Date.parse(held.since), by: held.by } }),
    ...(denied && { denied }),
  };
}

/** In the order of its schema: the ETag of the status is a hash of the text. */
function unpacked(stored: StoredVersion, { deviceId, name, platform }: Actor): Version {
  const { v, at, acc, out, len, sha, as = v, ssb = false, key, end, held, denied } = stored;
  return {
    version: v,
    uploadedAt: timestampOf(at),
    // Each version has its own: they come and go one by one.
    device: { deviceId, name, platform },
    accounts: acc,
    ...(out !== undefined && { leftOut: out }),
    bytes: len,
    digest: sha,
    sealedAs: as,
    storageBound: ssb,
    key,
    ...(end !== undefined && { replacedAt: timestampOf(end) }),
    ...(held && { held: { since: timestampOf(held.since), by: held.by } }),
    ...(denied && { denied }),
  };
}
