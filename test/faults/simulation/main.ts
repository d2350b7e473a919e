import { randomInt } from "node:crypto";
import { readWhole, runProgram, Stopped } from "../../../local/terminal/program.ts";
import { type MakeData, makeCosmosData, makeSqliteData } from "../data.ts";
import { run, Violation } from "./run.ts";

const STORES: Readonly<Record<string, MakeData>> = { sqlite: makeSqliteData, cosmos: makeCosmosData };

await runProgram(
  {
    name: "npm run test:faults",
    about:
      "Plays random acts of several owners under random faults, against a plain model. It ends with status 1 at the first violation, and shows the seed, the operation and what happened to that owner. The same seed does the same again.",
    options: {
      operations: { type: "string", default: "5000", value: "N", means: "how many" },
      store: {
        type: "string",
        default: "sqlite",
        value: "STORE",
        means: "or cosmos: the Cosmos DB driver, on the protocol server of local/cloud/",
      },
      seed: { type: "string", value: "N", means: "one of an earlier run (default: another one each time)" },
    },
  },
  async (values) => {
    const operations = readWhole("--operations", values.operations);
    const seed = values.seed === undefined ? randomInt(2 ** 31) : readWhole("--seed", values.seed, 0);
    const makeData = STORES[values.store];
    if (!makeData) throw new Stopped("--store is sqlite or cosmos.");
    try {
      const report = await run({ operations, seed, makeData });
      process.stdout.write(`${JSON.stringify({ seed, store: values.store, ...report })}\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
  },
);
