import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openTerminal, SAMPLE, type Terminal } from "./support/terminal.ts";

const DAY = 24 * 60 * 60;
const second = ["--phone", "second"] as const;

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal();
});

const phone: Terminal["phone"] = (...args) => terminal.phone(...args);
const printed: Terminal["printed"] = (...args) => terminal.printed(...args);
const told: Terminal["told"] = (...args) => terminal.told(...args);

describe("a recovery key at the command line [H9]", () => {
  const other = [...second, "--platform", "ios", "--icloud", "other"] as const;

  async function recoveryKeyOf(...options: string[]): Promise<string> {
    const [text = ""] = (await printed("recovery-key", ...options)).split("\n");
    expect(text).toMatch(/^([0-9A-Z]{4}-){7}[0-9A-Z]{4}$/);
    return text;
  }

  async function secretsOf(icloud: string): Promise<Record<string, string>> {
    const path = join(terminal.directory, "icloud", `${icloud}.json`);
    return JSON.parse(await readFile(path, "utf8")).storageSecrets;
  }

  it("recovers onto a phone with another iCloud account, which has the storage secret from then on", async () => {
    await terminal.backedUp("--platform", "ios");
    const text = await recoveryKeyOf();
    expect(await printed("status")).toMatch(
      /^A recovery key was set up on 2026-.+\. It opens version 1 \(under key 1\)\.$/m,
    );
    expect(await told("recover", ...other)).toContain("code:   storage-account-mismatch");
    const typed = text.toLowerCase().replaceAll("-", " ");
    expect(await printed("recover", ...other, "--recovery-key", typed)).toContain("Recovered version 1");
    expect((await secretsOf("other")).alice).toBe((await secretsOf("alice")).alice);
    expect(await printed("upload", SAMPLE, ...other)).toContain("Version 2: 12 accounts");
    const third = ["--phone", "third", "--platform", "ios"];
    expect(await printed("recover", ...third)).toContain("Recovered version 2");
  });

  it("opens the newest version that it can, and takes no place of what the iCloud account of the backup holds", async () => {
    await terminal.backedUp("--platform", "ios");
    const text = await recoveryKeyOf();
    await printed("start-anew", ...other, "--confirm", "start-anew");
    await printed("upload", await terminal.sampleOf(2), ...other);
    const third = ["--phone", "third", "--platform", "ios", "--icloud", "other"];
    expect(await printed("preview", ...third, "--recovery-key", text)).toContain(
      "Version 1 (ios): 12 accounts",
    );
    expect(await printed("recover", ...third, "--recovery-key", text)).toContain("Recovered version 1");
    const fourth = ["--phone", "fourth", "--platform", "ios", "--icloud", "other"];
    expect(await printed("recover", ...fourth)).toContain("Recovered version 2");
    expect(await printed("upload", SAMPLE, ...third)).toContain("Version 3: 12 accounts");
  });

  it("leaves no secret in an iCloud account in which no backup was begun", async () => {
    await terminal.backedUp("--platform", "ios");
    expect(await told("recover", ...other)).toContain("code:   storage-account-mismatch");
    await expect(secretsOf("other")).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("is told in the status with what it opens: nothing yet, then every version under its key", async () => {
    const ios = ["--platform", "ios"];
    await printed("turn-on", ...ios);
    await recoveryKeyOf();
    expect(await printed("status")).toMatch(/ It opens what is uploaded under key 1, and nothing yet\.$/m);
    await printed("upload", SAMPLE);
    await printed("upload", SAMPLE);
    expect(await printed("status")).toMatch(/ It opens 2 versions, the newest of them 2 \(under key 1\)\.$/m);
  });

  it("leaves the secret of another owner in the same iCloud account", async () => {
    await terminal.backedUp("--platform", "ios");
    const bobs = ["--phone", "bobs", "--owner", "bob", "--platform", "ios", "--icloud", "other"];
    await terminal.backedUp(...bobs);
    const before = await secretsOf("other");
    const text = await recoveryKeyOf();
    await phone("recover", ...other, "--recovery-key", text);
    expect(await secretsOf("other")).toMatchObject({
      bob: before.bob,
      alice: (await secretsOf("alice")).alice,
    });
  });

  it("also opens after the wait, with the recovery key typed again [H10]", async () => {
    await terminal.backedUp("--platform", "ios");
    const text = await recoveryKeyOf();
    await phone("policy", "--waiting", "1d");
    expect(await printed("recover", ...other, "--recovery-key", text)).toContain("waits until");
    terminal.service.advance(DAY);
    expect(await told("open", ...other)).toContain("code:   storage-account-mismatch");
    expect(await printed("open", ...other, "--recovery-key", text)).toContain("Recovered version 1");
  });

  it("is told apart from one with a typing error, which costs no try", async () => {
    await terminal.backedUp("--platform", "ios");
    const old = await recoveryKeyOf();
    const text = await recoveryKeyOf();
    const mistyped = text.replace(/^./, (first) => (first === "7" ? "8" : "7"));
    expect(await told("recover", ...other, "--recovery-key", mistyped)).toMatch(
      /that is no recovery key: one of its characters is another, or in another place$/,
    );
    const wrong = await told("preview", ...other, "--recovery-key", old);
    expect(wrong).toMatch(/^Tries left: 4\.$[\s\S]*^code: {3}recovery-key-wrong \(HTTP 403\)$/m);
    expect(await printed("recover", ...other, "--recovery-key", text)).toContain("Recovered");
  });

  it("is removed, and then helps no more", async () => {
    await terminal.backedUp("--platform", "ios");
    const text = await recoveryKeyOf();
    expect(await printed("remove-recovery-key")).toBe("There is no recovery key.");
    expect(await told("recover", ...other, "--recovery-key", text)).toContain("code:   recovery-key-none");
  });

  it("is not made on Android", async () => {
    await terminal.backedUp();
    expect(await told("recovery-key")).toBe(
      "a recovery key stands in for an iCloud account: this phone has none",
    );
  });

  it("finds the storage secret of an iCloud account that has one for all owners", async () => {
    await terminal.backedUp("--platform", "ios");
    const { alice } = await secretsOf("alice");
    const path = join(terminal.directory, "icloud", "alice.json");
    await writeFile(path, JSON.stringify({ storageSecret: alice }));
    expect(await printed("recover", ...second, "--platform", "ios")).toContain("Recovered version 1");
  });
});
