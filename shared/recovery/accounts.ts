import * as z from "zod";
import { sha256 } from "../formats.ts";
import type { ManifestEntry } from "../model/manifest.ts";

/** How an account is verified again on the phone that recovers it. */
export const means = z.enum(["fresh-sign-in", "contact-code", "activation-code"]);

/** An account in a recovery: whether it works at once, and if not, what the owner has to do. */
export const recoveredAccount = z.strictObject({
  ref: sha256,
  kind: z.enum(["personal", "work-or-school", "third-party"]),
  push: z.boolean(),
  state: z.enum(["ready", "action-required"]),
  /** All of these are needed; empty where the account is ready. */
  means: z.array(means),
});

export type RecoveredAccount = z.infer<typeof recoveredAccount>;

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
