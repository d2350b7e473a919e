import { parseArgs } from "node:util";
import { run } from "./run.ts";

const HELP = `npm run demo

Plays the story of one backup, with a service of its own and real requests, and checks it.
The exit status is 0 where every check passed.`;

const { values } = parseArgs({ options: { help: { type: "boolean", default: false } } });
if (values.help) {
  console.log(HELP);
} else {
  process.exitCode = await run({
    print: (text) => console.log(text),
    printError: (text) => console.error(text),
    // https://no-color.org
    colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
  });
}
