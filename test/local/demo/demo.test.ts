import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Adapters } from "../../../functions/compose/services.ts";
import { ACTS, tellStory } from "../../../local/demo/story.ts";
import { readJson } from "../../../local/phone/cli/files.ts";
import { widthOf } from "../../../local/phone/cli/print/columns.ts";
import { contentsSchema } from "../../../local/phone/protocol/accounts.ts";
import type { Notify } from "../../../shared/notify/port.ts";
import { type Store, StoreUnavailable } from "../../../shared/store/port.ts";
import { temporaryFolder } from "../../support/folder.ts";

const MAIN = fileURLToPath(new URL("../../../local/demo/main.ts", import.meta.url));
const SAMPLE = fileURLToPath(new URL("../../../local/phone/sample-accounts.json", import.meta.url));

/** Milliseconds after which the demo hangs. How long it takes is measured elsewhere: this machine may be busy. */
const HANGS = 50_000;

/** Where the demo makes its folder. */
let temporary: string;
beforeEach(async () => {
  temporary = await temporaryFolder();
  vi.stubEnv("TMPDIR", temporary);
  return () => vi.unstubAllEnvs();
});

describe("npm run demo", () => {
  /** Played once: the tests below read what it printed. */
  let whole: Awaited<ReturnType<typeof runMain>>;
  beforeAll(async () => {
    whole = await runMain();
  }, HANGS + 5_000);

  /** What it prints, with what was broken into lines on one again; an owner's sentences stay apart. */
  const unbroken = () => whole.output.replaceAll(/\n {10,}(?![ "])/g, " ");

  /** What is printed of one act. */
  const act = (title: string) => {
    const [, shown] = unbroken().split(` ${title}\n`);
    return shown?.split(/^\d+\. /m)[0] ?? "";
  };

  it("tells the whole story, and ends with the count of its checks and status 0", () => {
    const { status, output, errors } = whole;
    expect(errors).toBe("");
    expect(output).toMatch(/^100 checks, 0 failed, in \d+\.\d s$/m);
    expect(output).not.toContain("✗");
    expect(status).toBe(0);
  });

  it("shows each request with its status, a refusal with its code and remedy", () => {
    const output = unbroken();
    expect(output).toMatch(/^ {3}PUT +\/v1\/backup +200 +stored as version 1: 12 accounts$/m);
    expect(output).toMatch(/^ {3}PUT +\/v1\/backup +409 +overwrite-refused, remedy: recover-or-start-anew$/m);
  });

  it("shows the older version that comes back, and the record of all that happened [H1] [H6]", () => {
    const output = unbroken();
    expect(output).toMatch(/^ {3}PUT +\/v1\/backup +409 +sharp-drop, remedy: recover-first$/m);
    expect(output).toMatch(
      /^ {3}POST +\/v1\/backup\/versions\/1\/restore +201 +version 3, the same as version 1$/m,
    );
    expect(output).toMatch(/^ {3}DELETE +\/v1\/backup\?confirm=delete +204 +no version and no key is left$/m);
    expect(output).toMatch(/^ {3}\d+ {2}backup-deleted +Pixel 6$/m);
    expect(output).toContain("✓ the record is whole");
  });

  it("shows the old phone and the contact that are told of a new phone, and of its recovery [H5]", () => {
    const told = /^ {3}push {3}Pixel 6: notice \S+\n {3}mail {3}a•••@m•••\.example: "Something happened /gm;
    expect(act("She recovers on a new phone").match(told)).toHaveLength(2);
  });

  it("shows the thief's contact that is told everywhere, and the denial that undoes it [E14] [H5]", () => {
    const shown = act("A thief can't silence her");
    const confirmed = /^ {3}POST +\/v1\/contacts\/\S+\/code +200 .*\n/m.exec(shown);
    expect(shown.slice((confirmed?.index ?? 0) + (confirmed?.[0].length ?? 0))).toMatch(
      /^ {3}push {3}Pixel 6, Pixel 10, Pixel 8a, Pixel Tablet: notice .*\n {3}mail {3}a•••@m•••\.example, m•••@e•••\.example: /,
    );
    expect(shown).toContain("✓ her mailbox is back as it was, and his is gone");
  });

  it("shows no address: hints alone", () => {
    expect(whole.output).not.toMatch(/a\.lind@mail|mallory@/);
  });

  it("shows the thief who has to wait, is denied and frozen out [H5] [H10]", () => {
    const output = unbroken();
    expect(output).toMatch(/^ {3}POST +\/v1\/recoveries\/\S+\/open +409 +recovery-waiting, /m);
    expect(output).toMatch(/^ {3}POST +\/v1\/recoveries\/\S+\/deny +204 +denied: /m);
    expect(output).toMatch(/^ {3}POST +\/v1\/recoveries +423 +backup-frozen, remedy: lift-freeze, or wait$/m);
    expect(output).toMatch(/^ {3}DELETE +\/v1\/backup\/freeze +409 +trust-required, /m);
    expect(output).toMatch(/^ {3}\d+ {2}recovery-denied +Pixel 6$/m);
  });

  it("shows a freeze and a waiting time that end, by moving the clock on [H5] [H10] [G9]", () => {
    const output = unbroken();
    const pass = (days: number) => new RegExp(`^ {3}POST +/dev/clock +200 +${days} days pass$`, "m");
    expect(output).toMatch(pass(30));
    expect(output).toContain("✓ the freeze has ended");
    expect(output).toMatch(pass(3));
    expect(output).toContain("✓ the wait is over, and everything is there");
  });

  it("shows the owner who can't open the backup any more, and starts anew [G9]", () => {
    const output = unbroken();
    expect(output).toMatch(
      /^ {3}POST +\/v1\/recoveries +403 +storage-account-mismatch, remedy:\s+use-original-storage-account, or start-anew$/m,
    );
    expect(output).toContain("✓ she has a backup again, from her new phone");
  });

  it("shows the accounts with push that work again, one by one, as the help pages promise [D12] [E3] [E4]", () => {
    const personal = act("She verifies a personal account on the new phone");
    expect(personal).toMatch(/^ {3}POST +\/v1\/challenges +201 +needed: fresh-sign-in and contact-code$/m);
    expect(personal).toMatch(/^ {3}POST +\/v1\/challenges\/\S+\/code +403 +contact-code-wrong, /m);
    expect(personal).toMatch(/^ {3}push +Pixel 10: challenge \S+, nonce \S+$/m);
    expect(personal).toContain("✓ the other three wait on");
    const work = act("She verifies a work account, by the QR code of its provider");
    expect(work).toMatch(
      /^ {3}GET +\/v1\/provider\/activations\/\S+ +200 +confirming: its page shows (\d\d)$/m,
    );
    expect(work).toMatch(/^ {3}POST +\/v1\/challenges\/\S+\/push +200 +approved with \d\d: verified$/m);
    expect(work).toContain("✓ and sees that it counts");
  });

  it("shows two codes at one instant, and a thief who gets no further than the contact [D9] [D10] [E3]", () => {
    const codes = act("Two phones, two codes at one instant").match(/^ {3}Pixel (?:6|10) +(\d{8})$/gm);
    expect(codes).toHaveLength(2);
    expect(act("A thief gets no further than the contact")).toContain(
      "✓ no key of his is taken with the password alone",
    );
  });

  it("says the owner's sentences to a problem once, and the code each time", () => {
    const output = unbroken();
    expect(output.match(/trust-required, remedy: /g)?.length).toBeGreaterThan(3);
    expect(output.match(/"This phone does not have the backup yet\./g)).toHaveLength(1);
  });

  it("shows the recovery key that stands in for a lost iCloud account [H9]", () => {
    expect(whole.output).toContain("✓ with the recovery account and the paper, everything is there");
  });

  it("prints what the README shows of it", async () => {
    const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
    const [, shown] = /\n```\n( {3}GET .+?\n)```\n/s.exec(readme) ?? [];
    if (shown === undefined) throw new Error("the README shows nothing of the demo");
    expect(readme).toContain("The demo is twenty-one acts ");
    expect(whole.output.match(/^\d+\. /gm)).toHaveLength(ACTS);
    expect(whole.output).toContain(shown);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "leaves no key behind where it is ended on the way, by %s",
    async (signal) => {
      const child = spawn(process.execPath, [MAIN], {
        env: { ...process.env, TMPDIR: temporary },
        timeout: HANGS,
        stdio: ["ignore", "pipe", "ignore"],
      });
      const ended = new Promise((resolve) => child.once("close", (_, by) => resolve(by)));
      for await (const line of createInterface({ input: child.stdout })) {
        // Its service runs.
        if (line.startsWith("1. ")) child.kill(signal);
      }
      expect(await ended).toBe(signal);
      expect(await readdir(temporary)).toEqual([]);
    },
  );

  it("fits a terminal of 80 columns", () => {
    const lines = whole.output.split("\n");
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
  });

  it("begins with what will be seen", () => {
    expect(whole.output).toMatch(/^The story of one backup\n\nWhat you will see: /);
  });

  it.each([
    ["recovery account", "the one that she will sign in with on her next phone"],
    ["proof", "so that a stolen token is of no use elsewhere"],
    ["registered", "it has a place among hers, and no more"],
    ["step-up", "a sign-in of the last ten minutes"],
    ["trusted", "it may use the backup"],
    ["a contact,", "which the service keeps encrypted"],
    ["envelope", "a text that only her phones can open"],
    ["A recovery", "brings it the envelope and the key that opens it"],
    ["a notice", "it says that something happened, and not what"],
    ["sharp drop", "none or fewer than half of its accounts"],
    ["in the history", "the versions that are kept"],
    ["frozen", "Nothing leaves it until she lifts the freeze, or 30 days are over"],
    ["waiting time", "till then they get nothing"],
  ])("explains %s at its first use", (term, meaning) => {
    const told = whole.output.replaceAll(/\s+/g, " ");
    const first = told.indexOf(term);
    expect(first).toBeGreaterThan(0);
    // In the same paragraph, a sentence or two further on at the most.
    expect(told.slice(first, first + 300)).toContain(meaning);
  });

  it("says that the thief signs in as the owner", () => {
    expect(whole.output.match(/Mallory signs in as Alice on the Moto [EG]\n/g)).toHaveLength(2);
    expect(whole.output).not.toMatch(/Alice signs in on the Moto/);
  });

  it("shows the twelve accounts in their order, those with push marked", async () => {
    const output = unbroken();
    const { accounts } = contentsSchema.parse(await readJson(SAMPLE));
    const rows = output
      .split("\n")
      .filter((line) => /^ {3}[ \d]\d {2}(personal|work-or-school|third-party) /.test(line));
    expect(rows).toHaveLength(12);
    for (const [index, { kind, issuer, userName, push }] of accounts.entries()) {
      const cells = rows[index]?.trim().split(/ {2,}/);
      const state = push ? "verify" : "ready";
      expect(cells).toEqual([String(index + 1), kind, issuer, userName, state]);
    }
  });

  it("keeps the service's log out of the terminal, and colour out of a file", () => {
    const output = unbroken();
    expect(output).not.toContain("requestId");
    expect(output).not.toContain("\u001b");
  });

  it("leaves nothing behind", async () => {
    const during: string[] = [];
    await told((store) => {
      during.push(...readdirSync(temporary));
      return store;
    });
    expect(during).toHaveLength(1);
    expect(await readdir(temporary)).toEqual([]);
  });
});

describe("npm run demo -- --act", () => {
  const only = async (act: number) => (await told(undefined, undefined, act)).output;

  it("tells one act in full, what is before it by its titles, and nothing that is after it", async () => {
    const output = await only(6);
    expect(output.match(/^\d+\. .+$/gm)).toHaveLength(6);
    expect(output).toContain(
      "5. Both phones show the same codes\n\n6. An empty phone can't overwrite the backup\n",
    );
    expect(output.match(/^ {3}PUT /gm)?.length).toBeGreaterThan(1);
    expect(output.match(/ 200 +stored as version /g)).toBeNull();
    expect(output).toMatch(/^\d+ checks, 0 failed/m);
  });

  it("tells the sentences of a problem that an act before it has told", async () => {
    const output = await only(14);
    expect(output).toContain("contact-code-wrong");
    expect(output).toContain('"This code is not right.');
  });

  it("tells the last one", async () => {
    expect(await only(ACTS)).toMatch(
      /\n21\. The service knows none of these accounts\n\n {3}The service is stopped/,
    );
  });
});

describe("a demo of a service that is broken", () => {
  it("fails if a password alone verifies an account [E3]", async () => {
    let isThief = false;
    const { status, output } = await told((store) => ({
      ...store,
      commit: async (partition, operations) => {
        isThief ||= operations.some(
          (it) => it.kind !== "delete" && JSON.stringify(it.body).includes("Moto X"),
        );
        const passes = (id: string, body: Record<string, unknown>) =>
          isThief && id.startsWith("challenge:") && body.signIn !== undefined
            ? { ...body, given: ["fresh-sign-in", "contact-code"] }
            : body;
        return await store.commit(
          partition,
          operations.map((it) => (it.kind === "delete" ? it : { ...it, body: passes(it.id, it.body) })),
        );
      },
    }));
    expect(output).toContain("✗ no key of his is taken with the password alone: found");
    expect(status).toBe(1);
  });

  it("fails if an event of the record was changed [H6]", async () => {
    const forger = (store: Store): Store => ({
      ...store,
      list: async (partition, prefix) => {
        const items = await store.list(partition, prefix);
        return items.map((item) =>
          item.body.type === "backup-refused"
            ? { ...item, body: { ...item.body, type: "backup-uploaded" } }
            : item,
        );
      },
    });
    const { status, output } = await told(forger);
    expect(output).toMatch(/✗ the record is whole: found .*"reason":"changed"/);
    expect(status).toBe(1);
  });

  it("tells the story to its end, and fails, if the empty phone is taken for a trusted one [D11]", async () => {
    const emptyPhoneMayReplace = (store: Store): Store => ({
      ...store,
      read: async (partition, id) => {
        const item = await store.read(partition, id);
        if (!item || id !== "owner") return item;
        const devices = item.body.devices as readonly { readonly name: string }[];
        return {
          ...item,
          body: {
            ...item.body,
            devices: devices.map((it) =>
              it.name === "Pixel 8a" ? { ...it, trusted: { order: 1, from: 1 } } : it,
            ),
          },
        };
      },
    });
    const { status, output } = await told(emptyPhoneMayReplace);
    expect(output).toContain('✗ the empty backup is refused: found "accepted", not "overwrite-refused"');
    expect(output).toMatch(/^\d+ checks, [1-9]\d* failed/m);
    expect(output).toContain("The service knows none of these accounts");
    expect(status).toBe(1);
  });

  it("fails if the service keeps a name, even in base64", async () => {
    const sample = JSON.stringify(await readJson(SAMPLE));
    const note = Buffer.from(sample).toString("base64");
    let notes = 0;
    const gossip = (store: Store): Store => ({
      ...store,
      commit: (partition, operations) =>
        store.commit(partition, [...operations, { kind: "create", id: `note:${notes++}`, body: { note } }]),
    });
    const { status, output } = await told(gossip);
    expect(output).toMatch(/✗ nothing of an account is in the database: found \d+, not 0/);
    expect(status).toBe(1);
  });

  it("fails if a contact that was removed is told no more [E14]", async () => {
    let removed = false;
    const { status, output } = await told(
      (store) => ({
        ...store,
        commit: async (partition, operations) => {
          removed ||= operations.some(
            (it) => it.kind === "create" && it.id.startsWith("notice:") && it.body.type === "contact-removed",
          );
          return await store.commit(partition, operations);
        },
      }),
      (notify) => ({
        ...notify,
        mail: async (send) =>
          removed && send.to === "a.lind@mail.example" && send.content.kind === "notice"
            ? { outcome: "sent" }
            : await notify.mail(send),
      }),
    );
    expect(output).toContain("✗ all her phones are told, and the mailbox that is removed: found");
    expect(output).toContain("✗ her phone and her mailbox are told of it");
    expect(status).toBe(1);
  });

  it("fails if a denial leaves the thief's contact [E14]", async () => {
    const { status, output } = await told((store) => ({
      ...store,
      commit: async (partition, operations) => {
        const denies = operations.some((it) => it.kind !== "delete" && it.body.type === "recovery-denied");
        const before = denies ? (await store.read(partition, "owner"))?.body.contacts : undefined;
        return await store.commit(
          partition,
          operations
            .filter(({ kind, id }) => before === undefined || kind !== "delete" || !id.startsWith("contact:"))
            .map((it) =>
              before !== undefined && it.kind !== "delete" && it.id === "owner"
                ? { ...it, body: { ...it.body, contacts: before } }
                : it,
            ),
        );
      },
    }));
    expect(output).toContain("✗ her mailbox is back as it was, and his is gone: found");
    expect(status).toBe(1);
  });

  it("says what failed if the story can't go on, fails, and leaves nothing behind", async () => {
    const silent = (store: Store): Store => ({
      ...store,
      read: async () => {
        throw new StoreUnavailable(1);
      },
    });
    const { status, output, errors } = await told(silent);
    expect(output).toMatch(/PUT +\/v1\/devices\/\S+ +503 +store-unavailable, remedy: retry-later/);
    expect(output).not.toContain("0 failed");
    expect(errors).toContain("The story broke off after 0 checks: Error: this request had to be accepted");
    expect(status).toBe(1);
    expect(await readdir(temporary)).toEqual([]);
  });
});

/** Plays the story in this process. */
async function told(
  breakStore: (store: Store) => Store = (store) => store,
  breakNotify: (notify: Notify) => Notify = (notify) => notify,
  only?: number,
) {
  const printed: string[] = [];
  const errors: string[] = [];
  const status = await tellStory({
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
    colour: false,
    only,
    wrap: ({ store, notify, ...rest }: Adapters) => ({
      ...rest,
      store: breakStore(store),
      notify: breakNotify(notify),
    }),
  });
  return { status, output: printed.join("\n"), errors: errors.join("\n") };
}

/** Plays it as npm does; ended by force if it hangs. */
async function runMain() {
  const child = spawn(process.execPath, [MAIN], { timeout: HANGS, stdio: ["ignore", "pipe", "pipe"] });
  const [output, errors, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.once("close", resolve).once("error", reject)),
  ]);
  return { output, errors, status };
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
