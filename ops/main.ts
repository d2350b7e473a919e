import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { system } from "../shared/system.ts";
import { run } from "./run.ts";

const ended = new AbortController();
// The second Ctrl-C ends the process as ever.
process.once("SIGINT", () => ended.abort());

process.exitCode = await run(process.argv.slice(2), {
  variables: process.env,
  system,
  openCredential: async () => {
    const { AzureCliCredential } = await import("@azure/identity");
    return new AzureCliCredential();
  },
  fetch: globalThis.fetch,
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  readFile: (path) => readFile(path, "utf8"),
  pause: (milliseconds) => pause(milliseconds, undefined, { signal: ended.signal }).catch(() => {}),
  signal: ended.signal,
  isTerminal: process.stderr.isTTY === true,
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
  writeError: (text) => process.stderr.write(text),
});
