import { problem, withHeaders } from "../errors/problem.ts";
import type { System } from "../system.ts";

/** Another request changed the owner after this one had read it: the act is run again on what is there now. */
export class Contention extends Error {
  override readonly name = "Contention";
}

/** This request was carried out before: it is answered from the outcome that was stored then. */
export class AlreadyDone extends Error {
  override readonly name = "AlreadyDone";
}

/** Runs the act again, on a fresh read of the owner: what it has read is no longer what is there. */
export function lookAgain(): never {
  throw new Contention();
}

/** Answers from the stored outcome instead of acting a second time. */
export function answerAsBefore(): never {
  throw new AlreadyDone();
}

/** How often an act is run on a fresh read of the owner before the phone is asked to come back. */
const TRIES = 4;

/** Milliseconds before the second run, at most; twice that before the third, and so on. */
const PAUSE = 8;

/**
 * Runs an act that reads the owner and commits on what it read; again where another request came between the two,
 * after a random pause: two requests that met once would otherwise keep meeting.
 * @throws {Problem} busy
 */
export async function uncontended<Result>(
  { random, wait }: Pick<System, "random" | "wait">,
  act: () => Promise<Result>,
): Promise<Result> {
  for (let run = 0; ; run++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Contention)) throw error;
    }
    if (run === TRIES - 1) throw withHeaders(problem("busy"), { "Retry-After": "1" });
    const [share = 0] = random(1);
    await wait((PAUSE * 2 ** run * (share + 1)) / 256);
  }
}
