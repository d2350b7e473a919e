import { createPhone } from "../acts/phone.ts";
import { UnboundRefused } from "../acts/recovery/open.ts";
import { StorageSecretMissing } from "../acts/recovery/recoveryKey.ts";
import type { PhoneState } from "../acts/state.ts";
import { ContentsRefused } from "../protocol/accounts.ts";
import { EnvelopeRefused } from "../protocol/envelope.ts";
import { RecoveryKeyMistyped, StorageSecretRefused } from "../protocol/recoveryKey.ts";
import { SealedKeyRefused } from "../protocol/sealedKey.ts";
import type { System } from "../protocol/system.ts";
import { atServiceTime, clock } from "./clock.ts";
import { type CommandLine, parseCommandLine, UsageError } from "./commandLine.ts";
import { RecordBroken } from "./commands/owner.ts";
import { codes, commands } from "./commands/phone.ts";
import { keepStorage, openStorage, readPhone, writePhone } from "./files.ts";
import { HELP } from "./help.ts";
import { notices, sayPushToken } from "./notices.ts";
import type { Command, Outcome } from "./outcome.ts";
import { formatProblem } from "./print/problem.ts";
import { signIn } from "./tokens.ts";

interface Surroundings {
  /** Where `phones/` and `icloud/` are. */
  readonly directory: string;
  readonly system: System;
  readonly fetch: typeof globalThis.fetch;
  /** Prints what was asked for. */
  readonly print: (text: string) => void;
  /** Prints what went wrong, and what is said on the way. */
  readonly printError: (text: string) => void;
}

/** Runs one command. @returns the exit status: 0, or 1 if it failed */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<0 | 1> {
  try {
    const line = parseCommandLine(args);
    const outcome = line.help ? HELP : await runCommand(line, surroundings);
    if (typeof outcome === "string") {
      surroundings.print(outcome);
      return 0;
    }
    surroundings.printError(outcome.told);
  } catch (error) {
    surroundings.printError(explain(error));
  }
  return 1;
}

/** The text to print, or what to tell of a failure. */
async function runCommand(
  line: CommandLine,
  surroundings: Surroundings,
): Promise<string | { readonly told: string }> {
  if (line.command === "codes") return codes(line, surroundings.system);
  if (line.command === "clock") return clock(line, surroundings);
  const command: Command | undefined =
    line.command === "notices"
      ? (phone, line) => notices(phone, line, surroundings.fetch)
      : commands.get(line.command);
  if (!command) throw new UsageError(`there is no command ${line.command}: see --help`);
  const { owner, platform, phone, keep } = await openPhone(line, {
    ...surroundings,
    system: await atServiceTime(line.origin, surroundings),
  });
  const tell = (outcome: Outcome) =>
    typeof outcome === "string" ? outcome : { told: formatProblem(outcome, phone.state().accounts) };
  try {
    if (!phone.state().owner) {
      const registered = await phone.register();
      if (!registered.ok) return tell(registered);
      await sayPushToken(phone);
      surroundings.printError(`Registered this phone (${line.phone}, ${platform}) for ${owner}.`);
    }
    return tell(await command(phone, line));
  } finally {
    // Kept even if the command failed: a write without an answer is sent again as it was.
    await keep();
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
const OWNERS = [UsageError, ContentsRefused, RecordBroken, RecoveryKeyMistyped, StorageSecretMissing];

/** Something was changed on the way, or belongs to somebody else. */
const CHANGED = [EnvelopeRefused, SealedKeyRefused, StorageSecretRefused];

function explain(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  if (OWNERS.some((kind) => error instanceof kind)) return error.message;
  if (error instanceof UnboundRefused) return `${error.message}: repeat it with --without-icloud.`;
  if (CHANGED.some((kind) => error instanceof kind)) {
    return `This phone does not trust what came: ${error.message}.`;
  }
  if (error instanceof TypeError && error.message === "fetch failed") {
    return "The service did not answer. Is it running (npm start), and at that --origin? Run the command again.";
  }
  throw error;
}
