import * as z from "zod";
import { anonymous } from "../../shared/http/endpoint.ts";

/** GET health: the process answers. */
export const health = anonymous(
  {
    name: "service-health",
    method: "GET",
    route: "health",
    summary: "Tells that the process answers.",
    answers: { 200: z.strictObject({ status: z.literal("ok") }) },
    problems: [],
  },
  async () => ({ status: 200, body: { status: "ok" } }),
);
