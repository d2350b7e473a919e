import * as z from "zod";
import { catalogue, type ProblemCode } from "../../shared/errors/catalogue.ts";
import { chooseLanguage } from "../../shared/errors/language.ts";
import { describeCode, problem } from "../../shared/errors/problem.ts";
import { explanation } from "../../shared/http/answers.ts";
import { anonymous } from "../../shared/http/endpoint.ts";
import { ROUTE_PREFIX } from "../../shared/http/message.ts";
import { escaped, negotiated } from "../../shared/http/page.ts";

/** GET problems/{code}: what the `type` of a problem leads to. */
export const describeProblem = anonymous(
  {
    name: "service-problem",
    method: "GET",
    route: "problems/{code}",
    summary: "Explains a problem's code, to a browser as a page.",
    params: z.strictObject({ code: z.string().regex(/^[a-z][a-z-]{0,63}$/) }),
    answers: { 200: explanation },
    page: true,
    problems: ["not-found"],
  },
  async ({ params: { code }, request: { header } }) => {
    if (!isCode(code)) throw problem("not-found");
    const language = chooseLanguage(header("accept-language"));
    const told = describeCode(code, language);
    return negotiated(header("accept"), language, {
      body: told,
      page: () => ({ title: told.title, body: pageOf(told) }),
    });
  },
);

/** Sentences in the reader's language; below, the words for programs as they are. */
function pageOf({
  title,
  detail,
  remedyText,
  otherwiseText,
  ...words
}: ReturnType<typeof describeCode>): string {
  const sentences = [detail, remedyText, otherwiseText].filter((sentence) => sentence !== undefined);
  return [
    `<h1>${escaped(title)}</h1>`,
    ...sentences.map((sentence) => `<p>${escaped(sentence)}</p>`),
    '<dl lang="en">',
    ...Object.entries(words).map(
      ([name, word]) => `<dt><code>${name}</code></dt><dd><code>${escaped(String(word))}</code></dd>`,
    ),
    "</dl>",
    `<p lang="en"><a href="/${ROUTE_PREFIX}/problems">All problems</a></p>`,
  ].join("\n");
}

function isCode(code: string): code is ProblemCode {
  return Object.hasOwn(catalogue, code);
}
