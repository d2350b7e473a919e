import { base64url } from "jose";
import type { Contents } from "./accounts.ts";
import type { Activity } from "./activity.ts";
import type { Devices, RecoveryStarted, Status, Versions } from "./answers.ts";
import { accountReference } from "./manifest.ts";
import { oneTimeCode } from "./oneTimeCode.ts";
import type { Policy } from "./policy.ts";

export function formatStatus(status: Status): string {
  if (status.state === "off") return "Backup is off.";
  if (status.state === "deleted") {
    return `Backup was turned off on ${status.deletedAt}, from ${nameOf(status.device)}, and destroyed.`;
  }
  const { platform, enabledAt, current, versions, health, indicator } = status;
  return [
    `Backup is on (${platform}) since ${enabledAt}.`,
    ...(current
      ? [
          `Version ${current.version}: ${current.accounts} accounts, ${current.bytes} bytes, ${current.uploadedAt},`,
          `from ${nameOf(current.device)}. Versions kept: ${versions}.`,
        ]
      : ["Nothing is backed up yet."]),
    ...(health.lastFailure
      ? [
          `The last upload was refused: ${health.lastFailure.code}, ${health.lastFailure.at}, from ${nameOf(health.lastFailure.device)}.`,
        ]
      : []),
    `${health.outOfDate ? "Out of date since" : "Goes out of date on"} ${health.outOfDateAt}.`,
    `Indicator: ${indicator}.`,
  ].join("\n");
}

/** Newest first; the present one is marked. */
export function formatVersions({ versions }: Versions): string {
  const rows = versions.map(({ version, accounts, bytes, uploadedAt, device }, index) => [
    index === 0 ? "*" : "",
    String(version),
    String(accounts),
    String(bytes),
    uploadedAt,
    nameOf(device),
  ]);
  return formatTable([["", "VERSION", "ACCOUNTS", "BYTES", "MADE", "FROM"], ...rows]);
}

export function formatPolicy({ conflict, otherPlatform }: Policy): string {
  return [
    `In the way of a recovery: ${conflict === "any-account" ? "any account on the phone" : "an account that is on the phone already"} (${conflict}).`,
    `A phone of the other platform may ${otherPlatform ? "" : "not "}recover.`,
  ].join("\n");
}

/** Newest first. */
export function formatActivity({ events }: Pick<Activity, "events">): string {
  const rows = events.map(({ number, at, type, device, details }) => [
    String(number),
    at,
    type,
    nameOf(device),
    [details.version && `version ${details.version}`, details.code, details.deviceId, details.recoveryId]
      .filter((told) => told !== undefined)
      .join(" "),
  ]);
  return formatTable([["NO", "WHEN", "WHAT", "PHONE", "DETAILS"], ...rows]);
}

function nameOf({ name, platform }: { readonly name: string; readonly platform: string }): string {
  return `${name} (${platform})`;
}

export function formatDevices({ devices }: Devices): string {
  const rows = devices.map((device) => [
    device.thisPhone ? "*" : "",
    device.name,
    device.platform,
    device.lastUploadAt ?? "-",
    device.deviceId,
  ]);
  return formatTable([["", "NAME", "PLATFORM", "LAST UPLOAD", "DEVICE-ID"], ...rows]);
}

/** Each account that came, in the owner's order, with what is left to do before it works. */
export function formatRecovery(contents: Contents, recovery: RecoveryStarted, referenceSalt: string): string {
  const salt = base64url.decode(referenceSalt);
  const states = new Map(recovery.accounts.map((account) => [account.ref, account]));
  const rows = contents.accounts.map((account, index) => {
    const found = states.get(accountReference(salt, account));
    const state = found ? [found.state, ...(found.means ?? [])].join(" ") : "unknown";
    return [String(index + 1), account.kind, account.issuer, account.userName, state];
  });
  return formatTable([["#", "KIND", "ISSUER", "USER NAME", "STATE"], ...rows]);
}

export function formatCodes({ accounts }: Contents, now: number): string {
  const rows = accounts.map((account) => {
    if (account.push) return [account.issuer, account.userName, "push", ""];
    const left = account.otp.period - (Math.floor(now / 1000) % account.otp.period);
    return [account.issuer, account.userName, oneTimeCode(account.otp, now), `${left} s`];
  });
  return formatTable([["ISSUER", "USER NAME", "CODE", "LEFT"], ...rows]);
}

/** Columns as wide as their widest cell. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
