import { parseArgs } from "node:util";
import { measureColdStart } from "./coldStart.ts";
import { measureMemory } from "./memory.ts";
import { operations } from "./operations.ts";
import { describeMachine, formatReport, type Results } from "./report.ts";
import { measureStart } from "./start.ts";
import { compare } from "./throughput.ts";

const PARTS = ["status", "upload", "key", "recovery", "memory", "start", "cold-start"];

const HELP = `npm run bench -- [--only ${PARTS.join("|")}] [--quick] [--json]

Measures the service over HTTP on this machine, each operation beside its floor: a server
of a few lines that does only what can't be left out. docs/benchmarks.md tells more.

  --only   one part; may be given several times
  --quick  fewer and shorter rounds: for trying out, not for numbers to keep
  --json   prints the results as JSON, and nothing else`;

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: PARTS },
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const unknown = values.only.find((part) => !PARTS.includes(part));

if (values.help) {
  console.log(HELP);
} else if (unknown !== undefined) {
  console.error(`--only ${unknown}: there is no such part\n\n${HELP}`);
  process.exitCode = 1;
} else {
  const results = await measure(new Set(values.only), values.quick);
  const machine = describeMachine();
  console.log(
    values.json
      ? JSON.stringify({ machine, ...results }, undefined, 2)
      : `${machine}\n\n${formatReport(results)}`,
  );
}

async function measure(parts: ReadonlySet<string>, quick: boolean): Promise<Results> {
  const results: Results = { comparisons: [] };
  const pace = quick ? { rounds: 2, milliseconds: 500 } : { rounds: 5, milliseconds: 700 };
  for (const operation of operations.filter(({ group }) => parts.has(group))) {
    tell(operation.title);
    results.comparisons.push(...(await compare(operation, pace)));
  }
  if (parts.has("memory")) {
    tell("memory");
    results.memory = await measureMemory(quick ? 10_000 : 100_000);
  }
  if (parts.has("start")) {
    tell("start");
    results.start = await measureStart(quick ? 1 : 5);
  }
  if (parts.has("cold-start")) {
    tell("cold start");
    results.coldStart = await measureColdStart(quick ? 5 : 20);
  }
  return results;
}

/** Progress: not part of the results. */
function tell(part: string): void {
  console.error(`measuring ${part} ...`);
}
