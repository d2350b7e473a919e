import type { Phone } from "../../acts/phone.ts";
import { type CommandLine, operandsOf, parseVersion, requireConfirmed, UsageError } from "../commandLine.ts";
import { readAccountsOf } from "../files.ts";
import type { Outcome } from "../outcome.ts";
import { formatLeftOut, formatVersions } from "../print/print.ts";
import { formatStatus } from "../print/status.ts";

export async function turnOn(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.enable();
  return result.ok ? `Backup is on (${result.body.platform}). Nothing is backed up yet.` : result;
}

export async function turnOff(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  requireConfirmed(line, "delete", "destroys every version of the backup, and its key");
  const result = await phone.disable();
  return result.ok
    ? "Backup is off, and what was there is destroyed. The accounts on the phones stay."
    : result;
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
  return [`Version ${version}: ${accounts} accounts, ${uploadedAt}.`, ...formatLeftOut(leftOut)].join("\n");
}

export async function status(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.status();
  return result.ok ? formatStatus(result.body) : result;
}

export async function refresh(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.refresh();
  return result.ok ? formatStatus(result.body) : result;
}

export async function versions(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.versions();
  if (!result.ok) return result;
  const known = await phone.status();
  return known.ok ? formatVersions(result.body, known.body) : known;
}

export async function restore(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [wanted] = operandsOf(line, ["N"]);
  const older = parseVersion("N", wanted);
  const result = await phone.restore(older);
  if (!result.ok) return result;
  return `Version ${result.body.version} is current now: ${result.body.accounts} accounts, those of version ${older}.`;
}
