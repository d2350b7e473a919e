import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { expect, it } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { onAzure } from "../../local/cloud/functionsWorker/onAzure.ts";
import { makePackage } from "../../scripts/package.ts";
import { temporaryFolder } from "../support/folder.ts";
import { startApp } from "./host.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** What is published: the bundle with its maps and the licences of what is in it, and what the host reads first. */
const PUBLISHED =
  /^(host\.json|package\.json|dist\/(main|(azure|chunk|cosmos|openapi|keyVault|esm|open)-[A-Z0-9]{8})\.js(\.map|\.LEGAL\.txt)?)$/;

it("publishes the bundle, host.json and package.json, and nothing else", async () => {
  const outdir = await temporaryFolder();
  await writeFile(join(outdir, "local.settings.json"), "{}");
  const files = await makePackage({ outdir });
  expect(files.filter((name) => !PUBLISHED.test(name))).toEqual([]);
  for (const name of ["host.json", "package.json", "dist/main.js"]) expect(files).toContain(name);
  const there = await readdir(outdir, { recursive: true, withFileTypes: true });
  const paths = there.flatMap((entry) =>
    entry.isFile() ? [relative(outdir, join(entry.parentPath, entry.name))] : [],
  );
  expect(paths.sort()).toEqual(files);
});

it("leaves nothing to install or build to whoever publishes it", async () => {
  const outdir = await temporaryFolder();
  await makePackage({ outdir });
  const manifest = JSON.parse(await readFile(join(outdir, "package.json"), "utf8"));
  expect(Object.keys(manifest).sort()).toEqual(["main", "name", "private", "type", "version"]);
});

it("loads on Azure from what is published alone, without a part of a single machine", async () => {
  const app = await temporaryFolder();
  const files = await makePackage({ outdir: app });
  for (const path of files.filter((name) => name.endsWith(".js"))) {
    expect(await readFile(join(app, path), "utf8")).not.toMatch(/node:sqlite|issuer\.localhost/);
  }
  const { functions } = await startApp(app, onAzure);
  expect(functions).toHaveLength(endpoints.length + 1);
});

it("publishes no more from the checkout itself, by .funcignore", async () => {
  const ignored = await readIgnored();
  const kept = (await readdir(ROOT)).filter((name) => !ignored.has(name) && name !== "dist");
  expect(kept.sort()).toEqual(["host.json", "package.json"]);
  for (const name of ["dist/embedded.js", "dist/embedded.js.map", "dist/embedded.js.LEGAL.txt"]) {
    expect(ignored).toContain(name);
  }
});

it("names what it leaves out without patterns: Core Tools know only some of those of git", async () => {
  for (const name of await readIgnored()) expect(name).toMatch(/^[A-Za-z0-9._/-]+$/);
});

async function readIgnored(): Promise<Set<string>> {
  const text = await readFile(join(ROOT, ".funcignore"), "utf8");
  return new Set(text.split("\n").filter((line) => line !== ""));
}
