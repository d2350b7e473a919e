import { base64url } from "jose";
import type { Contents } from "./accounts.ts";
import type { Devices, RecoveryStarted, Status } from "./answers.ts";
import { accountReference } from "./manifest.ts";
import { oneTimeCode } from "./oneTimeCode.ts";
import type { Refused } from "./problem.ts";

/** What went wrong, in the owner's words and in the app's. */
export function formatProblem({ problem, retryAfter }: Refused): string {
  const wait = retryAfter === undefined ? "" : ` (after ${retryAfter} s)`;
  return [
    problem.title,
    problem.detail,
    `code:   ${problem.code} (HTTP ${problem.status})`,
    `remedy: ${problem.remedy}${wait}`,
  ].join("\n");
}

export function formatStatus(status: Status): string {
  if (status.state === "off") return "Backup is off.";
  const { current } = status;
  if (!current)
    return `Backup is on (${status.platform}) since ${status.enabledAt}. Nothing is backed up yet.`;
  return [
    `Backup is on (${status.platform}) since ${status.enabledAt}.`,
    `Version ${current.version}: ${current.accounts} accounts, ${current.bytes} bytes, ${current.uploadedAt},`,
    `from ${current.device.name} (${current.device.platform}). Versions kept: ${status.versions}.`,
  ].join("\n");
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
