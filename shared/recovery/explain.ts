import { type Problem, problem, withHeaders } from "../errors/problem.ts";
import { timestampOf } from "../formats.ts";
import { stepUpRequired } from "../identity/assurance.ts";
import { tooManyTries } from "../limits/tries.ts";
import type { Identity } from "../model/identity.ts";
import { frozen } from "./freeze.ts";
import type { Refusal } from "./guards.ts";

/** What the explanation of a refusal takes besides it. */
export interface Circumstances {
  readonly identity: Identity;
  /** Seconds a sign-in counts as recent. */
  readonly maxAge: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How many phones can approve the recovery. */
  readonly approvers: number;
}

/** What the owner sees of a refusal; the one place that says it. */
export function explain(refusal: Refusal, { identity, maxAge, now, approvers }: Circumstances): Problem {
  switch (refusal.reason) {
    case "too-many-tries":
      return tooManyTries(refusal, now);
    case "backup-frozen":
      return frozen(refusal.freeze);
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
    case "recovery-waiting":
      return withHeaders(problem(refusal.reason, { releaseAt: timestampOf(refusal.releaseAt), approvers }), {
        "Retry-After": String(Math.ceil((refusal.releaseAt - now) / 1000)),
      });
    case "backup-none":
    case "version-not-found":
    case "storage-bound":
    case "recovery-key-none":
    case "recovery-key-wrong":
    case "storage-account-missing":
    case "storage-account-mismatch":
    case "storage-account-unexpected":
      return problem(refusal.reason);
  }
}
