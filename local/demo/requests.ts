import * as z from "zod";
import type { Problem, Refused, Result } from "../phone/acts/problem.ts";
import type { Checks } from "./check.ts";
import type { Teller } from "./tell.ts";

const codeSchema = z.looseObject({ code: z.string() });

/** A sign-in to an account names the account to the service, as that to the recovery account does. */
function withoutToken(body: string): string {
  return body.replace(/"token":"[\w-]+\.[\w-]+\.[\w-]+"/, '"token":"…"');
}

/** The success among the outcomes of a phone's act. */
type Accepted<R> = Extract<R, { readonly ok: true }>;

export type Requests = ReturnType<typeof createRequests>;

/** The one way from every phone of the story to the service: real HTTP, written down, and told. */
export function createRequests({ tell, check }: { tell: Teller; check: Checks }) {
  const bodies: string[] = [];
  const untold: (Parameters<Teller["request"]>[0] & { readonly code: string })[] = [];

  const said = new Set<string>();

  /** Carries a request and writes it down to be told; its body is nobody's secret from the service. */
  const carry: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const { pathname, search } = new URL(String(input));
    const { status } = response;
    const code = status < 400 ? "" : codeSchema.parse(await response.clone().json()).code;
    untold.push({ method: init?.method ?? "GET", path: pathname + search, status, code });
    return response;
  };

  /** The same of a phone: what the service gets of it is kept, to be searched. */
  const carryOfPhone: typeof fetch = async (input, init) => {
    const toService = new URL(String(input)).pathname.startsWith("/v1/");
    if (toService && typeof init?.body === "string") bodies.push(withoutToken(init.body));
    return await carry(input, init);
  };

  /** Tells every request since the last time; `meaning` belongs to the last of them, the others have their code. */
  function told(meaning: string): void {
    const exchanges = untold.splice(0);
    for (const exchange of exchanges)
      tell.request(exchange, exchange === exchanges.at(-1) ? meaning : exchange.code);
  }

  /** For the app, the code and the remedies; for the owner, two sentences, the first time that they come. */
  function meaningOf({ problem: { code, remedy, otherwise, title, detail } }: Refused): string {
    const remedies = otherwise === undefined ? remedy : `${remedy}, or ${otherwise}`;
    const sentences = said.has(code) ? "" : `\n"${title}. ${detail}"`;
    if (tell.isTold()) said.add(code);
    return `${code}, remedy: ${remedies}${sentences}`;
  }

  return {
    fetch: carryOfPhone,
    /** For what an account's provider sends, which knows its accounts. */
    fetchOfProvider: carry,
    told,
    /** The bodies of all that phones sent to the service; without access tokens, which say who signs in. */
    bodies: bodies as readonly string[],

    /**
     * Tells the request and what its answer means.
     * @throws {Error} it was refused: the story can't go on without it
     */
    async accepted<R extends Result<unknown>>(
      request: Promise<R>,
      meaning: (answer: Accepted<R>) => string,
    ): Promise<Accepted<R>> {
      const result = await request;
      if (!result.ok) {
        told(meaningOf(result));
        throw new Error(`this request had to be accepted, and was refused: ${result.problem.code}`);
      }
      const answer = result as Accepted<R>;
      told(meaning(answer));
      return answer;
    },

    /**
     * Tells the request, and checks that it was refused with this code.
     * @returns the problem; `undefined` if the request was accepted, which the story survives
     */
    async refused(
      request: Promise<Result<unknown>>,
      code: string,
      claim: string,
    ): Promise<Problem | undefined> {
      const result = await request;
      told(result.ok ? "accepted" : meaningOf(result));
      check.equal(claim, result.ok ? "accepted" : result.problem.code, code);
      return result.ok ? undefined : result.problem;
    },
  };
}
