import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const DOCUMENTS = globSync(["*.md", "docs/**/*.md", "test/**/*.md"], { cwd: ROOT }).sort();

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** The part of a heading's address behind `#`, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .replace(/`/g, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

function anchorsOf(file: string): Set<string> {
  return new Set([...read(file).matchAll(/^#+ +(.+)$/gm)].map(([, heading = ""]) => anchorOf(heading)));
}

/** Where a document's links into this repository lead, and are lost. */
function lostLinks(file: string, text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? file : normalize(join(dirname(file), path));
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor);
  });
}

/** Paths of this repository in code spans: a folder of its top level, then more; no placeholder, no pattern. */
function lostPaths(text: string): string[] {
  const spans = [
    ...text.matchAll(/`((?:\.ci|\.github|functions|shared|local|test|bench|scripts|docs)\/[\w./-]+)`/g),
  ];
  return spans.map(([, path = ""]) => path).filter((path) => !existsSync(join(ROOT, path)));
}

describe("a reader of the documents", () => {
  it.each(DOCUMENTS)("finds what every link and path leads to: %s", (file) => {
    expect(lostLinks(file, read(file))).toEqual([]);
    expect(lostPaths(read(file))).toEqual([]);
  });

  it("sees the same picture of the whole in README.md and docs/architecture.md", () => {
    const [readme, architecture] = ["README.md", "docs/architecture.md"].map(
      (file) => /```mermaid\n(.+?)```/s.exec(read(file))?.[1],
    );
    expect(readme).toContain("flowchart");
    expect(readme).toBe(architecture);
  });

  it("would be told of a link, an anchor and a path that lead nowhere", () => {
    expect(lostLinks("README.md", "[a](docs/nowhere.md) [b](CONTRIBUTING.md#nowhere) [c](docs)")).toEqual([
      "docs/nowhere.md",
      "CONTRIBUTING.md#nowhere",
    ]);
    expect(lostPaths("`shared/nowhere.ts` and `shared/words.ts`")).toEqual(["shared/nowhere.ts"]);
  });
});
