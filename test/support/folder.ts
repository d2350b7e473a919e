import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { BASE } from "./base.ts";

/** The path of a new, empty folder, removed when the test that asked for it has finished. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(BASE, "authenticator-backup-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
