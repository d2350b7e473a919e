import { type Problem, problem } from "../errors/problem.ts";
import type { Version } from "../model/version.ts";
import type { RecoveryKeyRefusal } from "./recoveryKey.ts";
import type { UploadRefusal } from "./uploadGuards.ts";
import type { VersionRefusal } from "./versions.ts";

/** Why an act on the backup is refused. */
type BackupRefusal =
  | UploadRefusal
  | RecoveryKeyRefusal
  | VersionRefusal
  | { readonly reason: "backup-off" | "backup-already-on" | "envelope-invalid" };

/** What the owner sees of a refusal; the one place that says it. */
export function explain(refusal: BackupRefusal): Problem {
  switch (refusal.reason) {
    case "platform-changed":
      return problem(refusal.reason, { backupPlatform: refusal.backupPlatform });
    case "backup-frozen": {
      const { at, device } = refusal.freeze;
      return problem(refusal.reason, {
        frozenAt: at,
        device: { name: device.name, platform: device.platform },
      });
    }
    case "overwrite-refused":
      return problem(refusal.reason, { present: shown(refusal.present) });
    case "sharp-drop":
      return problem(refusal.reason, { present: shown(refusal.present), offered: refusal.offered });
    case "envelope-mismatch":
      return problem(refusal.reason, { header: refusal.header });
    case "backup-off":
    case "backup-already-on":
    case "envelope-invalid":
    case "holder-required":
    case "precondition-required":
    case "recovery-key-invalid":
    case "recovery-key-unneeded":
    case "storage-account-missing":
    case "storage-account-mismatch":
    case "storage-account-unexpected":
    case "version-changed":
    case "version-current":
    case "version-not-found":
      return problem(refusal.reason);
  }
}

/** The version that an upload would have replaced. */
function shown({ version, accounts, uploadedAt, device: { name, platform } }: Version) {
  return { version, accounts, uploadedAt, device: { name, platform } };
}
