import { type Problem, problem, withHeaders } from "../errors/problem.ts";
import { explain as explainTries } from "../limits/explain.ts";
import { timestampOf } from "../words.ts";
import type { DeviceRefusal } from "./registration.ts";

/** What the phone sees of a refusal; the one place that says it. */
export function explain(refusal: DeviceRefusal): Problem {
  switch (refusal.reason) {
    case "too-many-tries":
      return explainTries(refusal);
    case "too-many-devices":
      return problem(refusal.reason, { limit: refusal.limit, freesAt: timestampOf(refusal.freesAt) });
    case "client-platform-changed":
    case "device-conflict":
    case "device-id-mismatch":
      return problem(refusal.reason);
    case "token-used-elsewhere":
      // A 401 has a challenge (RFC 9110, section 15.5.2): another token is needed.
      return withHeaders(problem(refusal.reason), { "WWW-Authenticate": 'Bearer error="invalid_token"' });
  }
}
