import type { Phone } from "../../acts/phone.ts";
import type { Opened, RecoverRequest, ShownRequest } from "../../acts/recovery/recovery.ts";
import { type CommandLine, operandsOf, UsageError } from "../commandLine.ts";
import { writePrivate } from "../files.ts";
import type { Outcome } from "../outcome.ts";
import { formatPreview, formatRecovery, formatWaiting } from "../print/recovery.ts";

export async function preview(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.preview(wantedOf(phone, line));
  return result.ok ? formatPreview(result.body) : result;
}

export async function recover(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.recover(wantedOf(phone, line));
  if (!result.ok) return result;
  return result.contents ? tellOpened(phone, line, result) : formatWaiting(result.body);
}

export async function open(phone: Phone, line: CommandLine): Promise<Outcome> {
  const result = await phone.open(recoveryIdOf(phone, line), shownOf(phone, line));
  return result.ok ? tellOpened(phone, line, result) : result;
}

export async function cancel(phone: Phone, line: CommandLine): Promise<Outcome> {
  const recoveryId = recoveryIdOf(phone, line);
  const result = await phone.cancel(recoveryId);
  return result.ok ? `The recovery ${recoveryId} is cancelled.` : result;
}

export async function approve(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [recoveryId] = operandsOf(line, ["RECOVERY-ID"]);
  const result = await phone.approve(recoveryId);
  return result.ok ? `The recovery ${recoveryId} waits no longer: its phone can open it.` : result;
}

export async function deny(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [recoveryId] = operandsOf(line, ["RECOVERY-ID"]);
  const result = await phone.deny(recoveryId);
  if (!result.ok) return result;
  return [
    `The recovery ${recoveryId} is denied, and its phone has no access any more.`,
    "The backup is frozen. When all is well: lift-freeze.",
  ].join("\n");
}

export async function liftFreeze(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.liftFreeze();
  return result.ok ? "The backup is not frozen." : result;
}

export async function setRecoveryKey(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.setRecoveryKey();
  if (!result.ok) return result;
  return [
    result.recoveryKey,
    "Write it down, and keep it where you keep papers: it is shown this once. With it you recover without your iCloud",
    "account. An earlier recovery key opens nothing any more.",
  ].join("\n");
}

export async function removeRecoveryKey(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.removeRecoveryKey();
  return result.ok ? "There is no recovery key." : result;
}

function shownOf(phone: Phone, { recoveryKey }: CommandLine): ShownRequest {
  return {
    onPhone: phone.state().accounts.map(({ ref }) => ref),
    ...(recoveryKey !== undefined && { recoveryKey }),
  };
}

function wantedOf(phone: Phone, line: CommandLine): RecoverRequest {
  const { version } = line;
  return { ...shownOf(phone, line), ...(version !== undefined && { version }) };
}

/** The recovery that is named, or the one that waits on this phone. @throws {UsageError} there is neither */
function recoveryIdOf(phone: Phone, line: CommandLine): string {
  if (line.operands.length > 0) return operandsOf(line, ["RECOVERY-ID"])[0];
  const kept = phone.state().recovery;
  if (!kept)
    throw new UsageError(`no recovery waits on this phone: ${line.command} takes RECOVERY-ID after it`);
  return kept.recoveryId;
}

async function tellOpened(phone: Phone, { out }: CommandLine, { body, contents }: Opened): Promise<string> {
  if (out !== undefined) await writePrivate(out, contents);
  return [
    `Recovered version ${body.version}: ${contents.accounts.length} accounts.`,
    formatRecovery(contents, body, phone.state().owner?.referenceSalt ?? ""),
    ...(out === undefined ? [] : [`Written to ${out}.`]),
  ].join("\n");
}
