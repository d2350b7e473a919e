import { type Problem, problem, withHeaders } from "../errors/problem.ts";
import { type TryKind, timestampOf } from "../words.ts";

export interface TriesRefusal {
  readonly reason: "too-many-tries";
  readonly of: TryKind;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** The answer to a phone that has no tries left. @param now milliseconds since the epoch */
export function explain({ reason, of, until }: TriesRefusal, now: number): Problem {
  return withHeaders(problem(reason, { of, retryAt: timestampOf(until) }), {
    "Retry-After": String(Math.ceil((until - now) / 1000)),
  });
}
