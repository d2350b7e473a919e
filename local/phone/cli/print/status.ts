import type { Recoveries, Status } from "../../acts/answers.ts";
import { nameOf } from "./table.ts";

export function formatStatus(status: Status): string {
  return [...frozen(status), ...stateOf(status)].join("\n");
}

function frozen({ frozen }: Status): string[] {
  if (!frozen) return [];
  return [
    `The backup is frozen: a recovery was denied on ${frozen.at}, from ${nameOf(frozen.device)}. If all is well: lift-freeze.`,
  ];
}

function stateOf(status: Status): string[] {
  if (status.state === "off") return ["Backup is off."];
  if (status.state === "deleted") {
    return [`Backup was turned off on ${status.deletedAt}, from ${nameOf(status.device)}, and destroyed.`];
  }
  const { platform, enabledAt, recoveryKey, recoveries, current, versions, health, indicator } = status;
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
    ...(recoveryKey ? [`A recovery key was set up on ${recoveryKey.setAt}.`] : []),
    ...recoveries.map(describe),
    `Indicator: ${indicator}.`,
  ];
}

/** What to do about it: a phone opens or cancels its own recovery, and approves or denies another phone's. */
function describe({
  recoveryId,
  state,
  device,
  startedAt,
  releaseAt,
  thisPhone,
}: Recoveries[number]): string {
  const phone = thisPhone ? "this phone" : nameOf(device);
  const stands = state === "waiting" ? `waits until ${releaseAt}` : "was released";
  return `The recovery ${recoveryId}, begun on ${startedAt} on ${phone}, ${stands}.`;
}
