import { parseArgs } from "node:util";
import { tellStory } from "./story.ts";

const HELP = `npm run demo -- [--store sqlite|cosmos] [--keys file|key-vault]

Plays the story of one backup, with a service of its own and real requests, and checks it.
The exit status is 0 where every check passed.

  --store  cosmos: on the Cosmos DB driver, against a server that speaks its protocol
  --keys   key-vault: on the Key Vault driver, likewise
  Both take servers of this checkout, on this machine; left out, a file is used.`;

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "sqlite" },
    keys: { type: "string", default: "file" },
    help: { type: "boolean", default: false },
  },
});
const known = ["sqlite", "cosmos"].includes(values.store) && ["file", "key-vault"].includes(values.keys);
if (values.help) {
  console.log(HELP);
} else if (!known) {
  console.error(HELP);
  process.exitCode = 1;
} else {
  const cloud = { store: values.store === "cosmos", keys: values.keys === "key-vault" };
  process.exitCode = await tellStory({
    print: (text) => console.log(text),
    printError: (text) => console.error(text),
    // https://no-color.org
    colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
    ...((cloud.store || cloud.keys) && { cloud }),
  });
}
