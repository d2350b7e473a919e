import { isDeepStrictEqual } from "node:util";

export interface Check {
  /** What must be so, as a sentence. */
  readonly claim: string;
  readonly passed: boolean;
  /** Of a failed check: what was found in its place. */
  readonly found?: string;
}

export interface Checks {
  that(claim: string, holds: boolean): void;
  /** Members and order included. */
  equal<T>(claim: string, found: T, expected: T): void;
  /** Every check so far, in order. */
  readonly made: readonly Check[];
}

/** A failed check is told and counted; the story goes on. */
export function createChecks(tell: (check: Check) => void): Checks {
  const made: Check[] = [];
  function add(check: Check): void {
    made.push(check);
    tell(check);
  }
  return {
    made,
    that: (claim, passed) => add({ claim, passed }),
    equal(claim, found, expected) {
      if (isDeepStrictEqual(found, expected)) return add({ claim, passed: true });
      add({
        claim,
        passed: false,
        found: `found ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`,
      });
    },
  };
}

export function failedOf(made: readonly Check[]): readonly Check[] {
  return made.filter(({ passed }) => !passed);
}

/** 0 where all passed. Nothing checked is nothing proved: 1, as for a failure. */
export function exitStatus(made: readonly Check[]): 0 | 1 {
  return made.length > 0 && failedOf(made).length === 0 ? 0 : 1;
}
