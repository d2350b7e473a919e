import type { Problem, Refused, Result } from "../phone/acts/problem.ts";
import type { Checks } from "./check.ts";
import type { Teller } from "./tell.ts";
import type { Wire } from "./wire.ts";

/** The success among the outcomes of a phone's act. */
type Accepted<R> = Extract<R, { readonly ok: true }>;

export interface Ask {
  /**
   * Tells the request and what its answer means.
   * @throws {Error} it was refused: the story can't go on without it
   */
  accepted<R extends Result<unknown>>(
    request: Promise<R>,
    meaning: (answer: Accepted<R>) => string,
  ): Promise<Accepted<R>>;
  /**
   * Tells the request, and checks that it was refused with this code.
   * @returns the problem; `undefined` where the request was accepted, which the story survives
   */
  refused(request: Promise<Result<unknown>>, code: string, claim: string): Promise<Problem | undefined>;
}

export function createAsk({ wire, tell, check }: { wire: Wire; tell: Teller; check: Checks }): Ask {
  function told(meaning: string): void {
    const exchanges = wire.untold();
    for (const exchange of exchanges) tell.request(exchange, exchange === exchanges.at(-1) ? meaning : "");
  }

  return {
    async accepted(request, meaning) {
      const result = await request;
      if (!result.ok) {
        told(meaningOf(result));
        throw new Error(`this request had to be accepted, and was refused: ${result.problem.code}`);
      }
      const answer = result as Accepted<typeof result>;
      told(meaning(answer));
      return answer;
    },
    async refused(request, code, claim) {
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
