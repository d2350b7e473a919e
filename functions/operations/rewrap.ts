import * as z from "zod";
import { forRole } from "../../shared/http/endpoint.ts";
import { rewrap } from "../../shared/operations/rewrap.ts";

const count = z.int().nonnegative();

/** POST operations/rewrap: a batch of what the timer moves after a rotation, by hand. */
export const rewrapKeys = forRole(
  { caller: "operator", role: "Operations.Act" },
  {
    name: "operations-rewrap",
    method: "POST",
    route: "operations/rewrap",
    summary: "Puts a batch of what is under an older key under the current one, as the timer does.",
    answers: {
      200: z.strictObject({
        /** Keys and sealed values that were moved. */
        moved: count,
        /** Items that are still under another key; estimated above 1,000. */
        left: count,
        /** Items that could not be moved: the log says why. */
        failed: count,
        /** Whether vault or store asked to be left alone, so that the batch ended before its time. */
        stopped: z.boolean(),
      }),
    },
    problems: ["keys-unavailable", "key-unusable"],
  },
  async ({ services }) => ({ status: 200, body: await rewrap(services) }),
);
