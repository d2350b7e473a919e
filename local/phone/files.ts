import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { base64url } from "jose";
import * as z from "zod";
import { UsageError } from "./commandLine.ts";
import { platformSchema } from "./contentKey.ts";
import { phoneStateSchema } from "./state.ts";
import { makeStorageSecret } from "./storage.ts";
import type { System } from "./system.ts";

const phoneFileSchema = z.strictObject({
  owner: z.string(),
  platform: platformSchema,
  phone: phoneStateSchema,
});
export type PhoneFile = z.infer<typeof phoneFileSchema>;

const icloudFileSchema = z.strictObject({ storageSecret: z.base64url().length(43) });

/** The phone of that name; `undefined` where there is none yet. */
export async function readPhone(directory: string, name: string): Promise<PhoneFile | undefined> {
  const path = phonePath(directory, name);
  const text = await readIfThere(path);
  return text === undefined ? undefined : phoneFileSchema.parse(JSON.parse(text));
}

export async function writePhone(directory: string, name: string, phone: PhoneFile): Promise<void> {
  await writePrivate(phonePath(directory, name), phone);
}

/** The storage secret in the iCloud account of that name: 32 bytes, made when it has none. */
export async function openStorage(directory: string, name: string, system: System): Promise<Uint8Array> {
  const path = join(directory, "icloud", `${name}.json`);
  const text = await readIfThere(path);
  if (text !== undefined) {
    return base64url.decode(icloudFileSchema.parse(JSON.parse(text)).storageSecret);
  }
  const storageSecret = makeStorageSecret(system);
  await writePrivate(path, { storageSecret: base64url.encode(storageSecret) });
  return storageSecret;
}

/** @throws {UsageError} the file can't be read, or is not JSON */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${path} is not JSON`);
    throw new UsageError(`${path} can't be read`);
  }
}

/** For the eyes of this user alone; replaced as a whole, so that an interruption leaves the old one. */
export async function writePrivate(path: string, value: unknown): Promise<void> {
  const written = `${path}.new`;
  await writeFile(written, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  await chmod(written, 0o600);
  await rename(written, path);
}

function phonePath(directory: string, name: string): string {
  return join(directory, "phones", `${name}.json`);
}

async function readIfThere(path: string): Promise<string | undefined> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
