import { base64url } from "jose";
import type { Phone } from "../../acts/phone.ts";
import { ACCOUNT_CODE_PERIOD, accountCode } from "../../protocol/accountCode.ts";
import type { System } from "../../protocol/system.ts";
import { atServiceTime } from "../clock.ts";
import { type CommandLine, operandsOf } from "../commandLine.ts";
import { readAccountsOf, readPhone } from "../files.ts";
import { type Outcome, type Told, told } from "../outcome.ts";
import { codesOf, formatCodes, formatDevices, formatLeftOut } from "../print/print.ts";

interface Offline {
  readonly directory: string;
  readonly system: System;
  readonly fetch: typeof globalThis.fetch;
}

/** The codes that the accounts of a file show now, or those that were verified on this phone; needs no service. */
export async function codes(line: CommandLine, offline: Offline): Promise<Told> {
  const { system } = offline;
  if (line.operands.length === 0) return await codesHere(line, offline);
  const [file] = operandsOf(line, ["FILE"]);
  const { contents, leftOut } = await readAccountsOf(file);
  const rows = codesOf(contents, system.now());
  return told([formatCodes(rows), ...formatLeftOut(leftOut)].join("\n"), { codes: rows, leftOut });
}

/** Those of personal accounts with push: each phone has its own. */
async function codesHere(line: CommandLine, { directory, ...surroundings }: Offline): Promise<Told> {
  const { accounts = [], credentials = [] } = (await readPhone(directory, line.phone))?.phone ?? {};
  const now = (await atServiceTime(line.origin, surroundings)).now();
  const rows = credentials.flatMap(({ ref, codeSecret }) => {
    const account = accounts.find((held) => held.ref === ref);
    if (codeSecret === undefined || !account) return [];
    const { issuer, userName } = account;
    const note = `${ACCOUNT_CODE_PERIOD - (Math.floor(now / 1000) % ACCOUNT_CODE_PERIOD)} s`;
    return [{ issuer, userName, code: accountCode(base64url.decode(codeSecret), now), note }];
  });
  if (rows.length > 0) return told(formatCodes(rows), { codes: rows });
  return told("No personal account was verified on this phone: accounts, then verify ACCOUNT.", {
    codes: [],
  });
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
