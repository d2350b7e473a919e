import type { Phone } from "../acts/phone.ts";
import type { Refused } from "../acts/problem.ts";
import type { CommandLine } from "./commandLine.ts";

/** The text to print, or why the command failed. */
export type Outcome = string | Refused;

/** A command that talks to the service, for a phone that is registered. */
export type Command = (phone: Phone, line: CommandLine) => Promise<Outcome>;
