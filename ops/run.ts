import { parseArgs } from "node:util";
import { ConfigError } from "../shared/config/read.ts";
import { KeyUnavailable } from "../shared/keys/port.ts";
import { type Surroundings, UsageError } from "./command.ts";
import { HELP } from "./help.ts";
import { serviceKeyCommands } from "./serviceKey.ts";

/** Runs one command. @returns the exit status: 0, or 1 if it failed */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1> {
  try {
    const { values, positionals } = parse(args);
    if (values.help || positionals.length === 0) {
      surroundings.print(HELP);
      return 0;
    }
    const [group, name = "", ...more] = positionals;
    const command = group === "service-key" ? serviceKeyCommands.get(name) : undefined;
    if (!command || more.length > 0) throw new UsageError("there is no such command: see --help");
    const { printed, said } = await command(surroundings);
    surroundings.print(printed);
    surroundings.printError(said);
    return 0;
  } catch (error) {
    surroundings.printError(explain(error));
    return 1;
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { help: { type: "boolean", short: "h", default: false } },
      allowPositionals: true,
    });
  } catch {
    throw new UsageError("there is no such option: see --help");
  }
}

/** @throws what is no fault of the operator's, nor of the vault's */
function explain(error: unknown): string {
  if (error instanceof UsageError || error instanceof ConfigError) return error.message;
  if (!(error instanceof KeyUnavailable)) throw error;
  return error.fault === "forbidden"
    ? "You may not use the key encryption key; see --help for the right that the command needs, and az login."
    : `The key encryption key can't be used: ${error.advice}.`;
}
