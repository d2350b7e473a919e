import { type Problem, problem } from "../errors/problem.ts";
import type { Device, Version } from "../store/items.ts";

/** From how many accounts on a drop is looked at: fewer are soon lost for good reasons. */
export const DROP_FROM = 4;

/** An upload that would leave less than this part of the accounts is a sharp drop. */
export const DROP_BELOW = 1 / 2;

/**
 * Why an upload may not replace the present version; undefined where it may [D11, H2]. The most reported loss of
 * all is an empty new phone that overwrites the only backup.
 * @param versions newest first
 * @param offered how many accounts the upload holds
 * @param replaces the version that the owner agreed to replace
 */
export function overwriteRefusal({
  device,
  versions: [present],
  offered,
  replaces,
}: {
  device: Pick<Device, "holdsBackup">;
  versions: readonly Version[];
  offered: number;
  replaces: number | undefined;
}): Problem | undefined {
  if (!present || replaces === present.version) return undefined;
  const { version, accounts, uploadedAt, device: from } = present;
  const told = { version, accounts, uploadedAt, device: { name: from.name, platform: from.platform } };
  if (!device.holdsBackup) return problem("overwrite-refused", { present: told });
  if (accounts >= DROP_FROM && offered < accounts * DROP_BELOW) {
    return problem("sharp-drop", { present: told, offered });
  }
  return undefined;
}
