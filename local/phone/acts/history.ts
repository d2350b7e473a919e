import { type Version, type Versions, versionSchema, versionsSchema } from "./answers.ts";
import { type Result, readAnswer } from "./problem.ts";
import type { Overrides, Session } from "./session.ts";

/** The versions that are kept. */
export function historyActs(session: Session) {
  const { state, act } = session;
  return {
    /** Newest first; the status says which of them is current. */
    async versions(overrides?: Overrides): Promise<Result<Versions>> {
      return readAnswer(await act({ method: "GET", path: "/v1/backup/versions" }, overrides), versionsSchema);
    },

    /**
     * Makes an older version present again, under a new number. After an attempt without an answer, the next one has
     * the same Idempotency-Key.
     */
    async restore(version: number, overrides?: Overrides): Promise<Result<Version>> {
      const request = { method: "POST", path: `/v1/backup/versions/${version}/restore` };
      const result = await session.create("restore", { ...request, schema: versionSchema }, overrides);
      // A late answer may have the ETag of what another phone has uploaded since: the next upload asks first.
      if (result.ok) delete state.backup;
      return result;
    },
  };
}
