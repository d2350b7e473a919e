import type { Phone } from "../../acts/phone.ts";
import type { System } from "../../protocol/system.ts";
import { type CommandLine, operandsOf } from "../commandLine.ts";
import { readAccountsOf } from "../files.ts";
import { type Outcome, type Told, told } from "../outcome.ts";
import { codesOf, formatCodes, formatDevices, formatLeftOut } from "../print/print.ts";
/** The codes that the accounts of a file show now; needs no service. */
export async function codes(line: CommandLine, { system }: { readonly system: System }): Promise<Told> {
  const [file] = operandsOf(line, ["FILE"]);
  const { contents, leftOut } = await readAccountsOf(file);
  const rows = codesOf(contents, system.now());
  return told([formatCodes(rows), ...formatLeftOut(leftOut)].join("\n"), { codes: rows, leftOut });
}

/** A phone registers by itself before its first command; this is for one that was removed since. */
export async function register(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.register();
  if (!result.ok) return result;
  const { referenceSalt: _, ...device } = result.body;
  return told(
    `This phone is registered, and ${device.trusted ? "trusted" : "not trusted: see status"}.`,
    device,
  );
}

export async function list(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.devices();
  return result.ok ? told(formatDevices(result.body), result.body) : result;
}

export async function revoke(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [deviceId] = operandsOf(line, ["DEVICE-ID"]);
  const result = await phone.revoke(deviceId);
  return result.ok ? told(`${deviceId} has no access any more.`, { deviceId }) : result;
}

/** One header to a line, as `curl -H @-` reads them. */
export async function headers(phone: Phone, line: CommandLine): Promise<Outcome> {
  const [method, path] = operandsOf(line, ["METHOD", "PATH"]);
  const made = await phone.headersOf({ method, path });
  return told([...made].map(([name, value]) => `${name}: ${value}`).join("\n"), Object.fromEntries(made));
}
