import { writeFileSync } from "node:fs";
import { runProgram } from "../local/terminal/program.ts";
import { document } from "./scale/document.ts";
import { draw } from "./scale/draw.ts";

await runProgram(
  {
    name: "npm run scale",
    about:
      "Writes docs/scale.md and docs/scale.svg: what the database costs by the number of owners, from the figures in scripts/scale/model.ts.",
    options: {},
  },
  async () => {
    const docs = new URL("../docs/", import.meta.url);
    writeFileSync(new URL("scale.md", docs), document());
    writeFileSync(new URL("scale.svg", docs), draw());
  },
);
