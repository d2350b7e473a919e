import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { freePort } from "../../../local/host/freePort.ts";
import { temporaryFolder } from "../../support/folder.ts";

const MAIN = fileURLToPath(new URL("../../../local/host/main.ts", import.meta.url));

it("ends a start with wrong settings, which it names on the standard error, with status 1", async () => {
  const args = [MAIN, "--port", String(await freePort()), "--data", "hunter2\t", "--texts", "hunter2"];
  const child = spawn(process.execPath, args, {
    cwd: await temporaryFolder(),
    timeout: 15_000,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  const [printed, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  expect(status).toBe(1);
  expect(printed).toBe("");
  expect(errors).toMatch(/^wrong settings: SQLITE_FILE: .+; KEY_FILE: .+; TEXT_PREFIXES\/0: .+\n$/);
  expect(errors).not.toContain("hunter2");
});
