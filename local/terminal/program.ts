import { type ParseArgsConfig, type ParseArgsOptionDescriptor, parseArgs } from "node:util";
import { ConfigError } from "../../shared/config/read.ts";
import { Unusable } from "../embedded/unusable.ts";
import { nearest } from "../phone/cli/nearest.ts";
import { columnsFor, definitions, wrap } from "../phone/cli/print/columns.ts";

/** Something that whoever started the program can put right: `message` says in one line what is wrong and what to do. */
export class Stopped extends Error {
  override readonly name: string = "Stopped";
}

interface ProgramOption extends ParseArgsOptionDescriptor {
  /** What stands for its value in the help: `PORT`. */
  readonly value?: string;
  readonly means: string;
}

type ProgramOptions = Readonly<Record<string, ProgramOption>>;

export interface Program<Options extends ProgramOptions> {
  /** How it is started: `npm start`. */
  readonly name: string;
  /** What it does, in paragraphs. */
  readonly about: string;
  readonly options: Options;
  /** Whether what else stands on the command line belongs to a program that this one starts. */
  readonly passesOn?: boolean;
}

type Values<Options extends ProgramOptions> = ReturnType<
  typeof parseArgs<{ options: Options & ParseArgsConfig["options"] }>
>["values"];

/**
 * Reads the command line and runs the program; `--help` starts nothing. What can be put right ends it with one line on
 * the standard error and status 1; anything else is a fault of ours, and keeps its stack.
 * @param main the arguments as they were given come last @returns the exit status, if not 0
 */
export async function runProgram<const Options extends ProgramOptions>(
  program: Program<Options>,
  // biome-ignore lint/suspicious/noConfusingVoidType: most programs have nothing to say of how they ended
  main: (values: Values<Options>, args: readonly string[]) => Promise<number | void>,
): Promise<void> {
  const args = process.argv.slice(2);
  try {
    if (args.includes("--help")) return console.log(helpOf(program, columnsFor(process.stdout.columns)));
    process.exitCode = (await main(parse(program, args), args)) ?? process.exitCode;
  } catch (error) {
    const told = toldOf(error);
    if (told === undefined) throw error;
    console.error(told);
    process.exitCode = 1;
  }
}

function parse<Options extends ProgramOptions>(program: Program<Options>, args: readonly string[]) {
  const { options, passesOn = false } = program;
  try {
    const known = options as Options & ParseArgsConfig["options"];
    return parseArgs({ args: [...args], options: known, strict: !passesOn, allowPositionals: passesOn })
      .values as Values<Options>;
  } catch (error) {
    throw new Stopped(`${misuseOf(error, args, Object.keys(options))} ${program.name} -- --help says more.`);
  }
}

/** What is wrong with a command line that could not be read, in the place of what node:util says. */
export function misuseOf(error: unknown, args: readonly string[], options: readonly string[]): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `${message?.split(/\.\s/)[0]?.replace(/\.$/, "")}.`;
  const quoted = /'(-[^']*)'/.exec(message)?.[1] ?? "";
  const given = args.find((arg) => arg === quoted || arg.startsWith(`${quoted}=`)) ?? quoted;
  const name = given.split("=", 1)[0] ?? given;
  const meant = nearest(name.replace(/^-+/, ""), options);
  return `There is no option ${name}${meant ? `: did you mean --${meant}?` : "."}`;
}

/** The help of a program: what it does, and its options as they are read. */
export function helpOf({ name, about, options, passesOn }: Program<ProgramOptions>, columns: number): string {
  const rows = Object.entries(options).map(([option, { value, default: fallback, multiple, means }]) => {
    const term = value === undefined ? `--${option}` : `--${option} ${value}`;
    const usual = fallback === undefined || fallback === false ? "" : ` (default: ${fallback})`;
    const often = multiple ? " May be given several times." : "";
    return [term, `${means}${usual}${usual && often ? "." : ""}${often}`] as const;
  });
  const usage = `${name}${passesOn ? " -- …" : rows.length > 0 ? " -- [options]" : ""}`;
  const paragraphs = about.split("\n\n").map((each) => wrap(each.replaceAll("\n", " "), columns));
  return [usage, ...paragraphs, ...(rows.length > 0 ? [definitions(rows, columns)] : [])].join("\n\n");
}

/** What the system says of files and ports, in words. */
const SYSTEM: Readonly<Record<string, string>> = {
  EACCES: "may not be read or written by this user",
  EPERM: "may not be read or written by this user",
  EROFS: "is on a disk that can't be written to",
  ENOSPC: "can't be written: the disk is full",
  EDQUOT: "can't be written: the quota is used up",
  ENOTDIR: "leads through a file that would have to be a folder",
  EEXIST: "is a file, and would have to be a folder",
  EISDIR: "is a folder, and would have to be a file",
  ENOENT: "is not there",
  ELOOP: "is a link that leads nowhere",
  ENAMETOOLONG: "is too long a name",
  EMFILE: "can't be opened: this process has too many files open",
};

/** What to tell of an error that its reader can put right; undefined where it is none. */
export function toldOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ([Stopped, Unusable, ConfigError].some((kind) => error instanceof kind)) return error.message;
  const { code = "", path, syscall, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (syscall === "listen" && port !== undefined) return portTold(code, port);
  const what = SYSTEM[code];
  return what === undefined || path === undefined ? undefined : `${path} ${what}.`;
}

/** Ports below belong to administrators on many systems. */
const PRIVILEGED = 1024;

function portTold(code: string, port: number): string | undefined {
  if (code === "EADDRINUSE")
    return `Port ${port} is in use: is it running already? Take another one with --port.`;
  if (code !== "EACCES") return undefined;
  return port < PRIVILEGED
    ? `Port ${port} is kept for administrators, as all below ${PRIVILEGED} are: take another one with --port.`
    : `Port ${port} is kept by the system for itself: take another one with --port.`;
}

/** @throws {Stopped} it is none @param least 0 where the system may choose one */
export function readPort(text: string, least: 0 | 1 = 1): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= least && port <= 65_535) return port;
  throw new Stopped(`--port is a whole number from ${least} to 65535, and not ${JSON.stringify(text)}.`);
}

/** @throws {Stopped} it is none from `least` up */
export function readWhole(option: string, text: string, least = 1): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least) return number;
  throw new Stopped(`${option} is a whole number from ${least} up, and not ${JSON.stringify(text)}.`);
}
