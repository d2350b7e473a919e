import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** In memory where the system has such a place: most of the tests' commits would otherwise wait for the disk. */
const BASE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** The path of a new, empty folder, removed when the test that asked for it has finished. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(BASE, "authenticator-backup-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
