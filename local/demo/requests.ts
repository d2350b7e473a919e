import type { Problem, Refused, Result } from "../phone/acts/problem.ts";
import type { Checks } from "./check.ts";
import type { Teller } from "./tell.ts";

/** The success among the outcomes of a phone's act. */
type Accepted<R> = Extract<R, { readonly ok: true }>;

export type Requests = ReturnType<typeof createRequests>;

/** The one way from every phone of the story to the service: real HTTP, written down, and told. */
export function createRequests({ tell, check }: { tell: Teller; check: Checks }) {
  const bodies: string[] = [];
  const untold: Parameters<Teller["request"]>[0][] = [];

  const carry: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const { pathname, search } = new URL(String(input));
    untold.push({ method: init?.method ?? "GET", path: pathname + search, status: response.status });
    if (typeof init?.body === "string") bodies.push(init.body);
    return response;
  };

  /** Tells every request since the last time; `meaning` belongs to the last of them. */
  function told(meaning: string): void {
    const exchanges = untold.splice(0);
    for (const exchange of exchanges) tell.request(exchange, exchange === exchanges.at(-1) ? meaning : "");
  }

  return {
    fetch: carry,
    told,
    /** The bodies of all requests, as they were sent. */
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

/** For the app, the code and the remedy; for the owner, two sentences. */
function meaningOf({ problem: { code, remedy, title, detail } }: Refused): string {
  return `${code}, remedy: ${remedy}\n"${title}. ${detail}"`;
}
