import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openClock } from "../../../local/host/clock.ts";
import { startLocalService } from "../../../local/host/localService.ts";
import { run } from "../../../local/phone/cli/run.ts";
import { system } from "../../../shared/system.ts";
import { temporaryFolder } from "../../support/folder.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** The phone's commands in the README, in their order. */
async function commandsOf(page: string): Promise<string[][]> {
  const text = await readFile(join(ROOT, page), "utf8");
  return [...text.matchAll(/^npm run phone -- ([^#\n]+)/gm)].map(([, args = ""]) =>
    args
      .trim()
      .split(/\s+/)
      .map((arg) => (arg === "local/phone/sample-accounts.json" ? join(ROOT, arg) : arg)),
  );
}

it("the README can be followed, twice in a row, in a folder with a blank and letters of any script", async () => {
  const folder = join(await temporaryFolder(), "a folder, Ö 銀行");
  const clock = await openClock({ file: join(folder, "clock.json"), now: system.now });
  const service = await startLocalService({
    folder,
    system: { ...system, now: clock.now },
    clock,
    log: () => {},
  });
  onTestFinished(() => service.close());

  const commands = await commandsOf("README.md");
  expect(commands.length).toBeGreaterThan(7);
  for (const args of [...commands, ...commands]) {
    const errors: string[] = [];
    const status = await run([...args, "--origin", service.origin], {
      directory: folder,
      system,
      fetch,
      print: () => {},
      printError: (text) => void errors.push(text),
    });
    expect([args, status, errors.filter((text) => !text.startsWith("Registered this phone"))]).toEqual([
      args,
      0,
      [],
    ]);
  }
  expect(await readdir(join(folder, "phones"))).toEqual([]);
});
