import { type Problem, problem } from "../errors/problem.ts";
import type { Version } from "../model/version.ts";
import type { RecoveryKeyRefusal } from "./recoveryKey.ts";
import type { FreezeRefusal } from "./standing.ts";
import type { EnableRefusal } from "./states.ts";
import type { UploadRefusal } from "./uploadGuards.ts";
import type { VersionRefusal } from "./versions.ts";

/** Why an act on the backup is refused. */
type BackupRefusal =
  | UploadRefusal
  | RecoveryKeyRefusal
  | VersionRefusal
  | EnableRefusal
  | FreezeRefusal
  | { readonly reason: "backup-off" | "envelope-invalid" };

/** A sign-in that is not enough is explained by identity/explain.ts, in its issuer's words. */
type Explained = Exclude<BackupRefusal, { readonly reason: "step-up-required" }>;

/** What the owner sees of a refusal; the one place that says it. */
export function explain(refusal: Explained): Problem {
  switch (refusal.reason) {
    case "platform-changed":
      return problem(refusal.reason, { backupPlatform: refusal.backupPlatform });
    case "backup-frozen": {
      const { at, until, device } = refusal.freeze;
      return problem(refusal.reason, {
        frozenAt: at,
        frozenUntil: until,
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
    case "start-anew-required":
    case "trust-required":
    case "version-elsewhere":
    case "version-out-of-reach":
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
