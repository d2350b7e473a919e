import { styleText } from "node:util";
import { pad, widthOf, wrap } from "../phone/cli/print/columns.ts";
import type { Check } from "./check.ts";

type Style = Parameters<typeof styleText>[0];

type Block = "say" | "table" | "request" | "check";
const APART: ReadonlySet<string> = new Set<Block>(["say", "table"]);

/** Columns of a line, and where what belongs to a request begins. */
const COLUMNS = 80;
const INDENT = 3;
const METHOD = 6;
const PATH = 22;
const MEANING = INDENT + METHOD + 1 + PATH + 2 + 3 + 2;

export type Teller = ReturnType<typeof createTeller>;

/**
 * Tells the story to a terminal.
 * @param print writes one text and the end of its line
 * @param only the number of the one act that is told in full; all where left out
 */
export function createTeller(print: (text: string) => void, colour: boolean, only?: number) {
  let acts = 0;
  let last: "act" | Block = "act";
  const style = (format: Style, text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const margin = " ".repeat(INDENT);

  const isTold = () => only === undefined || acts === only;

  /** Paragraphs and tables stand apart from what is around them; requests and checks stand together. */
  function block(kind: Block, text: string): void {
    if (!isTold()) return;
    if (APART.has(kind) || APART.has(last)) print("");
    last = kind;
    print(text);
  }

  return {
    /** A line of the opening or the end. */
    line: print,
    heading: (text: string) => print(style("bold", text)),
    /** Begins the next act. */
    act(title: string): void {
      acts += 1;
      last = "act";
      const head = `${acts}. ${title}`;
      print(isTold() ? `\n${style("bold", head)}` : style("dim", head));
    },
    /** How many have begun. */
    acts: () => acts,
    /** Whether this one is told in full. */
    isTold,
    /** A paragraph, broken into lines. */
    say: (text: string) => block("say", margin + filled(text, INDENT)),
    request(
      { method, path, status }: { readonly method: string; readonly path: string; readonly status: number },
      meaning: string,
    ): void {
      const shown = shortened(path);
      const code = style(status < 300 ? "green" : "yellow", String(status));
      const head = `${style("cyan", pad(method, METHOD))} ${pad(shown, PATH)}  ${code}`;
      const below = `\n${" ".repeat(MEANING)}`;
      const lines = meaning.split("\n").map((line) => filled(line, MEANING));
      // Beside a longer path there is no room.
      const beside = widthOf(shown) > PATH ? below : "  ";
      block("request", `${margin}${head}${beside}${lines.join(below)}`);
    },
    /** A message that has arrived: how, where, and what it says. */
    arrival(by: string, to: string, text: string): void {
      const head = `${margin}${style("magenta", pad(by, METHOD))} `;
      block("request", head + filled(`${to}: ${shortened(text)}`, INDENT + METHOD + 1));
    },
    check({ claim, passed, found }: Check): void {
      const mark = passed ? style("green", "✓") : style("red", "✗");
      const text = filled(found ? `${claim}: ${found}` : claim, INDENT + 2);
      block("check", `${margin}${mark} ${passed ? text : style("red", text)}`);
    },
    /** Each column is as wide as its widest cell; the first row is the head. */
    table(rows: readonly (readonly string[])[]): void {
      const columns = rows[0]?.map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? "")))) ?? [];
      const [head = "", ...others] = rows.map(
        (row) =>
          margin +
          row
            .map((cell, at) => pad(cell, columns[at] ?? 0))
            .join("  ")
            .trimEnd(),
      );
      block("table", [style("dim", head), ...others].join("\n"));
    },
    /** @returns the exit status: 0 if all passed. Without a check nothing is proved: 1, as for a failure */
    summary(checks: readonly Check[], milliseconds: number): 0 | 1 {
      const failed = checks.filter(({ passed }) => !passed);
      const counts = `${checks.length} checks, ${failed.length} failed`;
      const seconds = (milliseconds / 1000).toFixed(1);
      print(`\n${style(["bold", failed.length ? "red" : "green"], counts)}, in ${seconds} s`);
      for (const { claim } of failed) print(`${style("red", "✗")} ${claim}`);
      return checks.length > 0 && failed.length === 0 ? 0 : 1;
    },
  };
}

/** A text with ids and thumbprints cut short. */
function shortened(text: string): string {
  return text.replace(/[\w-]{22,}/g, (id) => `${id.slice(0, 6)}…`);
}

/** A paragraph, broken again at its blanks and line ends. The lines after the first are indented. */
function filled(text: string, indent: number): string {
  return wrap(text.replaceAll(/\s+/g, " ").trim(), COLUMNS, indent);
}
