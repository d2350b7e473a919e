import type { Phone } from "../../acts/phone.ts";
import type { Refused } from "../../acts/problem.ts";
import { type CommandLine, operandsOf, parseVersion, requireConfirmed, UsageError } from "../commandLine.ts";
import { readAccountsOf } from "../files.ts";
import { type Outcome, told } from "../outcome.ts";
import { formatLeftOut, formatVersions } from "../print/print.ts";
import { formatStatus } from "../print/status.ts";
import { timeOf } from "../print/time.ts";

export async function turnOn(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.enable();
  if (!result.ok) return result.problem.code === "backup-already-on" ? alreadyOn(phone, result) : result;
  const { platform, nextVersion } = result.body;
  return told(`Backup is on (${platform}). Nothing is backed up yet. Next: upload FILE.`, {
    platform,
    nextVersion,
  });
}

/** What was asked for is there: a second try by the same phone is no failure. */
async function alreadyOn(phone: Phone, refused: Refused): Promise<Outcome> {
  const known = await phone.status();
  if (!known.ok || !known.body.trusted) return refused;
  return told(`Backup was on already.\n${formatStatus(known.body)}`, known.body);
}

export async function turnOff(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  requireConfirmed(line, "delete", "destroys every version of the backup, and its key");
  const result = await phone.disable();
  if (!result.ok) return result;
  return told("Backup is off, and what was there is destroyed. The accounts on the phones stay.", {});
}

export async function upload(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [file] = operandsOf(line, ["FILE"]);
  const { contents, leftOut } = await readAccountsOf(file);
  if (!phone.state().userKey) {
    const known = await phone.status();
    if (!known.ok) return known;
    if (known.body.state !== "on") throw new UsageError("backup is off: first turn-on");
  }
  const { replaces, withoutIcloud } = line;
  const result = await phone.upload(contents, {
    ...(replaces !== undefined && { replaces }),
    ...(withoutIcloud && { storageBound: false }),
    ...(leftOut.length > 0 && { leftOut: leftOut.length }),
  });
  if (!result.ok) return result;
  const { version, accounts, uploadedAt } = result.body;
  const text = [
    `Version ${version}: ${accounts} accounts, ${timeOf(uploadedAt)}.`,
    ...formatLeftOut(leftOut),
  ];
  return told(text.join("\n"), { ...result.body, leftOut });
}

export async function status(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.status();
  if (!result.ok) return result;
  const waiting = phone.state().accounts.filter(({ actionRequired }) => actionRequired).length;
  const lines = [
    formatStatus(result.body),
    ...(waiting > 0 ? [`Accounts with push that wait for you on this phone: ${waiting}. See accounts.`] : []),
  ];
  return told(lines.join("\n"), result.body);
}

export async function refresh(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.refresh();
  return result.ok ? told(formatStatus(result.body), result.body) : result;
}

export async function versions(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.versions();
  if (!result.ok) return result;
  const known = await phone.status();
  return known.ok ? told(formatVersions(result.body, known.body), result.body) : known;
}

export async function restore(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [wanted] = operandsOf(line, ["N"]);
  const older = parseVersion("N", wanted);
  const result = await phone.restore(older);
  if (!result.ok) return result;
  const { version, accounts } = result.body;
  return told(
    `Version ${version} is current now: ${accounts} accounts, those of version ${older}.`,
    result.body,
  );
}
