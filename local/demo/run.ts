import { inspect } from "node:util";
import { system } from "../../shared/system.ts";
import { createChecks, exitStatus } from "./check.ts";
import { type StageOptions, withStage } from "./stage.ts";
import { tellStory } from "./story.ts";
import { createTeller } from "./tell.ts";

export interface Surroundings extends Pick<StageOptions, "wrap" | "cloud"> {
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly colour: boolean;
}

/** Plays the whole story. @returns the exit status: 1 where a check failed, or the story could not be told */
export async function run({ print, printError, colour, wrap, cloud }: Surroundings): Promise<0 | 1> {
  const started = system.now();
  const tell = createTeller(print, colour);
  const check = createChecks(tell.check);
  try {
    await withStage({ tell, check, ...(wrap && { wrap }), ...(cloud && { cloud }) }, tellStory);
  } catch (error) {
    printError(`\nThe story broke off after ${check.made.length} checks: ${inspect(error)}`);
    return 1;
  }
  tell.summary(check.made, system.now() - started);
  tell.line(`
Where to go next
  npm start                  the service, for requests of your own
  npm run phone -- --help    a phone at the command line
  docs/protocol.md           every byte that phones and service exchange`);
  return exitStatus(check.made);
}
