import { writeFile } from "node:fs/promises";
import { runProgram } from "../local/terminal/program.ts";
import { openApiText } from "./openapi/document.ts";

await runProgram(
  {
    name: "npm run openapi",
    about:
      "Writes docs/openapi.json, which the service serves, from the declarations in functions/ and the texts in scripts/openapi/. A test fails where they differ.",
    options: {},
  },
  async () => await writeFile(new URL("../docs/openapi.json", import.meta.url), openApiText()),
);
