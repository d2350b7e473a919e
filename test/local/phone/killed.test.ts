import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../../../local/phone/cli/run.ts";
import { system } from "../../../shared/system.ts";
import { lastCodeTo } from "../../support/codes.ts";
import { openTerminal, SAMPLE, type Terminal } from "./support/terminal.ts";

/**
 * Runs a command until its process is killed at one of its requests: before that is sent, or before its answer arrives.
 * Nothing of it happens any more, not even what is done in the end.
 * @returns whether it was killed: it has as many requests as that
 */
async function killedAt(
  { service, directory }: Terminal,
  at: number,
  when: "before" | "after",
  ...args: string[]
): Promise<boolean> {
  let requests = 0;
  const killed = Promise.withResolvers<true>();
  const over = run([...args, "--origin", service.origin], {
    directory,
    system: { now: service.now, random: system.random },
    fetch: async (input, init) => {
      const isLast = requests++ === at;
      const answer = isLast && when === "before" ? undefined : await fetch(input, init);
      if (!isLast && answer) return answer;
      await answer?.text();
      killed.resolve(true);
      return await new Promise<never>(() => {});
    },
    print: () => {},
    printError: () => {},
  });
  return await Promise.race([killed.promise, over.then(() => false)]);
}

const ios = ["--platform", "ios"];

/** A command, what was there before it, and how to see that it was done once. */
const commands: readonly {
  readonly command: readonly string[];
  readonly before: (terminal: Terminal) => Promise<unknown>;
  readonly done: (terminal: Terminal) => Promise<unknown>;
}[] = [
  {
    command: ["turn-on", ...ios],
    before: async () => {},
    done: async ({ printed, backedUp }) => {
      expect(await printed("list", ...ios)).toMatch(/^(?:.*\n){1}.*$/);
      await backedUp(...ios);
    },
  },
  {
    command: ["upload", SAMPLE],
    before: ({ phone }) => phone("turn-on"),
    done: async ({ printed }) => {
      expect(await printed("status")).toContain("Version 1: 12 accounts");
      expect(await printed("status")).not.toContain("refused");
    },
  },
  {
    command: ["recover", "--phone", "second", "--out", "RECOVERED"],
    before: ({ backedUp }) => backedUp(),
    done: async ({ printed, directory }) => {
      const recovered = JSON.parse(await readFile(join(directory, "recovered.json"), "utf8"));
      expect(recovered).toEqual(JSON.parse(await readFile(SAMPLE, "utf8")));
      expect((await printed("activity")).match(/recovery-released/g)).toHaveLength(1);
    },
  },
  {
    command: ["start-anew", "--phone", "second", "--confirm", "start-anew"],
    before: ({ backedUp }) => backedUp(),
    done: async ({ printed, phone }) => {
      expect((await printed("activity")).match(/backup-started-anew/g)).toHaveLength(1);
      expect(await phone("upload", SAMPLE, "--phone", "second")).toMatchObject({ status: 0 });
    },
  },
  {
    command: ["verify", "1", "--phone", "second"],
    before: (terminal) => recoveredTwice(terminal),
    done: async (terminal) => {
      expect(await times(terminal, "challenge-code-sent")).toBe(1);
      await terminal.printed("verify", "1", "--code", lastCodeTo(terminal.service, ADDRESS), ...SECOND);
    },
  },
  {
    command: ["answer", "--phone", "second"],
    before: (terminal) => pushed(terminal),
    done: async (terminal) => {
      expect(await times(terminal, "account-verified")).toBe(1);
      expect(await terminal.printed("codes", ...SECOND)).toMatch(/ \d{8} +\d+ s$/);
    },
  },
  {
    command: ["restore", "1"],
    before: async ({ backedUp, phone, directory }) => {
      await backedUp();
      const contents = JSON.parse(await readFile(SAMPLE, "utf8"));
      const other = join(directory, "eleven.json");
      await writeFile(other, JSON.stringify({ ...contents, accounts: contents.accounts.slice(1) }));
      expect(await phone("upload", other)).toMatchObject({ status: 0 });
    },
    done: async ({ printed }) => {
      expect(await printed("status")).toContain("Version 3: 12 accounts");
    },
  },
];

const ADDRESS = "alice.liddell@wonderland.example";
const SECOND = ["--phone", "second"];

/** A second phone has the backup; the owner has a contact that counts. */
async function recoveredTwice({ backedUp, printed, service }: Terminal): Promise<void> {
  await backedUp();
  const id = /contacts confirm (\S+) CODE/.exec(await printed("contacts", "add", ADDRESS))?.[1] ?? "";
  await printed("contacts", "confirm", id, lastCodeTo(service, ADDRESS));
  service.advance(7 * 24 * 60 * 60);
  await printed("recover", ...SECOND);
}

/** The same, and a push has come to the second phone. */
async function pushed(terminal: Terminal): Promise<void> {
  await recoveredTwice(terminal);
  await terminal.printed("verify", "1", ...SECOND);
  await terminal.printed("verify", "1", "--code", lastCodeTo(terminal.service, ADDRESS), ...SECOND);
}

const times = async ({ printed }: Terminal, type: string) =>
  (await printed("activity")).match(new RegExp(type, "g"))?.length;

describe.each(commands)("a phone that is killed while it does $command.0", ({ command, before, done }) => {
  it("goes on where it was, at whichever request that is, and does it once [G2]", async () => {
    for (const when of ["before", "after"] as const) {
      for (let at = 0; ; at++) {
        const terminal = await openTerminal();
        await before(terminal);
        const args = command.map((arg) =>
          arg === "RECOVERED" ? join(terminal.directory, "recovered.json") : arg,
        );
        const wasKilled = await killedAt(terminal, at, when, ...args);
        if (!wasKilled) break;
        expect(await terminal.phone(...args), `killed ${when} request ${at}`).toMatchObject({ status: 0 });
        await done(terminal);
      }
    }
  });
});

describe("a phone that only reads", () => {
  it("leaves no secret in an iCloud account: one that nothing was made with opens nothing", async () => {
    const { phone, directory } = await openTerminal();
    for (const command of [["status"], ["preview"], ["recover"], ["list"]]) await phone(...command, ...ios);
    await expect(readFile(join(directory, "icloud", "alice.json"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("an upload whose answer got lost", () => {
  it("is no reason to refuse the next one, with other accounts", async () => {
    const terminal = await openTerminal();
    const { phone, printed, directory } = terminal;
    await phone("turn-on");
    expect(await killedAt(terminal, 1, "after", "upload", SAMPLE)).toBe(true);
    const contents = JSON.parse(await readFile(SAMPLE, "utf8"));
    const other = join(directory, "eleven.json");
    await writeFile(other, JSON.stringify({ ...contents, accounts: contents.accounts.slice(1) }));
    expect(await phone("upload", other)).toMatchObject({ status: 0 });
    expect(await printed("status")).toContain("Version 2: 11 accounts");
  });
});
