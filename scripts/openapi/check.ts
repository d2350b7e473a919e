import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { runProgram } from "../../local/terminal/program.ts";
import { installAside, succeeds } from "../packagesAside.ts";

// Lints docs/openapi.json with Redocly's recommended rules, and compares the types of a client, which
// openapi-typescript makes of it, with those in test/openapi/paths.d.ts. `-- --overwrite` writes them instead. Where the
// packages can't be fetched it says so, and is left out.

const ROOT = resolve(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".local/openapi");
const DOCUMENT = "docs/openapi.json";
const TYPES = "test/openapi/paths.d.ts";

const program = (path: string) => join(FOLDER, "node_modules", path);

function lints(): boolean {
  const args = ["lint", DOCUMENT, "--config", "scripts/openapi/redocly.yaml"];
  return succeeds(process.execPath, [program("@redocly/cli/bin/cli.js"), ...args], ROOT);
}

/** The types of a client; undefined where the generator failed. */
function generated(document: string): string | undefined {
  const [from, to] = [join(FOLDER, "plain.json"), join(FOLDER, "paths.d.ts")];
  // Each example would come once more, as a comment.
  const plain = JSON.parse(document, (name, value) => {
    const isExample = name === "example" || name === "examples";
    return isExample ? undefined : value;
  });
  writeFileSync(from, JSON.stringify(plain));
  const args = [program("openapi-typescript/bin/cli.js"), from, "--output", to];
  return succeeds(process.execPath, args, ROOT) ? readFileSync(to, "utf8") : undefined;
}

function typesAreCurrent(overwrite: boolean): boolean {
  const types = generated(readFileSync(join(ROOT, DOCUMENT), "utf8"));
  if (types === undefined) return false;
  if (overwrite) writeFileSync(join(ROOT, TYPES), types);
  const isCurrent = types === readFileSync(join(ROOT, TYPES), "utf8");
  if (!isCurrent)
    console.error(`${TYPES} is not what ${DOCUMENT} makes: npm run openapi:check -- --overwrite`);
  return isCurrent;
}

await runProgram(
  {
    name: "npm run openapi:check",
    about:
      "Lints docs/openapi.json by Redocly's recommended rules, and compares the types that openapi-typescript makes of it with those in test/openapi/paths.d.ts. Both are fetched into .local/openapi; where they can't be, it is left out.",
    options: {
      overwrite: { type: "boolean", default: false, means: "write the types instead of comparing them" },
    },
  },
  async ({ overwrite }) => {
    if (!installAside({ manifest: import.meta.dirname, folder: FOLDER, options: ["--ignore-scripts"] })) {
      console.log(
        "left out: @redocly/cli and openapi-typescript are not installed, and could not be fetched",
      );
      return 0;
    }
    // Both, also where the first one fails.
    return [lints(), typesAreCurrent(overwrite)].every(Boolean) ? 0 : 1;
  },
);
