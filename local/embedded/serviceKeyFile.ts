import { wrappedServiceKeys } from "../../shared/config/settings.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import { makeServiceKey, type ServiceKeyEntry } from "../../shared/keys/serviceKey.ts";
import type { System } from "../../shared/system.ts";
import { readOrMake } from "./secretFile.ts";
import { Unusable } from "./unusable.ts";

/**
 * The service key in a file of the form of the setting SERVICE_KEY, made where there is none.
 * @throws {Unusable} the file can be read by others, or holds something else
 */
export async function openServiceKeyFile({
  file,
  kek,
  random,
}: {
  readonly file: string;
  readonly kek: KeyEncryptionKey;
  readonly random: System["random"];
}): Promise<readonly ServiceKeyEntry[]> {
  const text = await readOrMake(file, async () => {
    return `${JSON.stringify([await makeServiceKey(kek, { random })])}\n`;
  });
  try {
    return wrappedServiceKeys.parse(JSON.parse(text));
  } catch {
    // Without its cause, which could quote what the file holds.
    throw new Unusable(`the file ${file} holds no wrapped service key; put a copy back`);
  }
}
