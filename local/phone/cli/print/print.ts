import type { Devices, Status, Versions } from "../../acts/answers.ts";
import type { Policy } from "../../acts/policy.ts";
import type { LeftOut } from "../../import/import.ts";
import { type Contents, isKnown, type Otp } from "../../protocol/accounts.ts";
import type { Activity } from "../../protocol/event.ts";
import { oneTimeCode, STEAM_PERIOD } from "../../protocol/oneTimeCode.ts";
import { formatTable, nameOf } from "./table.ts";
import { spanOf, timeOf } from "./time.ts";

/** Newest first; the current one is marked: it need not be the first. */
export function formatVersions({ versions }: Versions, status: Status): string {
  const current = status.state === "on" ? status.current?.version : undefined;
  const rows = versions.map(({ version, accounts, bytes, key, uploadedAt, device, denied }) => [
    version === current ? "*" : "",
    String(version),
    String(accounts),
    String(bytes),
    String(key),
    timeOf(uploadedAt),
    denied ? `${nameOf(device)}, denied` : nameOf(device),
  ]);
  return formatTable([["", "VERSION", "ACCOUNTS", "BYTES", "KEY", "MADE", "FROM"], ...rows]);
}

export function formatPolicy({ conflict, otherPlatform, waitingSeconds, shortening }: Policy): string {
  return [
    `In the way of a recovery: ${conflict === "any-account" ? "any account on the phone" : "an account that is on the phone already"} (${conflict}).`,
    `A phone of the other platform may ${otherPlatform ? "" : "not "}recover.`,
    `A recovery on a new phone waits ${waitsFor(waitingSeconds)}.`,
    ...(shortening
      ? [`From ${timeOf(shortening.from)} on it waits ${waitsFor(shortening.waitingSeconds)}.`]
      : []),
  ].join("\n");
}

function waitsFor(seconds: number): string {
  return seconds === 0 ? "no time" : spanOf(seconds);
}

/** Newest first. */
export function formatActivity({ events }: Pick<Activity, "events">): string {
  const rows = events.map(({ number, at, type, device, details }) => [
    String(number),
    timeOf(at),
    type,
    device ? nameOf(device) : "not known",
    [
      details.version && `version ${details.version}`,
      details.code,
      details.deviceId,
      details.recoveryId,
      details.uploads && `(uploads before: ${details.uploads} more)`,
    ]
      .filter((told) => told !== undefined)
      .join(" "),
  ]);
  return formatTable([["NO", "WHEN", "WHAT", "PHONE", "DETAILS"], ...rows]);
}

export function formatDevices({ devices }: Devices): string {
  const rows = devices.map((device) => [
    device.thisPhone ? "*" : "",
    device.name,
    device.platform,
    device.trusted ? "yes" : "no",
    device.lastUploadAt ? timeOf(device.lastUploadAt) : "-",
    device.deviceId,
  ]);
  return formatTable([["", "NAME", "PLATFORM", "TRUSTED", "LAST UPLOAD", "DEVICE-ID"], ...rows]);
}

interface Code {
  readonly issuer: string;
  readonly userName: string;
  /** The digits; undefined where there are none to show. */
  readonly code?: string;
  /** What is shown in the place of one, or for how long it is. */
  readonly note: string;
}

/** What each account shows now, in the owner's order. */
export function codesOf({ accounts }: Contents, now: number): Code[] {
  return accounts.map((account) => {
    if (!isKnown(account)) return { issuer: "?", userName: "?", note: "of a later app" };
    const { issuer, userName } = account;
    if (account.push) return { issuer, userName, note: "push" };
    return { issuer, userName, code: oneTimeCode(account.otp, now), note: leftOf(account.otp, now) };
  });
}

export function formatCodes(codes: readonly Code[]): string {
  const rows = codes.map(({ issuer, userName, code, note }) =>
    code === undefined ? [issuer, userName, note, ""] : [issuer, userName, code, note],
  );
  return formatTable([["ISSUER", "USER NAME", "CODE", "LEFT"], ...rows]);
}

/** For how long a code is shown: until the end of its period, or until the next one is asked for. */
function leftOf(otp: Otp, now: number): string {
  if (otp.type === "hotp") return `counter ${otp.counter}`;
  const period = otp.type === "steam" ? STEAM_PERIOD : otp.period;
  return `${period - (Math.floor(now / 1000) % period)} s`;
}

/** What is not in the backup, one to a line; nothing if all is. */
export function formatLeftOut(leftOut: readonly LeftOut[]): string[] {
  if (leftOut.length === 0) return [];
  return [`Left out, ${leftOut.length}:`, ...leftOut.map(({ name, why }) => `  ${name}: ${why}.`)];
}
