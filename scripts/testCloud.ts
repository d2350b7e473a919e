import { resolve } from "node:path";
import { runProgram } from "../local/terminal/program.ts";
import { succeeds, VITEST } from "./packagesAside.ts";

await runProgram(
  {
    name: "npm run test:cloud",
    about:
      "Runs the behaviours again on the drivers of Azure, against the servers in local/cloud/. What follows goes to Vitest.",
    options: {},
    passesOn: true,
  },
  async (_, args) => {
    // Set here, since shells differ in how.
    Object.assign(process.env, { TEST_STORE: "cosmos", TEST_KEYS: "key-vault", TEST_NOTIFY: "azure" });
    const tests = ["test/behaviours", "test/http"];
    return succeeds(process.execPath, [VITEST, "run", ...tests, ...args], resolve(import.meta.dirname, ".."))
      ? 0
      : 1;
  },
);
