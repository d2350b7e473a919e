import * as z from "zod";
import { createPhone } from "../acts/phone.ts";
import { UnboundRefused } from "../acts/recovery/open.ts";
import { StorageSecretMissing } from "../acts/recovery/recoveryKey.ts";
import type { PhoneState } from "../acts/state.ts";
import { ContentsRefused } from "../protocol/accounts.ts";
import { ActivationRefused } from "../protocol/activation.ts";
import { EnvelopeRefused } from "../protocol/envelope.ts";
import { RecoveryKeyMistyped, StorageSecretRefused } from "../protocol/recoveryKey.ts";
import { SealedKeyRefused } from "../protocol/sealedKey.ts";
import type { System } from "../protocol/system.ts";
import { atServiceTime } from "./clock.ts";
import { type CommandLine, parseCommandLine, UsageError } from "./commandLine.ts";
import { COMMANDS, type CommandEntry, commandNamed } from "./commands/list.ts";
import { RecordBroken } from "./commands/owner.ts";
import { forgetOwner, keepStorage, openStorage, readPhone, writePhone } from "./files.ts";
import { helpOf, helpOfAll } from "./help.ts";
import { nearest } from "./nearest.ts";
import { sayPushToken } from "./notices.ts";
import { COMMON } from "./options.ts";
import type { Ask, Command, Outcome } from "./outcome.ts";
import { columnsFor } from "./print/columns.ts";
import { formatProblem } from "./print/problem.ts";
import { signIn } from "./tokens.ts";

interface Surroundings {
  /** Where `phones/` and `icloud/` are. */
  readonly directory: string;
  readonly system: System;
  readonly fetch: typeof globalThis.fetch;
  /** Columns of the terminal; undefined where it is none. */
  readonly columns?: number | undefined;
  /** Asks whoever sits at the terminal; undefined where it is none. */
  readonly ask?: Ask | undefined;
  /** Prints what was asked for. */
  readonly print: (text: string) => void;
  /** Prints what went wrong, and what is said on the way. */
  readonly printError: (text: string) => void;
}

/** Runs one command. @returns the exit status: 0, or 1 if it failed */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1> {
  // Known even where the command line is wrong: a program reads what was wrong with it.
  const asJson = args.includes("--json");
  const { print, printError } = surroundings;
  const fail = (text: string, json: unknown) => {
    if (asJson) print(JSON.stringify(json));
    else printError(text);
    return 1 as const;
  };
  try {
    const line = parseCommandLine(args);
    if (line.help) {
      print(helpFor(line, columnsFor(surroundings.columns)));
      return 0;
    }
    const { outcome, held } = await runCommand(line, surroundings);
    if ("problem" in outcome) return fail(formatProblem(outcome, held), outcome.problem);
    print(asJson ? JSON.stringify(outcome.json) : outcome.text);
    return 0;
  } catch (error) {
    const text = explain(error);
    return fail(text, { error: text });
  }
}

/** @throws {UsageError} there is no such command */
function helpFor({ command, operands: [named = command] }: CommandLine, columns: number): string {
  const name = command === "help" ? named : command;
  return name === "help" ? helpOfAll(columns) : helpOf(find(name), columns);
}

/** @throws {UsageError} */
function find(name: string): CommandEntry {
  const found = commandNamed(name);
  if (found) return found;
  const meant = nearest(
    name,
    COMMANDS.map((command) => command.name),
  );
  throw new UsageError(`there is no command ${name}: ${meant ? `did you mean ${meant}?` : "see --help"}`);
}

/** @throws {UsageError} an option that the command does nothing with */
function requireOwnOptions({ name, options = [] }: CommandEntry, given: readonly string[]): void {
  const known = [...Object.keys(COMMON), ...options];
  const foreign = given.find((option) => !known.includes(option));
  if (foreign !== undefined) throw new UsageError(`${name} takes no --${foreign}: see ${name} --help`);
}

