import type { AccountList, Device } from "../model/device.ts";
import type { Version } from "../model/version.ts";
import { keptOf, measureOf, sizeOf } from "./lists.ts";

export type OverwriteRefusal =
  | { readonly reason: "overwrite-refused"; readonly present: Version }
  | { readonly reason: "sharp-drop"; readonly present: Version; readonly offered: number };

/**
 * Why an untrusted phone may not upload over what is there [D11]: the most reported loss of all is an empty new phone
 * that overwrites the only backup.
 */
export function refuseOverwrite(
  { trusted }: Pick<Device, "trusted">,
  present: Version | undefined,
): OverwriteRefusal | { readonly reason: "trust-required" } | undefined {
  if (trusted) return undefined;
  return present ? { reason: "overwrite-refused", present } : { reason: "trust-required" };
}

/**
 * Whether an upload keeps none, or fewer than half, of the accounts that its phone had at its fullest within a day,
 * else last [H2]: an app that loses its accounts does so at once, or step by step.
 */
export function isSharpDrop(device: Device, offered: AccountList, now: number): boolean {
  const measure = measureOf(device, now);
  return keptOf(measure, offered) * 2 < sizeOf(measure);
}
