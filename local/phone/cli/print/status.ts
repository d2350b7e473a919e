import type { Recoveries, Status } from "../../acts/answers.ts";
import { nameOf } from "./table.ts";
import { timeOf } from "./time.ts";

export function formatStatus(status: Status): string {
  return [
    ...formatFreeze(status),
    ...stateOf(status),
    standingOf(status),
    ...adviceOf(status),
    ...status.recoveries.map((recovery) => describe(recovery, status.trusted)),
  ].join("\n");
}

/** Until when it lasts, and what ends it before; nothing where there is none. */
export function formatFreeze({ frozen }: Status): string[] {
  if (!frozen) return [];
  return [
    `The backup is frozen until ${timeOf(frozen.until)}: a recovery was denied on ${timeOf(frozen.at)}, from ${nameOf(frozen.device)}.`,
    "When all is well, there or on a phone that was trusted before it: lift-freeze.",
  ];
}

/** Whether this phone may use the backup, and what it takes where it may not. */
function standingOf({ trusted, state }: Status): string {
  if (trusted && state === "on") return "This phone is trusted.";
  if (trusted) return "This phone is trusted. To begin a backup: turn-on.";
  return state === "on"
    ? "This phone is registered, not trusted. To use the backup here: recover, or start-anew."
    : "This phone is registered, not trusted. To begin a backup here: turn-on.";
}

/** What the owner had better do, and can do next on this phone, where nothing above says so. */
function adviceOf(status: Status): string[] {
  if (status.state !== "on" || !status.trusted) return [];
  return [
    ...(status.current ? [] : ["Next: upload FILE, as of local/phone/sample-accounts.json."]),
    ...(status.health.outOfDate ? ["Next: upload FILE, or, with the accounts as they were: refresh."] : []),
    ...(status.advice === "add-contact"
      ? ["You have no contact that would be told of a thief: contacts add ADDRESS-OR-NUMBER."]
      : []),
  ];
}

function stateOf(status: Status): string[] {
  if (status.state === "off") return ["Backup is off."];
  if (status.state === "deleted") {
    return [
      `Backup was turned off on ${timeOf(status.deletedAt)}, from ${nameOf(status.device)}, and destroyed.`,
    ];
  }
  const { platform, enabledAt, recoveryKey, current, versions, health, indicator } = status;
  return [
    `Backup is on (${platform}) since ${timeOf(enabledAt)}.`,
    ...(current
      ? [
          `Version ${current.version}: ${current.accounts} accounts, ${current.bytes} bytes, ${timeOf(current.uploadedAt)},`,
          `from ${nameOf(current.device)}. Versions kept: ${versions}.`,
          ...(current.leftOut
            ? [`Its phone had more accounts, which did not fit: ${current.leftOut} left out.`]
            : []),
        ]
      : [
          versions > 0
            ? `Nothing is backed up since it began anew. Versions kept: ${versions}.`
            : "Nothing is backed up yet.",
        ]),
    ...(health.lastFailure
      ? [
          `The last upload was refused: ${health.lastFailure.code}, ${timeOf(health.lastFailure.at)}, from ${nameOf(health.lastFailure.device)}.`,
        ]
      : []),
    `${health.outOfDate ? "Out of date since" : "Goes out of date on"} ${timeOf(health.outOfDateAt)}.`,
    ...(recoveryKey
      ? [`A recovery key was set up on ${timeOf(recoveryKey.setAt)}. ${opens(recoveryKey)}`]
      : []),
    `Indicator: ${indicator}.`,
  ];
}

function opens({
  key,
  versions,
  newest,
}: NonNullable<Extract<Status, { state: "on" }>["recoveryKey"]>): string {
  if (newest === undefined) return `It opens what is uploaded under key ${key}, and nothing yet.`;
  const all = versions === 1 ? `version ${newest}` : `${versions} versions, the newest of them ${newest}`;
  return `It opens ${all} (under key ${key}).`;
}

/** What to do about it: a phone opens its own recovery; a trusted one approves or denies another phone's. */
function describe(
  { recoveryId, purpose, state, device, startedAt, releaseAt, expiresAt, thisPhone }: Recoveries[number],
  trusted: boolean,
): string {
  const what = purpose === "recover" ? "recovery" : "new beginning";
  const begun = `The ${what} ${recoveryId}, begun on ${timeOf(startedAt)} on ${thisPhone ? "this phone" : nameOf(device)},`;
  const [stands, own, others] =
    state === "waiting"
      ? [
          `waits until ${timeOf(releaseAt)}.`,
          " Then: open.",
          ` If that is you: approve ${recoveryId}. If not: deny ${recoveryId}.`,
        ]
      : [
          `was released; it can be denied until ${timeOf(expiresAt)}.`,
          "",
          ` If that was not you: deny ${recoveryId}.`,
        ];
  return `${begun} ${stands}${thisPhone ? own : trusted ? others : ""}`;
}
