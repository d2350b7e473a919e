import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { readJson } from "../../../../local/phone/cli/files.ts";
import { run } from "../../../../local/phone/cli/run.ts";
import { contentsSchema } from "../../../../local/phone/protocol/accounts.ts";
import { system } from "../../../../shared/system.ts";
import { temporaryFolder } from "../../../support/folder.ts";
import { startService } from "../../../support/service.ts";

/** Twelve accounts. */
export const SAMPLE = new URL("../../../../local/phone/sample-accounts.json", import.meta.url).pathname;

export type Terminal = Awaited<ReturnType<typeof openTerminal>>;

/** The phone's command line, a folder for it, and the service that it speaks to. */
export async function openTerminal() {
  const service = await startService();
  const directory = await temporaryFolder();

  /** Runs one command. @param carry what stands between phone and service */
  const phoneWith = (carry: typeof fetch, ...args: string[]) => runWith({ fetch: carry }, ...args);

  async function runWith(around: Pick<Parameters<typeof run>[1], "fetch" | "ask">, ...args: string[]) {
    const printed: string[] = [];
    const errors: string[] = [];
    const status = await run([...args, "--origin", service.origin], {
      directory,
      system: { now: service.now, random: system.random },
      ...around,
      print: (text) => printed.push(text),
      printError: (text) => errors.push(text),
    });
    return { status, printed: printed.join("\n"), errors: errors.join("\n") };
  }

  const phone = (...args: string[]) => phoneWith(fetch, ...args);

  return {
    service,
    directory,
    phoneWith,
    phone,

    /** Runs one command for somebody at the terminal. @param next what they answer @returns the questions as well */
    async asked(next: () => string, ...args: string[]) {
      const questions: string[] = [];
      const ask = async (question: string) => {
        questions.push(question);
        return next();
      };
      return { ...(await runWith({ fetch, ask }, ...args)), questions };
    },

    /** What a command printed, which must succeed. */
    async printed(...args: string[]): Promise<string> {
      const result = await phone(...args);
      expect(result).toMatchObject({ status: 0 });
      return result.printed;
    },

    /** What was told of a command, which must fail. */
    async told(...args: string[]): Promise<string> {
      const result = await phone(...args);
      expect(result).toMatchObject({ status: 1, printed: "" });
      return result.errors;
    },

    /** Turns backup on, and backs up the sample. */
    async backedUp(...options: string[]): Promise<void> {
      await phone("turn-on", ...options);
      expect(await phone("upload", SAMPLE, ...options)).toMatchObject({ status: 0 });
    },

    /** The sample with only the first `count` of its accounts. @returns the path of its file */
    async sampleOf(count: number): Promise<string> {
      const contents = contentsSchema.parse(await readJson(SAMPLE));
      const path = join(directory, `first-${count}.json`);
      await writeFile(path, JSON.stringify({ ...contents, accounts: contents.accounts.slice(0, count) }));
      return path;
    },
  };
}
