import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { catalogue } from "../../../shared/errors/catalogue.ts";

/** Cells of a row of the table: code, status, remedy, again, members, what the app does. */
const CELLS = 6;

it("is listed in docs/protocol.md with its status, its remedies, its members and whether it is retryable", async () => {
  const document = await readFile(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
  const section = document.split("\n### Codes\n")[1]?.split("\n## ")[0] ?? "";
  const rows = Array.from(section.matchAll(/^\| (`.+) \|$/gm), ([, cells = ""]) => cells.split(" | "));
  expect(rows.filter((cells) => cells.length !== CELLS)).toEqual([]);
  const listed = rows.flatMap(([codes = "", status, remedies = "", again, members = ""]) =>
    quoted(codes).map((code) => ({
      code,
      status: Number(status),
      ...remediesIn(remedies),
      retryable: again === "yes",
      // In parentheses stands what a member holds.
      members: quoted(members.replaceAll(/\(.*?\)/g, "")),
    })),
  );
  const known = Object.entries(catalogue).map(([code, { members, ...kind }]) => ({
    code,
    ...kind,
    members: Object.keys(members.shape),
  }));
  expect(listed.toSorted(byCode)).toEqual(known.toSorted(byCode));
});

/** The remedy and, after a semicolon, what leads on where that can't be had. */
function remediesIn(cell: string): { remedy: string | undefined; otherwise?: string } {
  const [remedy, otherwise, ...others] = cell.split("; ").flatMap(quoted);
  expect(others, cell).toEqual([]);
  return { remedy, ...(otherwise !== undefined && { otherwise }) };
}

function quoted(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, text = ""]) => text);
}

function byCode(a: { code: string }, b: { code: string }): number {
  return a.code < b.code ? -1 : 1;
}
