import { type Problem, problem } from "../errors/problem.ts";
import { stepUpRequired } from "../identity/assurance.ts";
import type { Identity } from "../identity/identity.ts";
import type { Refusal } from "./guards.ts";

/** What the owner sees of a refusal; the one place that says it. @param maxAge seconds a sign-in counts as recent */
export function explain(refusal: Refusal, identity: Identity, maxAge: number): Problem {
  switch (refusal.reason) {
    case "backup-deleted": {
      const { name, platform } = refusal.device;
      return problem(refusal.reason, { deletedAt: refusal.deletedAt, device: { name, platform } });
    }
    case "platform-changed":
      return problem(refusal.reason, { backupPlatform: refusal.backupPlatform });
    case "accounts-present":
      return problem(refusal.reason, { policy: refusal.policy, conflicts: [...refusal.conflicts] });
    case "step-up-required":
      return stepUpRequired(identity, refusal.missing, maxAge);
    case "backup-none":
    case "version-not-found":
    case "storage-bound":
    case "storage-account-missing":
    case "storage-account-mismatch":
    case "storage-account-unexpected":
      return problem(refusal.reason);
  }
}
