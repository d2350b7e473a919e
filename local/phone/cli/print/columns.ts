/** Columns where nobody says how wide the terminal is, as in a pipe. */
const USUAL = 80;

/** Narrower, nothing is readable that is broken by us; wider, lines are too long to read. */
const LEAST = 40;
const MOST = 100;

/** Columns to write for, on a terminal of so many; undefined where it is none. */
export function columnsFor(terminal: number | undefined): number {
  return Math.min(Math.max(terminal || USUAL, LEAST), MOST);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Two columns in a terminal, by Unicode's East Asian Width (UAX #11): written so, but for the halfwidth forms. */
const WIDE =
  /(?![\uff61-\uffdc])[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u;

/** Columns that a text takes in a terminal: two for a Chinese, Japanese or Korean character, none for a mark on one. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (/^[\p{M}\p{Cf}]+$/u.test(segment)) continue;
    columns += WIDE.test(segment) ? 2 : 1;
  }
  return columns;
}

export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - widthOf(text)));
}

/** Breaks a text at its blanks, each line end of its own kept. The lines after the first are indented by `indent`. */
export function wrap(text: string, columns: number, indent = 0): string {
  const lines = text.split("\n").flatMap((line) => broken(line, columns - indent));
  return lines.join(`\n${" ".repeat(indent)}`);
}

function broken(text: string, columns: number): string[] {
  const lines = [""];
  for (const word of text.trim().split(/\s+/)) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (widthOf(line) + 1 + widthOf(word) > columns) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** The columns of the terms: longer ones stand on a line of their own. */
const MOST_OF_A_TERM = 22;

/** Terms and what they mean, side by side: options, commands. */
export function definitions(rows: readonly (readonly [string, string])[], columns: number): string {
  const term = Math.min(MOST_OF_A_TERM, Math.max(0, ...rows.map(([each]) => widthOf(each))));
  const indent = term + 4;
  return rows
    .map(([each, meaning]) => {
      const text = wrap(meaning, columns, indent);
      return widthOf(each) > term
        ? `  ${each}\n${" ".repeat(indent)}${text}`
        : `  ${pad(each, term)}  ${text}`;
    })
    .join("\n");
}
