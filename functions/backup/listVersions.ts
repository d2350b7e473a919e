import * as z from "zod";
import { requireOn } from "../../shared/acts/require.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { answerOf, versionAnswer } from "../../shared/status/status.ts";

/** GET backup/versions: the history, newest first [H1]. */
export const listVersions = forOwner(
  { proof: "read", stepUp: "not-needed", standing: "trusted", frozen: "goes-on", oldApps: "allowed" },
  {
    name: "backup-versions",
    method: "GET",
    route: "backup/versions",
    summary: "Lists the versions that are kept, newest first; the status says which is current.",
    answers: { 200: z.strictObject({ versions: z.array(versionAnswer) }) },
    problems: ["backup-off"],
  },
  async ({ owner: { item } }) => ({
    status: 200,
    body: { versions: requireOn(item).versions.map(answerOf) },
  }),
);
