import { machine } from "../protocol/system.ts";
import { run } from "./run.ts";

process.exitCode = await run(process.argv.slice(2), {
  directory: ".local",
  system: machine,
  fetch: globalThis.fetch,
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
});
