import type { Phone } from "../acts/phone.ts";
import type { Refused } from "../acts/problem.ts";
import type { CommandLine } from "./commandLine.ts";

/** What a command has to say: to a person, and to a program with `--json`. Neither holds a secret that was not asked for. */
export interface Told {
  readonly text: string;
  readonly json: unknown;
}

/** What is told, or why the command failed. */
export type Outcome = Told | Refused;

export function told(text: string, json: unknown): Told {
  return { text, json };
}

/** Asks whoever sits at the terminal. @returns what was typed */
export type Ask = (question: string) => Promise<string>;

/** A command that talks to the service, for a phone that is registered. */
export type Command = (
  phone: Phone,
  line: CommandLine,
  fetch: typeof globalThis.fetch,
  ask?: Ask,
) => Promise<Outcome>;
