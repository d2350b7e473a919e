import { styleText } from "node:util";
import { type Check, failedOf } from "./check.ts";
import { align, pad, wrap } from "./layout.ts";
import type { Exchange } from "./wire.ts";

type Style = Parameters<typeof styleText>[0];

type Block = "say" | "table" | "request" | "check";
const APART: ReadonlySet<string> = new Set<Block>(["say", "table"]);

const INDENT = 3;
const METHOD = 6;
const PATH = 30;
/** Where the meaning of a request begins. */
const MEANING = INDENT + METHOD + 1 + PATH + 2 + 3 + 2;

export interface Teller {
  /** A line of the opening or the end. */
  line(text: string): void;
  heading(text: string): void;
  /** Begins the next act. */
  act(title: string): void;
  /** A paragraph, broken into lines. */
  say(text: string): void;
  request(exchange: Exchange, meaning: string): void;
  check(check: Check): void;
  /** The first row is the head. */
  table(rows: readonly (readonly string[])[]): void;
  summary(made: readonly Check[], milliseconds: number): void;
}

/** Tells the story to a terminal. @param print writes one text and the end of its line */
export function createTeller(print: (text: string) => void, colour: boolean): Teller {
  let acts = 0;
  let last: "act" | Block = "act";
  const style = (format: Style, text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const margin = " ".repeat(INDENT);

  /** Paragraphs and tables stand apart from what is around them; requests and checks stand together. */
  function block(kind: Block, text: string): void {
    if (APART.has(kind) || APART.has(last)) print("");
    last = kind;
    print(text);
  }

  return {
    line: (text) => print(text),
    heading: (text) => print(style("bold", text)),
    act(title) {
      acts += 1;
      last = "act";
      print(`\n${style("bold", `${acts}. ${title}`)}`);
    },
    say: (text) => block("say", margin + wrap(text, INDENT)),
    request({ method, path, status }, meaning) {
      const shown = path.replace(/[\w-]{22,}/g, (id) => `${id.slice(0, 6)}…`);
      const code = style(status < 300 ? "green" : "yellow", String(status));
      const head = `${style("cyan", pad(method, METHOD))} ${pad(shown, PATH)}  ${code}`;
      const lines = meaning.split("\n").map((line) => wrap(line, MEANING));
      block("request", `${margin}${head}  ${lines.join(`\n${" ".repeat(MEANING)}`)}`);
    },
    check({ claim, passed, found }) {
      const mark = passed ? style("green", "✓") : style("red", "✗");
      const text = wrap(found ? `${claim}: ${found}` : claim, INDENT + 2);
      block("check", `${margin}${mark} ${passed ? text : style("red", text)}`);
    },
    table([head = [], ...rows]) {
      const [first = "", ...others] = align([head, ...rows]).map((line) => margin + line);
      block("table", [style("dim", first), ...others].join("\n"));
    },
    summary(made, milliseconds) {
      const failed = failedOf(made);
      const counts = `${made.length} checks, ${failed.length} failed`;
      const seconds = (milliseconds / 1000).toFixed(1);
      print(`\n${style(["bold", failed.length ? "red" : "green"], counts)}, in ${seconds} s`);
      for (const { claim } of failed) print(`${style("red", "✗")} ${claim}`);
    },
  };
}
