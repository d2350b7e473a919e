import type { Phone } from "../../acts/phone.ts";
import type { Recovery } from "../../acts/recovery/answers.ts";
import type { Begun, Opened, RecoverRequest, ShownRequest } from "../../acts/recovery/recovery.ts";
import { type CommandLine, operandsOf, requireConfirmed, UsageError } from "../commandLine.ts";
import { writePrivate } from "../files.ts";
import { type Outcome, type Told, told } from "../outcome.ts";
import { formatPreview, formatRecovery, formatWaiting } from "../print/recovery.ts";
import { formatFreeze } from "../print/status.ts";

export async function preview(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const { onPhone: _, ...wanted } = await wantedOf(phone, line);
  const result = await phone.preview(wanted);
  return result.ok ? told(formatPreview(result.body), result.body) : result;
}

export async function recover(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.recover(await wantedOf(phone, line));
  if (!result.ok) return result;
  const { body } = result;
  return body.state === "waiting" ? told(formatWaiting(body), body) : tellOpened(phone, line, result);
}

/** A new backup from this phone, in place of one that can't be opened or is not wanted. */
export async function startAnew(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  requireConfirmed(
    line,
    "start-anew",
    "begins a backup without what is there, which stays in the history for 30 days",
  );
  const result = await phone.recover({ purpose: "start-anew" });
  if (!result.ok) return result;
  const { body } = result;
  return body.state === "waiting" ? told(formatWaiting(body), body) : told(BEGUN, withoutSecrets(body));
}

const BEGUN =
  "This phone has a new key, and backs up from now on: upload. What was there stays in the history for 30 days.";

export async function open(phone: Phone, line: CommandLine): Promise<Outcome> {
  const result = await phone.open(recoveryIdOf(phone, line), shownOf(phone, line));
  return result.ok ? tellOpened(phone, line, result) : result;
}

export async function cancel(phone: Phone, line: CommandLine): Promise<Outcome> {
  const recoveryId = recoveryIdOf(phone, line);
  const result = await phone.cancel(recoveryId);
  return result.ok ? told(`The recovery ${recoveryId} is cancelled.`, { recoveryId }) : result;
}

export async function approve(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [recoveryId] = operandsOf(line, ["RECOVERY-ID"]);
  const result = await phone.approve(recoveryId);
  if (!result.ok) return result;
  return told(`The recovery ${recoveryId} waits no longer: its phone can open it.`, { recoveryId });
}

export async function deny(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [recoveryId] = operandsOf(line, ["RECOVERY-ID"]);
  const result = await phone.deny(recoveryId);
  if (!result.ok) return result;
  const denied = `The recovery ${recoveryId} is denied, and its phone has no access any more.`;
  const known = await phone.status();
  const freeze = known.ok ? formatFreeze(known.body) : [];
  return told([denied, ...freeze].join("\n"), { recoveryId, ...(known.ok && { status: known.body }) });
}

export async function liftFreeze(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.liftFreeze();
  return result.ok ? told("The backup is not frozen.", {}) : result;
}

export async function setRecoveryKey(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.setRecoveryKey();
  if (!result.ok) return result;
  const { recoveryKey } = result;
  const text = [
    recoveryKey,
    "Write it down, and keep it where you keep papers: it is shown this once. With it you recover without your iCloud",
    "account. An earlier recovery key opens nothing any more.",
  ];
  return told(text.join("\n"), { recoveryKey });
}

export async function removeRecoveryKey(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.removeRecoveryKey();
  return result.ok ? told("There is no recovery key.", {}) : result;
}

function shownOf(phone: Phone, { recoveryKey, withoutIcloud }: CommandLine): ShownRequest {
  return {
    onPhone: phone.state().accounts.map(({ ref }) => ref),
    unbound: withoutIcloud,
    ...(recoveryKey !== undefined && { recoveryKey }),
  };
}

async function wantedOf(phone: Phone, line: CommandLine): Promise<RecoverRequest> {
  const version = line.version ?? (line.recoveryKey === undefined ? undefined : await newestOnPaper(phone));
  return { ...shownOf(phone, line), ...(version !== undefined && { version }) };
}

/** The newest version that the recovery key opens, where it does not open the current one. */
async function newestOnPaper(phone: Phone): Promise<number | undefined> {
  const known = await phone.status();
  if (!known.ok || known.body.state !== "on") return undefined;
  const { recoveryKey, current } = known.body;
  return recoveryKey?.key === current?.key ? undefined : recoveryKey?.newest;
}

/** The recovery that is named, or the one that waits on this phone. @throws {UsageError} there is neither */
function recoveryIdOf(phone: Phone, line: CommandLine): string {
  if (line.operands.length > 0) return operandsOf(line, ["RECOVERY-ID"])[0];
  const kept = phone.state().recovery;
  if (!kept)
    throw new UsageError(`no recovery waits on this phone: ${line.command} takes RECOVERY-ID after it`);
  return kept.recoveryId;
}

async function tellOpened(
  phone: Phone,
  { out }: CommandLine,
  { body, contents }: Pick<Opened | Begun, "contents"> & { readonly body: Recovery },
): Promise<Told> {
  if (!contents) {
    const text =
      body.purpose === "start-anew" ? BEGUN : "Nothing was ever uploaded: this phone has the key now.";
    return told(text, withoutSecrets(body));
  }
  if (out !== undefined) await writePrivate(out, contents);
  const text = [
    `Recovered version ${body.version}: ${contents.accounts.length} accounts.`,
    formatRecovery(contents, body, phone.state().owner?.referenceSalt ?? ""),
    ...(out === undefined ? [] : [`Written to ${out}.`]),
  ];
  return told(text.join("\n"), { ...withoutSecrets(body), ...(out !== undefined && { out }) });
}

/** What a program may print and keep: not the keys, nor what they open. */
function withoutSecrets({
  key: _,
  content: __,
  wrappedStorageSecret: ___,
  ...rest
}: Record<string, unknown>) {
  return rest;
}
