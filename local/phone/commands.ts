import { parseContents } from "./accounts.ts";
import { type CommandLine, operandsOf } from "./commandLine.ts";
import { readJson, writePrivate } from "./files.ts";
import type { Phone } from "./phone.ts";
import { formatCodes, formatDevices, formatRecovery, formatStatus } from "./print.ts";
import type { Refused } from "./problem.ts";
import type { System } from "./system.ts";

/** What is to be printed, or why it didn't work. */
export type Outcome = string | Refused;

type Command = (phone: Phone, line: CommandLine) => Promise<Outcome>;

/** The commands that talk to the service, for a phone that is registered. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["turn-on", turnOn],
  ["upload", upload],
  ["status", status],
  ["recover", recover],
  ["list", list],
  ["revoke", revoke],
  ["headers", headers],
]);

/** Needs no service: the codes that the accounts of a file show now. */
export async function codes(line: CommandLine, system: System): Promise<string> {
  const [file] = operandsOf(line, ["FILE"]);
  return formatCodes(parseContents(await readJson(file)), system.now());
}

async function turnOn(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.enable();
  return result.ok ? `Backup is on (${result.body.platform}). Nothing is backed up yet.` : result;
}

async function upload(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [file] = operandsOf(line, ["FILE"]);
  const contents = parseContents(await readJson(file));
  if (!phone.state().userKey) {
    // A phone that did not turn backup on and did not recover may ask for the key; the service then keeps
    // it from overwriting what is there.
    const result = await phone.key();
    if (!result.ok) return result;
  }
  const result = await phone.upload(contents);
  if (!result.ok) return result;
  return `Version ${result.body.version}: ${result.body.accounts} accounts, ${result.body.uploadedAt}.`;
}

async function status(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.status();
  return result.ok ? formatStatus(result.body) : result;
}

async function recover(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const { out } = line;
  const result = await phone.recover();
  if (!result.ok) return result;
  const { body, contents } = result;
  if (out !== undefined) await writePrivate(out, contents);
  return [
    `Recovered version ${body.version}: ${contents.accounts.length} accounts.`,
    formatRecovery(contents, body, phone.state().owner?.referenceSalt ?? ""),
    ...(out === undefined ? [] : [`Written to ${out}.`]),
  ].join("\n");
}

async function list(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.devices();
  return result.ok ? formatDevices(result.body) : result;
}

async function revoke(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [deviceId] = operandsOf(line, ["DEVICE-ID"]);
  const result = await phone.revoke(deviceId);
  return result.ok ? `${deviceId} has no access any more.` : result;
}

/** One header to a line, as `curl -H @-` reads them. */
async function headers(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [method, path] = operandsOf(line, ["METHOD", "PATH"]);
  const made = await phone.headersOf({ method, path });
  return [...made].map(([name, value]) => `${name}: ${value}`).join("\n");
}
