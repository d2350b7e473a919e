import type { Version } from "../model/version.ts";
import { ids } from "./items.ts";
import type { Operation } from "./port.ts";

/** Takes a version's ciphertext out of the store. */
export function deleteEnvelope({ version }: Pick<Version, "version">): Operation {
  return { kind: "delete", id: ids.envelope(version) };
}
