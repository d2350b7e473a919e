import { runProgram, Stopped } from "../local/terminal/program.ts";
import { measureCloud } from "./cloud.ts";
import { measureColdStart } from "./coldStart.ts";
import { measureCost } from "./cost.ts";
import type { Place } from "./load/phones.ts";
import { measureMemory } from "./memory.ts";
import { operations } from "./operations.ts";
import { describeMachine, formatReport, type Results } from "./report.ts";
import { measureStart } from "./start.ts";
import { compare, measureElsewhere } from "./throughput.ts";

const PARTS = ["status", "upload", "key", "recovery", "memory", "start", "cold-start", "cloud", "cost"];

await runProgram(
  {
    name: "npm run bench",
    about:
      "Measures the service over HTTP on this machine, each operation beside its floor: a server of a few lines that does only what can't be left out. docs/benchmarks.md tells more.",
    options: {
      only: {
        type: "string",
        multiple: true,
        value: "PART",
        means: `only this part of ${PARTS.join(", ")}.`,
      },
      quick: {
        type: "boolean",
        default: false,
        means: "fewer and shorter rounds: for trying out, not for numbers to keep",
      },
      json: { type: "boolean", default: false, means: "print the results as JSON, and nothing else" },
      origin: {
        type: "string",
        value: "URL",
        means:
          "a service that runs already, here or elsewhere: its operations are measured, without a floor. They leave owners there, named bench-…",
      },
      issuer: {
        type: "string",
        value: "URL",
        means: "the development issuer that it trusts (default: at that origin)",
      },
    },
  },
  async ({ only = PARTS, quick, json, origin, issuer = origin }) => {
    const unknown = only.find((part) => !PARTS.includes(part));
    if (issuer !== undefined && origin === undefined) throw new Stopped("--issuer goes with --origin.");
    if (unknown !== undefined) throw new Stopped(`--only takes ${PARTS.join(", ")}, and not ${unknown}.`);
    const place = origin && issuer ? { origin: new URL(origin).origin, issuer } : undefined;
    const results = await measure(new Set(only), quick, place);
    const machine = describeMachine();
    console.log(
      json ? JSON.stringify({ machine, ...results }, undefined, 2) : `${machine}\n\n${formatReport(results)}`,
    );
  },
);

async function measure(
  parts: ReadonlySet<string>,
  quick: boolean,
  place: Place | undefined,
): Promise<Results> {
  const results: Results = { comparisons: [], elsewhere: [] };
  const pace = quick ? { rounds: 2, milliseconds: 500 } : { rounds: 5, milliseconds: 700 };
  for (const operation of operations.filter(({ group }) => parts.has(group))) {
    tell(operation.title);
    if (place) results.elsewhere.push(...(await measureElsewhere(operation, pace, place)));
    else results.comparisons.push(...(await compare(operation, pace)));
  }
  // The rest is of processes that are started for it.
  if (place) return results;
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
  if (parts.has("cloud")) {
    tell("cloud");
    results.cloud = await measureCloud(quick ? 100 : 1_000);
  }
  if (parts.has("cost")) {
    tell("cost");
    results.cost = await measureCost();
  }
  return results;
}

/** Progress: not part of the results. */
function tell(part: string): void {
  console.error(`measuring ${part} ...`);
}
