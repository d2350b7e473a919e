import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { runProgram } from "../local/terminal/program.ts";

const ROOT = resolve(import.meta.dirname, "..");
const PAGE = join(ROOT, "docs/behaviours.md");

/** Where ids stand: in comments of the code, in titles of the tests. */
const SEARCHED = ["functions", "local", "shared", "test"];

/** A line of the list: `- D2 An account that is already on the phone …`. */
const ENTRY = /^- ([A-Z]\d+) /;

/** What this script writes below an entry. */
const PROOF = /^ {2}- /;

/** One id in brackets, or several with commas between, or a range. */
const BRACKETED = /\[([A-Z]\d{1,2}(?:(?:, |–)[A-Z]\d{1,2})*)\]/g;

/** An id, or both ends of a range. */
interface Mention {
  readonly from: string;
  readonly to: string;
}

export interface Source {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

export async function readPage(): Promise<string> {
  return await readFile(PAGE, "utf8");
}

export async function readSources(): Promise<Source[]> {
  const folders = SEARCHED.map(async (folder) => {
    const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
    return entries
      .filter(({ name }) => name.endsWith(".ts"))
      .map(({ name, parentPath }) => relative(ROOT, join(parentPath, name)).replaceAll("\\", "/"));
  });
  const paths = (await Promise.all(folders)).flat().sort();
  return await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(join(ROOT, path), "utf8") })),
  );
}

/** The ids of the list, in its order. */
export function idsOf(page: string): string[] {
  return page.split("\n").flatMap((line) => ENTRY.exec(line)?.[1] ?? []);
}

/** The ids that a source names and the list doesn't have. */
export function unknownIn({ text }: Source, ids: readonly string[]): string[] {
  const named = new Set(mentionsIn(text).flatMap(({ from, to }) => [from, to]));
  return [...named].filter((id) => !ids.includes(id));
}

/** The page, with the test files beside each id whose titles carry it. */
export function withProofs(page: string, sources: readonly Source[]): string {
  const proofs = sources
    .filter(({ path }) => path.endsWith(".test.ts"))
    .map(({ path, text }) => ({ path, mentions: mentionsIn(titlesIn(text)) }));
  return page
    .split("\n")
    .filter((line) => !PROOF.test(line))
    .flatMap((line) => {
      const id = ENTRY.exec(line)?.[1];
      if (id === undefined) return [line];
      const files = proofs.filter(({ mentions }) => mentions.some((mention) => includes(mention, id)));
      return [line, `  - ${files.map(({ path }) => linkTo(path)).join(", ") || "*not yet*"}`];
    })
    .join("\n");
}

function mentionsIn(text: string): Mention[] {
  return [...text.matchAll(BRACKETED)].flatMap(([, listed = ""]) =>
    listed.split(", ").map((part) => {
      const [from = part, to = from] = part.split("–");
      return { from, to };
    }),
  );
}

/** The quoted texts of a source: titles and rows of tables that become titles. A comment proves nothing. */
function titlesIn(source: string): string {
  return source
    .split("\n")
    .filter((line) => !/^\s*(?:\/[/*]|\*)/.test(line))
    .flatMap((line) => line.match(/"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'/g) ?? [])
    .join("\n");
}

function includes({ from, to }: Mention, id: string): boolean {
  const [first, last, number] = [from, to, id].map((one) => Number(one.slice(1))) as [number, number, number];
  return id[0] === from[0] && first <= number && number <= last;
}

function linkTo(path: string): string {
  return `[${path.replace(/^test\//, "").replace(/\.test\.ts$/, "")}](../${path})`;
}

if (import.meta.main) {
  await runProgram(
    {
      name: "npm run behaviours",
      about:
        "Writes into docs/behaviours.md which tests prove what: those whose titles have its id in brackets.",
      options: {},
    },
    async () => await writeFile(PAGE, withProofs(await readPage(), await readSources())),
  );
}
