import type { Surroundings } from "../../ops/command.ts";
import { run } from "../../ops/run.ts";
import { system } from "../../shared/system.ts";

export interface Ran {
  readonly status: 0 | 1;
  /** What was asked for. */
  readonly printed: readonly string[];
  /** What is said about it, line by line. */
  readonly said: readonly string[];
  /** What a terminal got besides. */
  readonly written: string;
}

/** Somebody who gets nothing that the test does not give. */
export function nobody(): Omit<Surroundings, "print" | "printError" | "writeError"> {
  const unexpected = (what: string) => () => Promise.reject(new Error(`${what} was not to be used`));
  return {
    variables: {},
    system,
    openCredential: unexpected("a sign-in"),
    fetch: unexpected("the network"),
    resolve: unexpected("DNS"),
    readFile: unexpected("a file"),
    pause: unexpected("a pause"),
    signal: new AbortController().signal,
    isTerminal: false,
  };
}

/** Runs a command as `npm run ops --` does. */
export async function operate(
  args: readonly string[],
  surroundings: Partial<Surroundings> = {},
): Promise<Ran> {
  const printed: string[] = [];
  const said: string[] = [];
  let written = "";
  const status = await run(args, {
    ...nobody(),
    print: (text) => printed.push(text),
    printError: (text) => said.push(text),
    writeError: (text) => {
      written += text;
    },
    ...surroundings,
  });
  return { status, printed, said, written };
}
