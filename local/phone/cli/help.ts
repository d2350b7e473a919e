import { COMMANDS, type CommandEntry } from "./commands/list.ts";
import { COMMON, OWN } from "./options.ts";
import { definitions, wrap } from "./print/columns.ts";

const ABOUT = `A phone is registered by its first command. It is trusted, and may use the backup, once it has turned backup on or recovered or begun anew. Until then it sees how things stand, and recovers or starts anew.`;

const FILES = `A phone's keys, and the names of the accounts on it, are kept in .local/phones/; the secrets of iCloud accounts in .local/icloud/.`;

const EXAMPLES = [
  "turn-on",
  "upload local/phone/sample-accounts.json",
  "recover --phone second --out .local/recovered.json",
  "turn-on --phone tablet --owner bob --platform ios",
  "recovery-key --phone tablet",
  "policy --waiting 3d",
  "recover --phone third",
  "clock +3d",
  "open --phone third",
  "status --app-version 5.6.9 --language sv",
];

/** The whole command line. @param columns of the terminal */
export function helpOfAll(columns: number): string {
  const groups = Map.groupBy(COMMANDS, ({ group }) => group);
  return [
    "A phone with the authenticator app on it, as a command line.",
    "  npm run phone -- <command> [options]",
    wrap(ABOUT, columns),
    ...[...groups].map(
      ([group, commands]) =>
        `${group}\n${definitions(
          commands.map(({ name, takes, means }) => [takes ? `${name} ${takes}` : name, means]),
          columns,
        )}`,
    ),
    "  npm run phone -- <command> --help says more of one.",
    `Options of all commands\n${definitions(Object.entries(COMMON).map(rowOf), columns)}`,
    wrap(FILES, columns),
    `Examples\n${EXAMPLES.map((example) => `  npm run phone -- ${example}`).join("\n")}`,
  ].join("\n\n");
}

/** One command. @param columns of the terminal */
export function helpOf({ name, takes, means, more, options = [] }: CommandEntry, columns: number): string {
  const own = options.map((option) => rowOf([option, OWN[option]]));
  return [
    `npm run phone -- ${name}${takes ? ` ${takes}` : ""}${own.length > 0 ? " [options]" : ""}`,
    wrap(`${means.replace(/^./, (letter) => letter.toUpperCase())}.`, columns),
    ...(more ? more.split("\n\n").map((paragraph) => wrap(paragraph, columns)) : []),
    ...(own.length > 0 ? [definitions(own, columns)] : []),
    `Options of all commands\n${definitions(Object.entries(COMMON).map(rowOf), columns)}`,
  ].join("\n\n");
}

type Row = readonly [
  string,
  { readonly value?: string; readonly default?: string | boolean; readonly means: string },
];

function rowOf([name, { value, default: usual, means }]: Row): readonly [string, string] {
  const fallback = typeof usual === "string" ? ` (default: ${usual})` : "";
  return [value === undefined ? `--${name}` : `--${name} ${value}`, means + fallback];
}
