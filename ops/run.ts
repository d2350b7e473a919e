import { parseArgs } from "node:util";
import { ConfigError } from "../shared/config/read.ts";
import { KeyUnavailable } from "../shared/keys/port.ts";
import { type Command, type Surroundings, UsageError } from "./command.ts";
import { checkConfig } from "./configCheck.ts";
import { doctor } from "./doctor/doctor.ts";
import { HELP } from "./help.ts";
import { closeTexts, dead, openTexts, requeue, rewrap, status, sweep } from "./operations.ts";
import { disableKey, rotate } from "./rotate.ts";
import { serviceKeyCommands } from "./serviceKey.ts";
import { raiseThroughput } from "./throughput.ts";

/** Every command, by the words that it is called by. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["doctor", doctor],
  ["status", status],
  ["rotate", rotate],
  ["key disable", disableKey],
  ...[...serviceKeyCommands].map(([name, command]) => [`service-key ${name}`, command] as const),
  ["sweep", sweep],
  ["rewrap", rewrap],
  ["notices dead", dead],
  ["notices requeue", requeue],
  ["texts close", closeTexts],
  ["texts open", openTexts],
  ["throughput raise", raiseThroughput],
  ["config check", checkConfig],
]);

/** Runs one command. @returns the exit status: 0, or 1 if it failed, found something, or left something to do */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1> {
  try {
    const { values, positionals } = parse(args);
    if (values.help || positionals.length === 0) {
      surroundings.print(HELP);
      return 0;
    }
    const { command, operands } = find(positionals);
    const { printed, said, status: failed = 0 } = await command(surroundings, operands, values);
    if (printed !== "") surroundings.print(printed);
    if (said !== "") surroundings.printError(said);
    return failed;
  } catch (error) {
    surroundings.printError(explain(error));
    return 1;
  }
}

/** @throws {UsageError} there is no such command */
function find(words: readonly string[]): { readonly command: Command; readonly operands: readonly string[] } {
  for (const length of [2, 1]) {
    const command = commands.get(words.slice(0, length).join(" "));
    if (command && words.length >= length) return { command, operands: words.slice(length) };
  }
  throw new UsageError("there is no such command: see --help");
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h", default: false },
        subscription: { type: "string" },
        group: { type: "string" },
        app: { type: "string" },
        origin: { type: "string" },
        max: { type: "string" },
        force: { type: "boolean", default: false },
      },
      allowPositionals: true,
    });
  } catch {
    throw new UsageError("there is no such option: see --help");
  }
}

/** @throws what is no fault of the operator's, nor of what is asked */
function explain(error: unknown): string {
  if (error instanceof UsageError || error instanceof ConfigError) return error.message;
  if (!(error instanceof KeyUnavailable)) throw error;
  return error.fault === "forbidden"
    ? "You may not use the key encryption key; see --help for the right that the command needs, and az login."
    : `The key encryption key can't be used: ${error.advice}.`;
}
