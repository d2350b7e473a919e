import * as z from "zod";
import { setClosed } from "../../shared/acts/closedTexts.ts";
import { forRole } from "../../shared/http/endpoint.ts";

/** PUT operations/texts/{prefix}: stops texts to a country at once, without a deployment. */
export const closeTexts = forRole(
  { caller: "operator", role: "Operations.Act" },
  {
    name: "operations-texts",
    method: "PUT",
    route: "operations/texts/{prefix}",
    summary: "Closes the numbers of a prefix to text messages, codes and notices, or opens them again.",
    params: z.strictObject({
      /** Of numbers in E.164: `+` and 1 to 7 digits. */
      prefix: z.string().regex(/^\+[1-9]\d{0,6}$/),
    }),
    body: z.strictObject({ closed: z.boolean() }),
    answers: { 204: null },
    problems: ["busy"],
  },
  async ({ services, params: { prefix }, body: { closed } }) => {
    await setClosed(services, prefix, closed);
    return { status: 204 };
  },
);
