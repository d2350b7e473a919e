import * as z from "zod";
import { catalogue, type ProblemCode } from "../../shared/errors/catalogue.ts";
import { chooseLanguage } from "../../shared/errors/language.ts";
import { describeCode } from "../../shared/errors/problem.ts";
import { explanation } from "../../shared/http/answers.ts";
import { anonymous } from "../../shared/http/endpoint.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";
import { escaped, negotiated } from "../../shared/http/page.ts";

const CODES = (Object.keys(catalogue) as ProblemCode[]).sort();

/** GET problems: every code, for an app that looks whether it knows them all, and for a person who looks one up. */
export const listProblems = anonymous(
  {
    name: "service-problems",
    method: "GET",
    route: "problems",
    summary: "Explains every problem's code, to a browser as a page.",
    answers: { 200: z.strictObject({ problems: z.array(explanation) }) },
    page: true,
    problems: [],
  },
  async ({ request: { header } }) => {
    const language = chooseLanguage(header("accept-language"));
    const problems = CODES.map((code) => describeCode(code, language));
    return negotiated(header("accept"), language, {
      body: { problems },
      page: () => ({ title: "All problems", body: pageOf(problems) }),
    });
  },
);

function pageOf(problems: readonly ReturnType<typeof describeCode>[]): string {
  const rows = problems.map(
    ({ code, title }) =>
      `<li><a href="/${ROUTE_PREFIX}/problems/${code}"><code>${code}</code></a><br>${escaped(title)}`,
  );
  return ['<h1 lang="en">All problems</h1>', "<ul>", ...rows, "</ul>"].join("\n");
}
