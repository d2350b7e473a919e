import type * as z from "zod";
import type { violation } from "../errors/catalogue.ts";

/** The most violations that one answer lists. */
const MOST = 20;

/**
 * The broken rules of a schema, for a problem's `errors`: where, and which rule, in our own words. Neither the
 * values nor the names of unknown members are repeated, since they come from outside.
 * @param place how a path is written: left out, as a JSON pointer (RFC 6901)
 */
export function violationsOf(error: z.ZodError, place = pointer): z.infer<typeof violation>[] {
  return error.issues.slice(0, MOST).map((issue) => ({ pointer: place(issue.path), rule: ruleOf(issue) }));
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step)}`).join("");
}

function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return "has members that are not known here";
    case "invalid_type":
      return `must be: ${issue.expected}`;
    case "too_small":
      return `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    case "invalid_value":
      return `must be one of: ${issue.values.map(String).join(", ")}`;
    case "custom":
      return issue.message;
    default:
      return "has the wrong form";
  }
}
