import type { ManifestEntry } from "../model/manifest.ts";
import type { PendingAccount, RecoveredAccount } from "../model/recovery.ts";

/**
 * What becomes of an account on a new phone. A push credential never leaves the phone it was made on [C6], so
 * an account with push is verified again [E1]; a one-time code's secret is in the envelope and works at once [E9].
 */
export function recoveredFrom(entry: ManifestEntry): PendingAccount {
  const { ref, kind, push } = entry;
  if (!push) return { ref, kind, push, state: "ready", means: [] };
  return {
    ref,
    kind,
    push,
    state: "action-required",
    means: [
      ...(kind === "work-or-school"
        ? (["activation-code"] as const)
        : (["fresh-sign-in", "contact-code"] as const)),
      "push-answer",
    ],
    ...("tenant" in entry && { tenant: entry.tenant }),
    subjectHash: entry.subjectHash,
  };
}

/** What the account's phone is told of it. */
export function toldOf({ tenant: _, subjectHash: __, ...told }: PendingAccount): RecoveredAccount {
  return told;
}

/** An account of a recovery as the manifest had it; undefined if it needs no verification. */
export function entryOf({ ref, kind, push, tenant, subjectHash }: PendingAccount): ManifestEntry | undefined {
  if (!push || subjectHash === undefined) return undefined;
  if (kind === "personal") return { ref, kind, push, subjectHash };
  return kind === "work-or-school" && tenant !== undefined
    ? { ref, kind, push, tenant, subjectHash }
    : undefined;
}
