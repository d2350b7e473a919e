import * as z from "zod";
import { forRole } from "../../shared/http/endpoint.ts";
import { sweep } from "../../shared/operations/sweep.ts";

/** POST operations/sweep: what the timer begins each minute, by hand. */
export const sweepNotices = forRole(
  { caller: "operator", role: "Operations.Act" },
  {
    name: "operations-sweep",
    method: "POST",
    route: "operations/sweep",
    summary: "Sends the notices that are due, for at most 50 seconds, as the timer does.",
    answers: {
      200: z.strictObject({
        /** Notices that were taken up. */
        taken: z.int().nonnegative(),
        /** Whether there are more. */
        more: z.boolean(),
      }),
    },
    problems: [],
  },
  async ({ services }) => {
    const { taken, more } = await sweep(services);
    return { status: 200, body: { taken, more } };
  },
);
