import { machine } from "../protocol/system.ts";
import { run } from "./run.ts";

// Between two steps of this process, so that no file is left half written.
for (const [signal, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(status));
}

process.exitCode = await run(process.argv.slice(2), {
  directory: ".local",
  system: machine,
  fetch: globalThis.fetch,
  columns: process.stdout.columns,
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
});
