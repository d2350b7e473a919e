import { parseArgs } from "node:util";
import { type Platform, platformSchema } from "./contentKey.ts";

export const HELP = `A phone with the authenticator app on it, as a command line.

  npm run phone -- <command> [options]

Commands
  turn-on            turn backup on
  upload FILE        back up the accounts and settings of a JSON file
  status             what is backed up, when and from which phone
  recover            get the backup onto this phone [--out FILE: write what came]
  list               the owner's phones
  revoke DEVICE-ID   take a phone's access away
  headers METHOD PATH
                     the headers of a request, its proof among them, for curl -H @-
  codes FILE         the codes that the accounts of a JSON file show now

Options
  --phone NAME       which phone; made when there is none of that name (default: first)
  --owner NAME       who signs in (default: the phone's owner, or alice)
  --platform NAME    ios or android (default: the phone's, or android)
  --icloud NAME      the iCloud account of an iOS phone (default: the owner's name)
  --app-version N    the app's version (default: 6.8.0)
  --origin URL       where the service is (default: http://127.0.0.1:7071)
  --out FILE         with recover: where to write the contents
  --help

A phone's keys are kept in .local/phones/, the secrets of iCloud accounts in .local/icloud/.

Examples
  npm run phone -- turn-on
  npm run phone -- upload local/phone/sample-accounts.json
  npm run phone -- recover --phone second --out /tmp/recovered.json
  npm run phone -- turn-on --phone tablet --owner bob --platform ios
  npm run phone -- status --app-version 5.6.9
`;

/** The command line was not understood: `message` says why. */
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
  readonly out: string | undefined;
  readonly help: boolean;
}

/** @throws {UsageError} */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  const [command = "help", ...operands] = positionals;
  const platform = platformSchema.optional().safeParse(values.platform);
  if (!platform.success) throw new UsageError("--platform is ios or android");
  if (!URL.canParse(values.origin)) throw new UsageError("--origin is a URL, http://127.0.0.1:7071");
  return {
    command,
    operands,
    phone: checkName("--phone", values.phone),
    owner: values.owner && checkName("--owner", values.owner),
    platform: platform.data,
    icloud: values.icloud && checkName("--icloud", values.icloud),
    appVersion: values["app-version"],
    origin: values.origin,
    out: values.out,
    help: values.help || command === "help",
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        phone: { type: "string", default: "first" },
        owner: { type: "string" },
        platform: { type: "string" },
        icloud: { type: "string" },
        "app-version": { type: "string", default: "6.8.0" },
        origin: { type: "string", default: "http://127.0.0.1:7071" },
        out: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
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
  throw new UsageError(`${command} takes ${names.join(" and ") || "nothing"} after it`);
}

/** A name becomes a file's name: nothing that leads to another directory. */
function checkName(option: string, name: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return name;
  throw new UsageError(`${option} is 1 to 64 letters, digits, - or _`);
}
