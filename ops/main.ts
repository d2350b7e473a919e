import { system } from "../shared/system.ts";
import { run } from "./run.ts";

process.exitCode = await run(process.argv.slice(2), {
  variables: process.env,
  system,
  openCredential: async () => {
    const { AzureCliCredential } = await import("@azure/identity");
    return new AzureCliCredential();
  },
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
});
