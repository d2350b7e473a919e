import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { system } from "../../shared/system.ts";
import { readJson } from "../phone/cli/files.ts";
import { parseContents } from "../phone/protocol/accounts.ts";
import { addMailbox } from "./acts/addMailbox.ts";
import { backUp } from "./acts/backUp.ts";
import { compareCodes } from "./acts/compareCodes.ts";
import { denyRelease } from "./acts/denyRelease.ts";
import { denyThief } from "./acts/denyThief.ts";
import { loseMost } from "./acts/loseMost.ts";
import { overwrite } from "./acts/overwrite.ts";
import { readRecord } from "./acts/readRecord.ts";
import { recover } from "./acts/recover.ts";
import { recoverOnIos } from "./acts/recoverOnIos.ts";
import { restoreVersion } from "./acts/restoreVersion.ts";
import { searchRemains } from "./acts/searchRemains.ts";
import { snoop } from "./acts/snoop.ts";
import { startAnew } from "./acts/startAnew.ts";
import { stopAtContact } from "./acts/stopAtContact.ts";
import { turnOff } from "./acts/turnOff.ts";
import { turnOn } from "./acts/turnOn.ts";
import { twoPhones } from "./acts/twoPhones.ts";
import { verifyPersonal } from "./acts/verifyPersonal.ts";
import { verifyWork } from "./acts/verifyWork.ts";
import { waitOut } from "./acts/waitOut.ts";
import { createChecks } from "./check.ts";
import { type Stage, type StageOptions, withStage } from "./stage.ts";
import { createTeller } from "./tell.ts";

const SAMPLE = fileURLToPath(new URL("../phone/sample-accounts.json", import.meta.url));

interface Surroundings extends Pick<StageOptions, "wrap" | "cloud"> {
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly colour: boolean;
}

/** Plays the whole story. @returns the exit status: 1 if a check failed, or the story could not be told */
export async function tellStory({ print, printError, colour, ...options }: Surroundings): Promise<0 | 1> {
  const started = system.now();
  const tell = createTeller(print, colour);
  const check = createChecks(tell.check);
  try {
    await withStage({ tell, check, ...options }, play);
  } catch (error) {
    printError(`\nThe story broke off after ${check.made.length} checks: ${inspect(error)}`);
    return 1;
  }
  const status = tell.summary(check.made, system.now() - started);
  tell.line(`
Where to go next
  npm start                  the service, for requests of your own
  npm run phone -- --help    a phone at the command line
  docs/protocol.md           every byte that phones and service exchange`);
  return status;
}

/** The acts in their order, and what one hands to the next. */
async function play(stage: Stage): Promise<void> {
  const { tell } = stage;
  const contents = parseContents(await readJson(SAMPLE));
  tell.heading("The story of one backup");
  tell.line(`
The service has started at ${stage.origin}, with an empty database of its own.
Each line with a status below is a real HTTP request, signed and encrypted as the app does it;
each ✓ is a check that has just been made. Where days pass, the service's clock is moved on.`);

  const old = await turnOn(stage);
  const mailbox = await addMailbox(stage, old);
  await backUp(stage, old, contents);
  const { next, arrived } = await recover(stage, old, mailbox, contents);
  compareCodes(stage, contents, arrived);
  await overwrite(stage, old, contents);
  await loseMost(stage, old, contents);
  await restoreVersion(stage, old, contents);
  await snoop(stage);
  await denyRelease(stage, old, mailbox);
  await verifyPersonal(stage, next, mailbox);
  await verifyWork(stage, next);
  await twoPhones(stage, old, next, mailbox);
  await stopAtContact(stage, old, mailbox);
  await denyThief(stage, old, mailbox);
  await waitOut(stage, contents);
  await recoverOnIos(stage, contents);
  await startAnew(stage, contents);
  await turnOff(stage, old);
  await readRecord(stage, old);
  await searchRemains(stage, contents);
}
