import type { HeldAccount } from "../../acts/state.ts";
import { formatTable, printable } from "./table.ts";

export interface AccountRow {
  readonly number: number;
  /** Of an account with push. */
  readonly kind: string | undefined;
  readonly issuer: string;
  readonly userName: string;
  readonly state: string;
  /** Whether this phone has a key of its own for it. */
  readonly verifiedHere: boolean;
}

/** As the owner knows it. */
export function nameOfAccount({ issuer, userName }: Pick<HeldAccount, "issuer" | "userName">): string {
  return printable(
    [issuer, userName].filter((part) => part !== "").join(", ") || "an account without a name",
  );
}

export function formatAccounts(rows: readonly AccountRow[]): string {
  const table = rows.map(({ number, kind, issuer, userName, state, verifiedHere }) => [
    String(number),
    issuer,
    userName,
    kind === undefined ? "code" : `push (${kind})`,
    state === "ready" ? (verifiedHere ? "verified here" : "ready") : "action required",
  ]);
  const waits = rows.find(({ state }) => state !== "ready");
  return [
    formatTable([["#", "ISSUER", "USER NAME", "SIGNS IN BY", "STATE"], ...table]),
    ...(waits ? [`To make one work here: verify ${waits.number}`] : []),
  ].join("\n");
}
