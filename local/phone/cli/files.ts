import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { base64url } from "jose";
import * as z from "zod";
import { phoneStateSchema } from "../acts/state.ts";
import { AccountsUnreadable, type Imported, readAccounts } from "../import/import.ts";
import { platformSchema } from "../protocol/contentKey.ts";
import { makeStorageSecret } from "../protocol/storage.ts";
import type { System } from "../protocol/system.ts";
import { UsageError } from "./commandLine.ts";

const phoneFileSchema = z.strictObject({
  owner: z.string(),
  platform: platformSchema,
  phone: phoneStateSchema,
});
type PhoneFile = z.infer<typeof phoneFileSchema>;

const secretSchema = z.base64url().length(43);

const icloudFileSchema = z.strictObject({
  /** From earlier versions, in which an iCloud account had one secret for all owners. */
  storageSecret: secretSchema.optional(),
  /** By owner: the secret that a recovery key brings must not replace another owner's. */
  storageSecrets: z.record(z.string(), secretSchema).default({}),
});

/** Whose storage secret it is, and in which iCloud account. */
interface StoragePlace {
  readonly directory: string;
  readonly icloud: string;
  readonly owner: string;
}

/** The phone of that name; `undefined` if there is none yet. */
export async function readPhone(directory: string, name: string): Promise<PhoneFile | undefined> {
  const path = phonePath(directory, name);
  const text = await readIfThere(path);
  return text === undefined ? undefined : parsed(path, text, phoneFileSchema);
}

/**
 * A file of this program.
 * @throws {UsageError} it is damaged. What it holds is not quoted: it has private keys
 */
function parsed<Schema extends z.ZodType>(path: string, text: string, schema: Schema): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new UsageError(`${path} is damaged: put a copy back, or remove it and begin with a new one`);
  }
}

/** Removes the owner's phones of this machine, and what their iCloud accounts hold for the owner. */
export async function forgetOwner(directory: string, owner: string): Promise<void> {
  for (const name of await namesIn(join(directory, "phones"))) {
    const phone = await readPhone(directory, name);
    if (phone?.owner === owner) await rm(phonePath(directory, name), { force: true });
  }
  for (const icloud of await namesIn(join(directory, "icloud"))) {
    const place = { directory, icloud, owner };
    const { storageSecrets, ...kept } = await readIcloud(place);
    const { [owner]: _, ...others } = storageSecrets;
    if (owner in storageSecrets) await writePrivate(icloudPath(place), { ...kept, storageSecrets: others });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  return files.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
}

export async function writePhone(directory: string, name: string, phone: PhoneFile): Promise<void> {
  await writePrivate(phonePath(directory, name), phone);
}

/**
 * The owner's storage secret in that iCloud account: 32 bytes. Where it has none, one is made, and kept if a backup is
 * `begun`; elsewhere it only shows the service that this is an iCloud account, and not the one of the backup.
 */
export async function openStorage(place: StoragePlace, system: System, begun: boolean): Promise<Uint8Array> {
  const { storageSecret, storageSecrets } = await readIcloud(place);
  const kept = storageSecrets[place.owner] ?? storageSecret;
  if (kept !== undefined) return base64url.decode(kept);
  const made = makeStorageSecret(system);
  // Before anything is sent: if the answer gets lost, the next try shows the same.
  if (begun) await keepStorage(place, made);
  return made;
}

/** Keeps an owner's storage secret, replacing an earlier one. */
export async function keepStorage(place: StoragePlace, storageSecret: Uint8Array): Promise<void> {
  const kept = await readIcloud(place);
  const storageSecrets = { ...kept.storageSecrets, [place.owner]: base64url.encode(storageSecret) };
  await writePrivate(icloudPath(place), { ...kept, storageSecrets });
}

async function readIcloud(place: StoragePlace) {
  const path = icloudPath(place);
  return parsed(path, (await readIfThere(path)) ?? "{}", icloudFileSchema);
}

/** @throws {UsageError} the file can't be read */
async function readText(path: string): Promise<string> {
  try {
    // Windows' editors begin a file with a byte order mark.
    return (await readFile(path, "utf8")).replace(/^\ufeff/, "");
  } catch {
    throw new UsageError(`${path} can't be read`);
  }
}

/** @throws {UsageError} the file can't be read, or is not JSON */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(path));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${path} is not JSON`);
    throw error;
  }
}

/** The accounts of a file, and what of it does not fit. @throws {UsageError} it can't be read, or holds none */
export async function readAccountsOf(path: string): Promise<Imported> {
  const text = await readText(path);
  try {
    return readAccounts(text);
  } catch (error) {
    if (error instanceof AccountsUnreadable) throw new UsageError(`${path}: ${error.message}`);
    throw error;
  }
}

/**
 * Readable only by this user; replaced as a whole, so that an interruption leaves the old file. In one step of this
 * process: Ctrl-C comes before it or after it, and leaves no other file with keys behind.
 * @throws {UsageError} it can't be written
 */
export async function writePrivate(path: string, value: unknown): Promise<void> {
  const written = `${path}.new`;
  try {
    writeFileSync(written, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
    chmodSync(written, 0o600);
    renameSync(written, path);
  } catch (error) {
    rmSync(written, { force: true });
    throw new UsageError(`${path} can't be written: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function icloudPath({ directory, icloud }: StoragePlace): string {
  return join(directory, "icloud", `${icloud}.json`);
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
