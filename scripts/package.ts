import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { runProgram } from "../local/terminal/program.ts";
import { build } from "./build.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** What one machine has in the place of Azure: the app asks for it only if its settings do, and there they may not. */
const OF_ONE_MACHINE = /^embedded\.js/;

/**
 * Makes the folder that is published, in `outdir`, which is emptied first: the bundle, `host.json`, and a `package.json`
 * without dependencies, so that nobody on the way installs or builds anything.
 * @returns the files, relative to `outdir`
 */
export async function makePackage({ outdir }: { readonly outdir: string }): Promise<string[]> {
  await rm(outdir, { recursive: true, force: true });
  const dist = join(outdir, "dist");
  await mkdir(dist, { recursive: true });
  const bundle: string[] = [];
  for (const { name } of await build({ outdir: dist })) {
    if (OF_ONE_MACHINE.test(name)) await rm(join(dist, name));
    else bundle.push(`dist/${name}`);
  }
  await copyFile(join(ROOT, "host.json"), join(outdir, "host.json"));
  const { name, version, type, main } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const manifest = { name, version, private: true, type, main };
  await writeFile(join(outdir, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return [...bundle, "host.json", "package.json"].sort();
}

if (import.meta.main) {
  await runProgram(
    {
      name: "npm run package",
      about: "Makes .local/package, exactly what is published, and lists its files.",
      options: {},
    },
    async () => {
      const folder = ".local/package";
      for (const file of await makePackage({ outdir: join(ROOT, folder) })) console.log(`${folder}/${file}`);
    },
  );
}
