import { runProgram, Stopped } from "../terminal/program.ts";
import { ACTS, tellStory } from "./story.ts";

await runProgram(
  {
    name: "npm run demo",
    about:
      "Plays the story of one backup, with a service of its own and real requests, and checks it. The exit status is 0 where every check passed.",
    options: {
      act: {
        type: "string",
        value: "N",
        means: "plays act N alone: what has to happen before it happens, and is told by its titles",
      },
      store: {
        type: "string",
        default: "sqlite",
        value: "STORE",
        means:
          "sqlite: a file; cosmos: the Cosmos DB driver, against a server of this checkout that speaks its protocol",
      },
      keys: {
        type: "string",
        default: "file",
        value: "KEYS",
        means: "file; key-vault: the Key Vault driver, likewise",
      },
    },
  },
  async ({ act, store, keys }) => {
    const only = act === undefined ? undefined : Number(act);
    if (only !== undefined && !(Number.isInteger(only) && only >= 1 && only <= ACTS)) {
      throw new Stopped(`--act is the number of an act, 1 to ${ACTS}.`);
    }
    if (!["sqlite", "cosmos"].includes(store)) throw new Stopped("--store is sqlite or cosmos.");
    if (!["file", "key-vault"].includes(keys)) throw new Stopped("--keys is file or key-vault.");
    const cloud = { store: store === "cosmos", keys: keys === "key-vault" };
    return await tellStory({
      print: (text) => console.log(text),
      printError: (text) => console.error(text),
      // https://no-color.org
      colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
      only,
      ...((cloud.store || cloud.keys) && { cloud }),
    });
  },
);
