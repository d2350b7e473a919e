import type { Device } from "../model/device.ts";
import type { Version } from "../model/version.ts";

/** The smallest backup for which a drop is suspicious; below this, losing most accounts is ordinary. */
const DROP_FROM = 4;

/** An upload that would leave less than this part of the accounts is a sharp drop. */
const DROP_BELOW = 1 / 2;

export type OverwriteRefusal =
  | { readonly reason: "overwrite-refused"; readonly present: Version }
  | { readonly reason: "sharp-drop"; readonly present: Version; readonly offered: number };

/**
 * Why an upload may not replace the current version; undefined if it may [D11, H2]. The most reported loss of all is an
 * empty new phone that overwrites the only backup.
 * @param versions newest first
 * @param offered how many accounts the upload holds
 * @param replaces the version that the owner agreed to replace
 */
export function refuseOverwrite({
  device,
  versions: [present],
  offered,
  replaces,
}: {
  device: Pick<Device, "holdsBackup">;
  versions: readonly Version[];
  offered: number;
  replaces: number | undefined;
}): OverwriteRefusal | undefined {
  if (!present || replaces === present.version) return undefined;
  if (!device.holdsBackup) return { reason: "overwrite-refused", present };
  if (present.accounts >= DROP_FROM && offered < present.accounts * DROP_BELOW) {
    return { reason: "sharp-drop", present, offered };
  }
  return undefined;
}
