import { setTimeout as wait } from "node:timers/promises";
import { run } from "./run.ts";

process.exitCode = await run(process.argv.slice(2), {
  fetch: globalThis.fetch,
  wait: async (milliseconds) => await wait(milliseconds),
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
});
