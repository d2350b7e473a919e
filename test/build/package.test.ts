import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { expect, it } from "vitest";
import { endpoints } from "../../functions/endpoints.ts";
import { onAzure } from "../../local/cloud/functionsWorker/onAzure.ts";
import { build } from "../../scripts/build.ts";
import { temporaryFolder } from "../support/folder.ts";
import { startApp } from "./host.ts";

const ROOT = resolve(import.meta.dirname, "../..");

it("ships the bundle, host.json and package.json, and nothing else", async () => {
  const ignored = await readIgnored();
  const kept = (await readdir(ROOT)).filter((name) => !ignored.has(name) && name !== "dist");
  expect(kept.sort()).toEqual(["host.json", "package.json"]);
});

it("names what it leaves out without patterns: Core Tools know only some of those of git", async () => {
  for (const name of await readIgnored()) expect(name).toMatch(/^[A-Za-z0-9._/-]+$/);
});

it("loads on Azure from what was shipped alone, without a part of a single machine", async () => {
  const built = await temporaryFolder();
  const app = await temporaryFolder();
  await build({ outdir: join(built, "dist") });
  const ignored = await readIgnored();
  const shipped: string[] = [];
  for (const { name, parentPath } of await readdir(join(built, "dist"), {
    recursive: true,
    withFileTypes: true,
  })) {
    const path = relative(built, join(parentPath, name));
    if (!ignored.has(path)) shipped.push(path);
  }
  for (const path of shipped) {
    await mkdir(dirname(join(app, path)), { recursive: true });
    await copyFile(join(built, path), join(app, path));
  }
  for (const name of ["host.json", "package.json"]) await copyFile(join(ROOT, name), join(app, name));

  expect(shipped).not.toContain("dist/embedded.js");
  for (const path of shipped.filter((name) => name.endsWith(".js"))) {
    expect(await readFile(join(app, path), "utf8")).not.toMatch(/node:sqlite|issuer\.localhost/);
  }
  const { functions } = await startApp(app, onAzure);
  expect(functions).toHaveLength(endpoints.length + 1);
});

async function readIgnored(): Promise<Set<string>> {
  const text = await readFile(join(ROOT, ".funcignore"), "utf8");
  return new Set(text.split("\n").filter((line) => line !== ""));
}
