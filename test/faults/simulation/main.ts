/**
 * The randomised run under faults:
 *
 *     npm run test:faults -- --operations 100000 --seed 7 --store cosmos
 *
 * `--store`: `sqlite` when left out; `cosmos` is the Cosmos DB driver on the protocol server of `local/cloud/`.
 *
 * Ends with status 1 at the first violation, and shows the seed, the operation and what happened to that
 * owner. The same seed does the same again.
 */
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { type MakeData, makeCosmosData, makeSqliteData } from "../data.ts";
import { run, Violation } from "./run.ts";

const { values } = parseArgs({
  options: {
    operations: { type: "string", default: "5000" },
    store: { type: "string", default: "sqlite" },
    seed: { type: "string", default: String(randomInt(2 ** 31)) },
  },
});
const [operations, seed] = [Number(values.operations), Number(values.seed)];
if (!Number.isInteger(operations) || operations < 1) throw new Error("--operations: an integer from 1 up");
if (!Number.isInteger(seed)) throw new Error("--seed: an integer");
const stores: Readonly<Record<string, MakeData>> = { sqlite: makeSqliteData, cosmos: makeCosmosData };
const makeData = stores[values.store];
if (!makeData) throw new Error("--store: sqlite or cosmos");

try {
  const report = await run({ operations, seed, makeData });
  process.stdout.write(`${JSON.stringify({ seed, store: values.store, ...report })}\n`);
} catch (error) {
  if (!(error instanceof Violation)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
