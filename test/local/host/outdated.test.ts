import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { freePort } from "../../../local/host/freePort.ts";
import { temporaryFolder } from "../../support/folder.ts";

const MAIN = fileURLToPath(new URL("../../../local/host/main.ts", import.meta.url));

it("ends a start on data of other rules with the line that removes it, and status 1", async () => {
  const folder = join(await temporaryFolder(), "data");
  await mkdir(folder);
  const database = new DatabaseSync(join(folder, "backup.db"));
  database.exec("create table items (partition text, id text, body text)");
  database.close();

  const args = [MAIN, "--port", String(await freePort()), "--data", folder];
  const child = spawn(process.execPath, args, { timeout: 50_000, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  const [printed, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  expect(status).toBe(1);
  expect(printed).toBe("");
  expect(errors).toBe(
    `The data in ${folder} was made by a release with other rules, and is not migrated. ` +
      `To begin anew, remove all of it: rm -rf ${folder}\n`,
  );
});
