import * as z from "zod";
import { requeueDead } from "../../shared/delivery/deadNotices.ts";
import { forRole } from "../../shared/http/endpoint.ts";

/** POST operations/notices/requeue: once what kept notices from being sent is put right. */
export const requeueNotices = forRole(
  { caller: "operator", role: "Operations.Act" },
  {
    name: "operations-notices-requeue",
    method: "POST",
    route: "operations/notices/requeue",
    summary: "Has the next sweep try dead notices again: a hundred of them at most.",
    answers: {
      200: z.strictObject({
        requeued: z.int().nonnegative(),
        /** Whether there are more. */
        more: z.boolean(),
      }),
    },
    problems: [],
  },
  async ({ services: { store }, now }) => ({ status: 200, body: await requeueDead(store, now) }),
);
