import { rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { type BuildOptions, build as bundle } from "esbuild";
import { runProgram } from "../local/terminal/program.ts";

interface BuiltFile {
  /** Relative to the folder that was built into. */
  readonly name: string;
  readonly bytes: number;
}

const ROOT = resolve(import.meta.dirname, "..");

/** What a bundle needs that the Functions worker loads. */
export const forFunctions = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  // Not a package: for `require`, the Functions worker itself answers.
  external: ["@azure/functions-core"],
  // @azure/functions is CommonJS, and an ES module has no `require`.
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module";\nconst require = makeRequire(import.meta.url);',
  },
} as const satisfies BuildOptions;

/**
 * Bundles what Azure Functions loads into `outdir`, which is emptied first: `main.js`, the entry point that
 * package.json names; `embedded.js`, the drivers of a single machine, which `main.js` imports only if the
 * configuration asks for them, and which is not deployed; and the chunks that both use, so that a class is the
 * same in both.
 */
export async function build({ outdir }: { readonly outdir: string }): Promise<BuiltFile[]> {
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await bundle({
    absWorkingDir: ROOT,
    entryPoints: { main: "functions/main.ts", embedded: "local/embedded/drivers.ts" },
    outdir: resolve(outdir),
    ...forFunctions,
    splitting: true,
    // Not minified: of a failure the log keeps only stack frames, which can be read as they are this way, and
    // minified the app loads no faster (100 ms either way). The maps lead from there to the source; Node reads
    // them only under --enable-source-maps.
    minify: false,
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
  });
  return Object.entries(metafile.outputs)
    .map(([path, { bytes }]) => ({ name: relative(outdir, join(ROOT, path)), bytes }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

if (import.meta.main) {
  await runProgram(
    {
      name: "npm run build",
      about:
        "Bundles what Azure Functions loads into dist/, which is emptied first, and says how large each file is.",
      options: {},
    },
    async () => {
      for (const { name, bytes } of await build({ outdir: join(ROOT, "dist") })) {
        console.log(`dist/${name}`.padEnd(28), `${(bytes / 1000).toFixed(1)} kB`.padStart(10));
      }
    },
  );
}
