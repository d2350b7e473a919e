import { explain as explainBackup } from "../backup/explain.ts";
import { type Problem, problem } from "../errors/problem.ts";
import { explain as explainIdentity } from "../identity/explain.ts";
import { explain as explainTries } from "../limits/explain.ts";
import type { Identity } from "../model/identity.ts";
import { timestampOf } from "../words.ts";
import type { Refusal } from "./guards.ts";
import type { SayRefusal } from "./say.ts";

/** What the explanation of a refusal takes besides it. */
interface Circumstances {
  readonly identity: Identity;
  /** Seconds a sign-in counts as recent. */
  readonly maxAge: number;
  /** How many phones can approve the recovery. */
  readonly approvers: number;
}

/** What the owner sees of a refusal; the one place that says it. */
export function explain(
  refusal: Refusal | SayRefusal,
  { identity, maxAge, approvers }: Circumstances,
): Problem {
  switch (refusal.reason) {
    case "too-many-tries":
      return explainTries(refusal);
    case "backup-deleted": {
      const { name, platform } = refusal.device;
      return problem(refusal.reason, { deletedAt: refusal.deletedAt, device: { name, platform } });
    }
    case "accounts-present":
      return problem(refusal.reason, { policy: refusal.policy, conflicts: [...refusal.conflicts] });
    case "step-up-required":
      return explainIdentity({ ...refusal, issuer: identity.issuer, maxAge });
    case "recovery-waiting":
      return problem(refusal.reason, { releaseAt: timestampOf(refusal.releaseAt), approvers });
    case "recovery-over":
      return problem(refusal.reason, { state: refusal.state });
    case "backup-frozen":
    case "backup-off":
    case "platform-changed":
    case "storage-account-missing":
    case "storage-account-mismatch":
    case "storage-account-unexpected":
    case "version-not-found":
      return explainBackup(refusal);
    case "backup-none":
    case "older-phone-required":
    case "recovery-not-found":
    case "recovery-own":
    case "storage-bound":
    case "recovery-key-none":
    case "recovery-key-wrong":
      return problem(refusal.reason);
  }
}
