import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { link, mkdir, open, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { Unusable } from "./unusable.ts";

/**
 * The text of a file that is for this user alone, made where there is none: whole, or not at all, and by one of
 * several processes that start at once.
 * @param platform Windows has no modes: of a file that may be written to, it reports 0o666
 * @throws {Unusable} the file can be read by others
 */
export async function readOrMake(
  file: string,
  make: () => Promise<string>,
  platform: NodeJS.Platform = process.platform,
): Promise<string> {
  if (!existsSync(file)) await place(file, await make(), platform);
  const handle = await open(file);
  try {
    const { mode } = await handle.stat();
    if (platform !== "win32" && (mode & 0o077) !== 0) {
      throw new Unusable(`the key file ${file} is open to other users; close it with: chmod 600 ${file}`);
    }
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

/** Puts a whole file at `file`, or leaves the one that a concurrent start has already put there. */
async function place(file: string, text: string, platform: NodeJS.Platform): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { flag: "wx", mode: 0o600, flush: true });
    // Unlike a rename, a link never replaces an existing file.
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
  // Windows opens no folder as a file, and NTFS keeps names in a journal of its own.
  if (platform !== "win32") await syncFolder(folder);
}

/** Without it a power cut could lose the file's name, and with it every backup that the key opens (fsync(2)). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
