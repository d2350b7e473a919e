import type { Phone } from "../../acts/phone.ts";
import { parseContents } from "../../protocol/accounts.ts";
import { type CommandLine, operandsOf, parseVersion, requireConfirmed } from "../commandLine.ts";
import { readJson } from "../files.ts";
import type { Outcome } from "../outcome.ts";
import { formatVersions } from "../print/print.ts";
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
  const contents = parseContents(await readJson(file));
  if (!phone.state().userKey) {
    // A phone that did not turn backup on and did not recover may ask for the key; the service then keeps
    // it from overwriting what is there.
    const result = await phone.key();
    if (!result.ok) return result;
  }
  const { replaces, withoutIcloud } = line;
  const result = await phone.upload(contents, {
    ...(replaces !== undefined && { replaces }),
    ...(withoutIcloud && { storageBound: false }),
  });
  if (!result.ok) return result;
  return `Version ${result.body.version}: ${result.body.accounts} accounts, ${result.body.uploadedAt}.`;
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
  return result.ok ? formatVersions(result.body) : result;
}

export async function restore(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [wanted] = operandsOf(line, ["N"]);
  const older = parseVersion("N", wanted);
  const result = await phone.restore(older);
  if (!result.ok) return result;
  return `Version ${result.body.version} is present now: ${result.body.accounts} accounts, those of version ${older}.`;
}
