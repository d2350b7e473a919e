import { isDeepStrictEqual } from "node:util";

export interface Check {
  /** What must be so, as a sentence. */
  readonly claim: string;
  readonly passed: boolean;
  /** Of a failed check: what was found instead. */
  readonly found?: string;
}

export type Checks = ReturnType<typeof createChecks>;

/** A failed check is told and counted; the story goes on. */
export function createChecks(tell: (check: Check) => void) {
  const made: Check[] = [];
  function add(check: Check): void {
    made.push(check);
    tell(check);
  }
  return {
    /** Every check so far, in order. */
    made: made as readonly Check[],
    that: (claim: string, passed: boolean) => add({ claim, passed }),
    /** Members and order included. */
    equal<T>(claim: string, found: T, expected: T): void {
      const passed = isDeepStrictEqual(found, expected);
      const difference = `found ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`;
      add({ claim, passed, ...(!passed && { found: difference }) });
    },
  };
}
