import { type Problem, problem } from "../errors/problem.ts";
import type { DeviceRefusal } from "./registration.ts";

/** What the phone sees of a refusal; the one place that says it. */
export function explain(refusal: DeviceRefusal): Problem {
  switch (refusal.reason) {
    case "too-many-devices":
      return problem(refusal.reason, { limit: refusal.limit });
    case "client-platform-changed":
    case "device-conflict":
    case "device-id-mismatch":
      return problem(refusal.reason);
  }
}
