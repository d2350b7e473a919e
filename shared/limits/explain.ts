import { type Problem, problem } from "../errors/problem.ts";
import { type TryKind, timestampOf } from "../words.ts";

export interface TriesRefusal {
  readonly reason: "too-many-tries";
  readonly of: TryKind;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** What a fresh sign-in is let through, whatever was refused before. */
const OF_SIGN_INS: readonly TryKind[] = ["step-ups", "proofs"];

/**
 * The answer to a phone that has no tries left. It has no `Retry-After`, since that is for what passes while an app
 * waits: this is over in hours, or with a fresh sign-in where that helps.
 */
export function explain({ of, until }: Pick<TriesRefusal, "of" | "until">): Problem {
  const code = OF_SIGN_INS.includes(of) ? "too-many-refusals" : "too-many-tries";
  return problem(code, { of, retryAt: timestampOf(until) });
}
