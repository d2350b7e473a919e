import * as z from "zod";
import { catalogue, type ProblemCode } from "../../shared/errors/catalogue.ts";
import { chooseLanguage, languageHeaders } from "../../shared/errors/language.ts";
import { describeCode, problem } from "../../shared/errors/problem.ts";
import { anonymous } from "../../shared/http/endpoint.ts";

/** GET problems/{code}: what the `type` of a problem leads to. */
export const describeProblem = anonymous(
  {
    name: "service-problem",
    method: "GET",
    route: "problems/{code}",
    summary: "Explains a problem's code.",
    params: z.strictObject({ code: z.string().regex(/^[a-z][a-z-]{0,63}$/) }),
    answers: {
      200: z.strictObject({
        code: z.string(),
        status: z.int(),
        title: z.string(),
        detail: z.string(),
        remedy: z.string(),
        remedyText: z.string(),
        /** What leads on where the remedy can't be had. */
        otherwise: z.string().optional(),
        otherwiseText: z.string().optional(),
        retryable: z.boolean(),
      }),
    },
    problems: ["not-found"],
  },
  async ({ params: { code }, request: { header } }) => {
    if (!isCode(code)) throw problem("not-found");
    const language = chooseLanguage(header("accept-language"));
    return { status: 200, headers: languageHeaders(language), body: describeCode(code, language) };
  },
);

function isCode(code: string): code is ProblemCode {
  return Object.hasOwn(catalogue, code);
}
