import type { RecoveredAccount, RecoveryState, StoredState } from "../model/recovery.ts";

/** What can be done to a recovery: by its phone `open` and `cancel`, by an older one `approve` and `deny`. */
export type RecoveryAct = "open" | "cancel" | "approve" | "deny";

/** What each act makes of a recovery; an act that is not listed finds it over. */
export const transitions: Readonly<Record<RecoveryState, Partial<Record<RecoveryAct, StoredState>>>> = {
  waiting: { open: "released", cancel: "cancelled", approve: "waiting", deny: "denied" },
  released: { open: "released", cancel: "cancelled", approve: "released", deny: "denied" },
  // What a thief has recovered is denied all the same, also where they cancel it then: their phone goes, and the backup
  // is frozen.
  completed: { open: "released", approve: "released", deny: "denied" },
  cancelled: { cancel: "cancelled", deny: "denied" },
  denied: { deny: "denied" },
  expired: {},
};

interface Standing {
  readonly state: StoredState;
  readonly accounts: readonly Pick<RecoveredAccount, "state">[];
  readonly expiresAt: string;
}

/**
 * How a recovery stands now.
 * @param ended whether its phone was revoked since, or backup turned off while it waited
 * @param now milliseconds since the epoch
 */
export function stateOf(
  { state, accounts, expiresAt }: Standing,
  ended: boolean,
  now: number,
): RecoveryState {
  if (state === "cancelled" || state === "denied") return state;
  if (now >= Date.parse(expiresAt)) return "expired";
  if (ended) return "cancelled";
  if (state === "waiting") return state;
  return accounts.every((account) => account.state === "ready") ? "completed" : "released";
}
