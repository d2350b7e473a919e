import * as z from "zod";
import { type Result, readAnswer } from "./problem.ts";
import type { Overrides, Session } from "./session.ts";

/** This phone's decisions about recoveries on the owner's other phones. */
export function otherPhonesActs({ act }: Session) {
  async function say(method: string, path: string, overrides?: Overrides): Promise<Result<undefined>> {
    return readAnswer(await act({ method, path }, overrides), z.undefined());
  }

  return {
    /** Ends the wait of a recovery on another phone. */
    approve: (recoveryId: string, overrides?: Overrides) =>
      say("POST", `/v1/recoveries/${recoveryId}/approve`, overrides),

    /** "This wasn't me": ends the recovery, takes its phone's access away and freezes the backup. */
    deny: (recoveryId: string, overrides?: Overrides) =>
      say("POST", `/v1/recoveries/${recoveryId}/deny`, overrides),

    /** Lets a frozen backup go on. */
    liftFreeze: (overrides?: Overrides) => say("DELETE", "/v1/backup/freeze", overrides),
  };
}
