import * as z from "zod";
import { exportPage, nextPage, pageAfter } from "../../shared/acts/export.ts";
import { forOwner } from "../../shared/http/endpoint.ts";

/** POST me/export/next: the next page of an export that this phone has begun. Nobody is told again. */
export const exportNextPage = forOwner(
  { stepUp: "needed", standing: "trusted-if-on", frozen: "stops", oldApps: "allowed", proof: "read" },
  {
    name: "me-export-next",
    method: "POST",
    route: "me/export/next",
    summary: "Answers the next page of an export.",
    work: 100,
    body: z.strictObject({ next: nextPage }),
    answers: { 200: z.strictObject({ schema: z.literal(1), ...exportPage }) },
    problems: ["keys-unavailable", "key-unusable"],
  },
  async (call) => {
    return { status: 200, body: { schema: 1, ...(await pageAfter(call, call.body.next)) } };
  },
);
