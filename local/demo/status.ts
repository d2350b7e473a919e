import type { Status } from "../phone/acts/answers.ts";

type PresentVersion = Extract<Status, { readonly state: "on" }>["current"];

/** The version that a status says is there. */
export function presentVersion(status: Status): PresentVersion {
  return status.state === "on" ? status.current : undefined;
}

/** "backup is on: version 1, 12 accounts, 3.3 kB encrypted". */
export function describeStatus(status: Status): string {
  if (status.state === "off") return "backup is off";
  if (status.state === "deleted") return `backup was turned off, from the ${status.device.name}`;
  const { current } = status;
  if (!current) return "backup is on, with no version yet";
  const { version, accounts, bytes } = current;
  return `backup is on: version ${version}, ${accounts} accounts, ${(bytes / 1000).toFixed(1)} kB encrypted`;
}
