import * as z from "zod";
import { requireOn } from "../../shared/acts/require.ts";
import { forOwner } from "../../shared/http/endpoint.ts";
import { versionAnswer, withoutDigest } from "../../shared/status/status.ts";

/** GET backup/versions: the history, newest first [H1]. */
export const listVersions = forOwner(
  { stepUp: "not-needed", oldApps: "allowed" },
  {
    name: "backup-versions",
    method: "GET",
    route: "backup/versions",
    summary: "Lists the versions that are kept, newest first; the first is current.",
    answers: { 200: z.strictObject({ versions: z.array(versionAnswer) }) },
    problems: ["backup-off"],
  },
  async ({ owner: { item } }) => ({
    status: 200,
    body: { versions: requireOn(item).versions.map(withoutDigest) },
  }),
);
