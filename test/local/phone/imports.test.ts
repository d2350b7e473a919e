import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const PHONE = fileURLToPath(new URL("../../../local/phone", import.meta.url));
const FILES = readdirSync(PHONE, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);

/** Every module that a source names: of types, of values, for its effects, or while running. */
function importsOf(source: string): string[] {
  const named = source.matchAll(/\b(?:from|import)\s*\(?\s*(["'])(.+?)\1/g);
  const computed = source.matchAll(/\b(?:require\s*\(|import\s*\(\s*(?!["'\s]))/g);
  return [...named].map(([, , specifier = ""]) => specifier).concat([...computed].map(([call]) => call));
}

function isAllowed(file: string, specifier: string): boolean {
  if (specifier.startsWith(".")) return resolve(PHONE, dirname(file), specifier).startsWith(PHONE + sep);
  return specifier === "jose" || specifier === "zod" || specifier.startsWith("node:");
}

/** The floors of the phone, the lowest first: docs/protocol.md's chapters, other apps' exports, what the app does, the command line. */
const FLOORS = ["protocol", "import", "acts", "cli"];

/** Whether a file of the phone imports nothing that stands above it. */
function goesDown(file: string, specifier: string): boolean {
  if (!specifier.startsWith(".")) return true;
  const floorOf = (path: string) => FLOORS.indexOf(path.split(sep)[0] ?? "");
  return floorOf(relative(PHONE, resolve(PHONE, dirname(file), specifier))) <= floorOf(file);
}

describe("the phone is written from docs/protocol.md alone", () => {
  it.each(FILES)("%s imports nothing that stands above it", (file) => {
    const imports = importsOf(readFileSync(resolve(PHONE, file), "utf8"));
    expect(imports.filter((specifier) => !goesDown(file, specifier))).toEqual([]);
  });

  it("would find a chapter of the protocol that imports what the app does", () => {
    expect(goesDown("protocol/proof.ts", "../acts/session.ts")).toBe(false);
    expect(goesDown("acts/session.ts", "../cli/files.ts")).toBe(false);
    expect(goesDown("cli/run.ts", "../acts/phone.ts")).toBe(true);
  });

  it.each(FILES)("%s imports jose, zod, node: and the phone's own files", (file) => {
    const imports = importsOf(readFileSync(resolve(PHONE, file), "utf8"));
    expect(imports.filter((specifier) => !isAllowed(file, specifier))).toEqual([]);
  });

  it.each([
    'import { system } from "../../../shared/system.ts";',
    'import type {\n  System,\n} from "../../../shared/system.ts";',
    'export * from "../host/main.ts";',
    'import "../../../functions/main.ts";',
    'await import("lru-cache");',
    "await import(name);",
    'createRequire(import.meta.url); require("lru-cache");',
  ])("would find %j", (source) => {
    expect(importsOf(source).some((specifier) => !isAllowed("phone.ts", specifier))).toBe(true);
  });
});
