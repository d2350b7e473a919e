import type { Phone } from "../../acts/phone.ts";
import type { System } from "../../protocol/system.ts";
import { type CommandLine, operandsOf } from "../commandLine.ts";
import { readAccountsOf } from "../files.ts";
import type { Command, Outcome } from "../outcome.ts";
import { formatCodes, formatDevices, formatLeftOut } from "../print/print.ts";
import { refresh, restore, status, turnOff, turnOn, upload, versions } from "./backup.ts";
import { contacts } from "./contacts.ts";
import { activity, erase, exportAll, policy } from "./owner.ts";
import {
  approve,
  cancel,
  deny,
  liftFreeze,
  open,
  preview,
  recover,
  removeRecoveryKey,
  setRecoveryKey,
  startAnew,
} from "./recovery.ts";

/** The commands that talk to the service, for a phone that is registered. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["register", register],
  ["turn-on", turnOn],
  ["upload", upload],
  ["status", status],
  ["refresh", refresh],
  ["versions", versions],
  ["restore", restore],
  ["preview", preview],
  ["recover", recover],
  ["start-anew", startAnew],
  ["open", open],
  ["cancel", cancel],
  ["approve", approve],
  ["deny", deny],
  ["lift-freeze", liftFreeze],
  ["recovery-key", setRecoveryKey],
  ["remove-recovery-key", removeRecoveryKey],
  ["policy", policy],
  ["turn-off", turnOff],
  ["list", list],
  ["revoke", revoke],
  ["contacts", contacts],
  ["activity", activity],
  ["export", exportAll],
  ["erase", erase],
  ["headers", headers],
]);

/** The codes that the accounts of a file show now; needs no service. */
export async function codes(line: CommandLine, system: System): Promise<string> {
  const [file] = operandsOf(line, ["FILE"]);
  const { contents, leftOut } = await readAccountsOf(file);
  return [formatCodes(contents, system.now()), ...formatLeftOut(leftOut)].join("\n");
}

/** A phone registers by itself before its first command; this is for one that was removed since. */
async function register(phone: Phone, line: CommandLine): Promise<Outcome> {
  operandsOf(line, []);
  const result = await phone.register();
  if (!result.ok) return result;
  return `This phone is registered, and ${result.body.trusted ? "trusted" : "not trusted: see status"}.`;
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
