import type { ManifestEntry } from "../model/manifest.ts";
import type { RecoveredAccount } from "../model/recovery.ts";

/**
 * What becomes of an account on a new phone. A push credential never leaves the phone it was made on [C6], so
 * an account with push is verified again [E1]; a one-time code's secret is in the envelope and works at once [E9].
 */
export function recoveredFrom({ ref, kind, push }: ManifestEntry): RecoveredAccount {
  if (!push) return { ref, kind, push, state: "ready", means: [] };
  return {
    ref,
    kind,
    push,
    state: "action-required",
    means: kind === "work-or-school" ? ["activation-code"] : ["fresh-sign-in", "contact-code"],
  };
}
