import { createInterface } from "node:readline/promises";
import { machine } from "../protocol/system.ts";
import { run } from "./run.ts";

// Between two steps of this process, so that no file is left half written.
for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(status));
}

/** Only where somebody can read the question and type: a pipe would end in the middle. */
const ask = async (question: string) => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answered = await terminal.question(question).finally(() => terminal.close());
  return answered;
};

process.exitCode = await run(process.argv.slice(2), {
  directory: ".local",
  system: machine,
  fetch: globalThis.fetch,
  columns: process.stdout.columns,
  ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
});
