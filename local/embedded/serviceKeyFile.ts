import { wrappedServiceKeys } from "../../shared/config/settings.ts";
import type { KeyEncryptionKey } from "../../shared/keys/port.ts";
import type { WrappedKey } from "../../shared/model/userKey.ts";
import type { System } from "../../shared/system.ts";
import { readOrMake } from "./secretFile.ts";

/** 256 bits. */
const KEY_BYTES = 32;

/**
 * The service key in a file of the form of the setting SERVICE_KEY, made where there is none.
 * @throws {Error} the file can be read by others, or holds something else
 */
export async function openServiceKeyFile({
  file,
  kek,
  random,
}: {
  readonly file: string;
  readonly kek: KeyEncryptionKey;
  readonly random: System["random"];
}): Promise<readonly WrappedKey[]> {
  const text = await readOrMake(file, async () => {
    return `${JSON.stringify([await kek.wrap(random(KEY_BYTES), "service")])}\n`;
  });
  try {
    return wrappedServiceKeys.parse(JSON.parse(text));
  } catch {
    // Without its cause, which could quote what the file holds.
    throw new Error(`the file ${file} holds no wrapped service key`);
  }
}
