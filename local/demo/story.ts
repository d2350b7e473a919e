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

/** How many acts the story has. */
export const ACTS = 21;

const SAMPLE = fileURLToPath(new URL("../phone/sample-accounts.json", import.meta.url));

interface Surroundings extends Pick<StageOptions, "wrap" | "cloud"> {
  readonly print: (text: string) => void;
  readonly printError: (text: string) => void;
  readonly colour: boolean;
  /** The number of the one act that is told in full; what it needs before it is told by its titles. All where left out. */
  readonly only?: number | undefined;
}

/** Plays the whole story, or as far as the one act that was asked for. @returns the exit status: 1 if a check failed, or the story could not be told */
export async function tellStory({
  print,
  printError,
  colour,
  only,
  ...options
}: Surroundings): Promise<0 | 1> {
  const started = system.now();
  const tell = createTeller(print, colour, only);
  const check = createChecks(tell.check);
  try {
    await withStage({ tell, check, ...options }, async (stage) => {
      const acts = play(stage);
      for await (const _ of acts) if (tell.acts() === only) break;
    });
  } catch (error) {
    printError(`\nThe story broke off after ${check.made.length} checks: ${inspect(error)}`);
    return 1;
  }
  const status = tell.summary(check.made, system.now() - started);
  tell.line(`
Where to go next
  npm start                  the service, for requests of your own
  npm run phone -- --help    a phone at the command line
  http://127.0.0.1:7071/     every request, in a browser, while npm start runs
  docs/protocol.md           every byte that phones and service exchange`);
  return status;
}

/** The acts in their order, and what one hands to the next. Yields between two of them. */
async function* play(stage: Stage): AsyncGenerator<void, void, void> {
  const { tell } = stage;
  const contents = parseContents(await readJson(SAMPLE));
  tell.heading("The story of one backup");
  tell.line(`
What you will see: Alice backs up the accounts of her authenticator app, loses
phones, and has all of it back. An empty phone, a faulty app and a thief try
what costs people their accounts elsewhere. Each is stopped, and nobody is
locked out.

The service has started at ${stage.origin}, with an empty database
of its own. Each line with a status is a real HTTP request, signed and
encrypted as the app does it, with what the answer means; after a refusal
stand its code, the remedy that the app offers, and what its owner reads. push
and mail are messages that have arrived. Each ✓ is a check that has just been
made. Where days pass, the service's clock is moved on.`);

  const old = await turnOn(stage);
  yield;
  const mailbox = await addMailbox(stage, old);
  yield;
  await backUp(stage, old, contents);
  yield;
  const { next, arrived } = await recover(stage, old, mailbox, contents);
  yield;
  compareCodes(stage, contents, arrived);
  yield;
  await overwrite(stage, old, contents);
  yield;
  await loseMost(stage, old, contents);
  yield;
  await restoreVersion(stage, old, contents);
  yield;
  await snoop(stage);
  yield;
  await denyRelease(stage, old, mailbox);
  yield;
  await verifyPersonal(stage, next, mailbox);
  yield;
  await verifyWork(stage, next);
  yield;
  await twoPhones(stage, old, next, mailbox);
  yield;
  await stopAtContact(stage, old, mailbox);
  yield;
  await denyThief(stage, old, mailbox);
  yield;
  await waitOut(stage, contents);
  yield;
  await recoverOnIos(stage, contents);
  yield;
  await startAnew(stage, contents);
  yield;
  await turnOff(stage, old);
  yield;
  await readRecord(stage, old);
  yield;
  await searchRemains(stage, contents);
}