/** What came of it, and the accounts on the phone that was asked. */
async function runCommand(
  line: CommandLine,
  surroundings: Surroundings,
): Promise<{ readonly outcome: Outcome; readonly held: PhoneState["accounts"] }> {
  const entry = find(line.command);
  requireOwnOptions(entry, line.given);
  const { act } = entry;
  if ("alone" in act) return { outcome: await act.alone(line, surroundings), held: [] };
  const { owner, platform, phone, keep } = await openPhone(line, {
    ...surroundings,
    system: await atServiceTime(line.origin, surroundings),
  });
  const outcome = await registered().finally(keep);
  if (line.command === "erase" && line.andPhones && !("problem" in outcome)) {
    await forgetOwner(surroundings.directory, owner);
  }
  return { outcome, held: phone.state().accounts };

  async function registered(): Promise<Outcome> {
    if (!phone.state().owner) {
      const result = await phone.register();
      if (!result.ok) return result;
      await sayPushToken(phone);
      surroundings.printError(`Registered this phone (${line.phone}, ${platform}) for ${owner}.`);
    }
    return await (act as { readonly phone: Command }).phone(
      phone,
      line,
      surroundings.fetch,
      line.json ? undefined : surroundings.ask,
    );
  }
}

/** The commands that begin a backup, in the iCloud account of the phone. */
const BEGINNING: ReadonlySet<string> = new Set(["turn-on", "start-anew"]);

async function openPhone(line: CommandLine, { directory, system, fetch }: Surroundings) {
  const kept = await readPhone(directory, line.phone);
  const owner = line.owner ?? kept?.owner ?? "alice";
  const platform = line.platform ?? kept?.platform ?? "android";
  if (kept && (kept.owner !== owner || kept.platform !== platform)) {
    throw new UsageError(
      `the phone ${line.phone} is ${kept.owner}'s (${kept.platform}): name another --phone`,
    );
  }
  const place = { directory, icloud: line.icloud ?? owner, owner };
  const storageSecret =
    platform === "ios" ? await openStorage(place, system, BEGINNING.has(line.command)) : undefined;
  const keep = (state: PhoneState) => writePhone(directory, line.phone, { owner, platform, phone: state });
  const phone = await createPhone({
    origin: line.origin,
    platform,
    version: line.appVersion,
    name: line.phone,
    language: line.language,
    system,
    fetch,
    storageSecret,
    state: kept?.phone,
    keep,
    token: () => signIn(line.issuer, owner, fetch),
  });
  return {
    owner,
    platform,
    phone,
    async keep(): Promise<void> {
      const now = phone.storageSecret();
      // What a recovery key brought comes first: without it, the phone's state is of no use.
      if (now && storageSecret && !Buffer.from(now).equals(storageSecret)) await keepStorage(place, now);
      await keep(phone.state());
    },
  };
}

/** Errors that the owner can put right. */
const OWNERS = [
  ActivationRefused,
  UsageError,
  ContentsRefused,
  RecordBroken,
  RecoveryKeyMistyped,
  StorageSecretMissing,
];

/** Something was changed on the way, or belongs to somebody else. */
const CHANGED = [EnvelopeRefused, SealedKeyRefused, StorageSecretRefused];

function explain(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  if (OWNERS.some((kind) => error instanceof kind)) return error.message;
  if (error instanceof UnboundRefused) return `${error.message}: repeat it with --without-icloud.`;
  if (CHANGED.some((kind) => error instanceof kind)) {
    return `This phone does not trust what came: ${error.message}.`;
  }
  if (error.name === "TimeoutError" || (error instanceof TypeError && error.message === "fetch failed")) {
    return "The service did not answer. Is it running (npm start), and at that --origin? Run the command again.";
  }
  if (error instanceof SyntaxError || error instanceof z.ZodError) {
    return "What answered is not this service, or one of a later version: is --origin right?";
  }
  const { path, code } = error as NodeJS.ErrnoException;
  if (path !== undefined && code !== undefined) return `${path} can't be used: ${code}`;
  throw error;
}
