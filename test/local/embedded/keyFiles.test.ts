import { spawn } from "node:child_process";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { readOrMake } from "../../../local/embedded/secretFile.ts";
import { removing } from "../../../local/embedded/unusable.ts";
import { freePort } from "../../../local/host/freePort.ts";
import { startLocalService } from "../../../local/host/localService.ts";
import { createPhone } from "../../../local/phone/acts/phone.ts";
import { signIn } from "../../../local/phone/cli/tokens.ts";
import { system } from "../../../shared/system.ts";
import { temporaryFolder } from "../../support/folder.ts";

const MAIN = fileURLToPath(new URL("../../../local/host/main.ts", import.meta.url));

const start = (folder: string) => startLocalService({ folder, system, log: () => {} });

/** A folder of a service that has ended, in which an owner is registered. */
async function folderInUse(): Promise<string> {
  const folder = await temporaryFolder();
  const service = await start(folder);
  const { origin } = service;
  const token = () => signIn(origin, "alice", fetch);
  const phone = await createPhone({ origin, platform: "android", version: "6.8.0", name: "old", token });
  const registered = await phone.register();
  await service.close();
  expect(registered.ok).toBe(true);
  return folder;
}

describe("a key file that is gone is not silently made anew", () => {
  it.each(["key-encryption-key.pem", "service-key.json"])("where the database needs %s", async (name) => {
    const folder = await folderInUse();
    const key = await readFile(join(folder, name));
    await rm(join(folder, name));
    await expect(start(folder)).rejects.toThrow(`${join(folder, name)} is gone`);
    expect(await readdir(folder)).not.toContain(name);

    await writeFile(join(folder, name), key, { mode: 0o600 });
    await (await start(folder)).close();
  });

  it("and the start says in one line how to begin anew, which works", async () => {
    const folder = await folderInUse();
    await rm(join(folder, "key-encryption-key.pem"));
    const child = spawn(process.execPath, [MAIN, "--port", String(await freePort()), "--data", folder], {
      timeout: 50_000,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const [printed, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    expect([printed, status]).toEqual(["", 1]);
    expect(errors).toMatch(/^A key file in [^\n]+ is gone [^\n]+ put a copy back\. [^\n]+: rm -rf [^\n]+\n$/);

    await rm(folder, { recursive: true });
    const service = await start(folder);
    onTestFinished(() => service.close());
  });

  it("but one that no database needs yet is made", async () => {
    const folder = await temporaryFolder();
    await (await start(folder)).close();
    await rm(join(folder, "key-encryption-key.pem"));
    await rm(join(folder, "service-key.json"));
    await (await start(folder)).close();
    expect(await readdir(folder)).toEqual(
      expect.arrayContaining(["key-encryption-key.pem", "service-key.json"]),
    );
  });
});

describe("where there are no POSIX modes", () => {
  const make = async () => "made";

  it("a key file is taken whose mode Windows reports as open to all", async () => {
    const file = join(await temporaryFolder(), "key");
    expect(await readOrMake(file, make, "win32")).toBe("made");
    await chmod(file, 0o666);
    expect((await stat(file)).mode & 0o777).toBe(0o666);
    expect(await readOrMake(file, make, "win32")).toBe("made");
    await expect(readOrMake(file, make, "linux")).rejects.toThrow("is open to other users");
  });

  it("the line that removes what is in the way is PowerShell's", () => {
    expect(removing(["C:\\data\\backup.db", "C:\\it's\\x y.db"], "win32")).toBe(
      "Remove-Item -Recurse -Force C:\\data\\backup.db, 'C:\\it''s\\x y.db'",
    );
    expect(removing(["/data/backup.db", "it's here/x"], "linux")).toBe(
      "rm -rf /data/backup.db 'it'\\''s here/x'",
    );
    expect(removing(["-x"], "linux")).toBe("rm -rf '-x'");
  });
});
