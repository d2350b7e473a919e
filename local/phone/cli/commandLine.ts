import { parseArgs } from "node:util";
import { conflictSchema, type PolicyChanges } from "../acts/policy.ts";
import { type Platform, platformSchema } from "../protocol/contentKey.ts";
import { nearest } from "./nearest.ts";
import { OPTIONS } from "./options.ts";

/** The command line is wrong: `message` says how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface CommandLine {
  readonly command: string;
  /** What follows the command: FILE, DEVICE-ID, or METHOD and PATH. */
  readonly operands: readonly string[];
  readonly phone: string;
  readonly owner: string | undefined;
  readonly platform: Platform | undefined;
  readonly icloud: string | undefined;
  readonly appVersion: string;
  readonly origin: string;
  /** Where the development issuer is: beside the service unless named. */
  readonly issuer: string;
  readonly out: string | undefined;
  /** A version of the history. */
  readonly version: number | undefined;
  readonly replaces: number | undefined;
  /** As the owner typed it. */
  readonly recoveryKey: string | undefined;
  readonly withoutIcloud: boolean;
  /** The destructive act that the owner confirms, spelt out. */
  readonly confirm: string | undefined;
  readonly verify: boolean;
  readonly policy: PolicyChanges;
  /** Accept-Language. */
  readonly language: string | undefined;
  readonly andPhones: boolean;
  /** Of a contact, or of an account's provider. */
  readonly code: string | undefined;
  /** Which of those that are listed, or its id. */
  readonly contact: string | undefined;
  /** Who signs in to the account that is verified. */
  readonly as: string | undefined;
  readonly organization: string | undefined;
  readonly tenant: string | undefined;
  /** As the owner typed it. */
  readonly number: string | undefined;
  readonly deny: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** The names of the options that were given. */
  readonly given: readonly string[];
}

/** @throws {UsageError} */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals, given } = parse(args);
  const [command = "help", ...operands] = positionals;
  const platform = platformSchema.optional().safeParse(values.platform);
  if (!platform.success) throw new UsageError("--platform is ios or android");
  if (!URL.canParse(values.origin)) throw new UsageError("--origin is a URL, http://127.0.0.1:7071");
  const { origin, issuer = origin } = values;
  if (!URL.canParse(issuer)) throw new UsageError("--issuer is a URL, http://127.0.0.1:7072");
  return {
    command,
    operands,
    phone: checkName("--phone", values.phone),
    owner: values.owner && checkName("--owner", values.owner),
    platform: platform.data,
    icloud: values.icloud && checkName("--icloud", values.icloud),
    appVersion: values["app-version"],
    origin,
    issuer,
    out: values.out,
    version: values.version === undefined ? undefined : parseVersion("--version", values.version),
    replaces: values.replaces === undefined ? undefined : parseVersion("--replaces", values.replaces),
    recoveryKey: values["recovery-key"],
    withoutIcloud: values["without-icloud"],
    confirm: values.confirm,
    verify: values.verify,
    policy: {
      ...parsePolicy(values.conflict, values["other-platform"]),
      ...(values.waiting !== undefined && { waitingSeconds: parseDuration("--waiting", values.waiting) }),
    },
    language: values.language && checkLanguage(values.language),
    andPhones: values["and-phones"],
    code: values.code,
    contact: values.contact,
    as: values.as,
    organization: values.organization,
    tenant: values.tenant,
    number: values.number,
    deny: values.deny,
    json: values.json,
    help: values.help || command === "help",
    given,
  };
}

/** An id, 16 or 32 bytes in base64url, that begins with "-": one in 64 does. */
const DASHED_ID = /^-(?:[\w-]{21}|[\w-]{42})$/;

/** No argument of a process can hold it. */
const MARK = "\0";

/** Reads the options. An id is an operand even where it looks like an option: no option is as long as an id. */
function parse(args: readonly string[]) {
  const { values, positionals, tokens } = parseMarked(
    args.map((arg) => (DASHED_ID.test(arg) ? MARK + arg : arg)),
  );
  for (const [option, value] of Object.entries(values)) {
    if (typeof value !== "string" || !value.startsWith(MARK)) continue;
    throw new UsageError(`--${option} takes a value, and an id that begins with "-" is an operand`);
  }
  return {
    values,
    positionals: positionals.map((operand) => operand.replace(MARK, "")),
    given: tokens.flatMap((token) => (token.kind === "option" ? [token.name] : [])),
  };
}

function parseMarked(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: OPTIONS, tokens: true });
  } catch (error) {
    throw new UsageError(misuseOf(error as NodeJS.ErrnoException));
  }
}

/** What node:util says of a wrong option, without its advice on how to escape one. */
function misuseOf({ code, message }: NodeJS.ErrnoException): string {
  const option = /'--([^' =]+)/.exec(message)?.[1];
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION" || option === undefined) {
    return `${message.split(/\.\s/)[0]?.replace(/\.$/, "")}: see --help`;
  }
  const meant = nearest(option, Object.keys(OPTIONS));
  return `there is no option --${option}: ${meant ? `did you mean --${meant}?` : "see --help"}`;
}

/**
 * The operands of a command, one for each of `names`.
 * @throws {UsageError} there are more or fewer
 */
export function operandsOf<const Names extends readonly string[]>(
  { command, operands }: CommandLine,
  names: Names,
): { [Index in keyof Names]: string };
export function operandsOf({ command, operands }: CommandLine, names: readonly string[]): readonly string[] {
  if (operands.length === names.length) return operands;
  throw new UsageError(
    `${command} takes ${names.join(" and ") || "nothing"} after it: see ${command} --help`,
  );
}

/** @throws {UsageError} */
export function parseVersion(what: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`${what} is the number of a version`);
}

const SECONDS = { d: 86_400, h: 3_600, s: 1 } as const;

/** @returns seconds @throws {UsageError} */
export function parseDuration(what: string, text: string): number {
  const [, count, unit = "s"] = /^(\d{1,6})([dhs])?$/.exec(text) ?? [];
  if (count === undefined)
    throw new UsageError(`${what} is a time in days, hours or seconds: 3d, 12h or 600`);
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}

function parsePolicy(conflict: string | undefined, otherPlatform: string | undefined): PolicyChanges {
  const parsed = conflictSchema.optional().safeParse(conflict);
  if (!parsed.success) throw new UsageError("--conflict is same-account or any-account");
  if (otherPlatform !== undefined && otherPlatform !== "on" && otherPlatform !== "off") {
    throw new UsageError("--other-platform is on or off");
  }
  return {
    ...(parsed.data && { conflict: parsed.data }),
    ...(otherPlatform && { otherPlatform: otherPlatform === "on" }),
  };
}

/**
 * What can't be undone has to be confirmed.
 * @throws {UsageError} it was not
 */
export function requireConfirmed({ command, confirm }: CommandLine, wanted: string, because: string): void {
  if (confirm !== wanted) throw new UsageError(`${command} ${because}: repeat it with --confirm ${wanted}`);
}

function checkLanguage(tag: string): string {
  if (/^[A-Za-z]{2,8}(?:-[A-Za-z\d]{1,8})*$/.test(tag)) return tag;
  throw new UsageError("--language is a language tag: sv, zh-Hant");
}

/** A name becomes a file name, so it must not lead to another directory. */
function checkName(option: string, name: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return name;
  throw new UsageError(`${option} is 1 to 64 letters, digits, - or _`);
}
