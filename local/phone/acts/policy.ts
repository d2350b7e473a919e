import * as z from "zod";
import { type Result, readAnswer } from "./problem.ts";
import type { Overrides, Session } from "./session.ts";

export const conflictSchema = z.enum(["same-account", "any-account"]);

const policySchema = z.looseObject({
  /** Which accounts on the phone are in the way of a recovery: those in the backup too, or any. */
  conflict: conflictSchema,
  /** Whether a phone of the other platform may recover. */
  otherPlatform: z.boolean(),
  /** From the start of a recovery on a new phone to its release. */
  waitingSeconds: z.int(),
  /** A shorter waiting time that was chosen, and when it takes effect. */
  shortening: z.looseObject({ waitingSeconds: z.int(), from: z.iso.datetime() }).optional(),
});
export type Policy = z.infer<typeof policySchema>;

/** What to choose; what is left out stays as it is. */
export interface PolicyChanges {
  readonly conflict?: Policy["conflict"];
  readonly otherPlatform?: boolean;
  /** Up to 604 800: 7 days. */
  readonly waitingSeconds?: number;
}

/** What the owner chooses. */
export function policyActs({ act }: Session) {
  return {
    async policy(overrides?: Overrides): Promise<Result<Policy>> {
      return readAnswer(await act({ method: "GET", path: "/v1/backup/policy" }, overrides), policySchema);
    },

    async choosePolicy(changes: PolicyChanges, overrides?: Overrides): Promise<Result<Policy>> {
      const request = { method: "PUT", path: "/v1/backup/policy", body: { ...changes } };
      return readAnswer(await act(request, overrides), policySchema);
    },
  };
}
