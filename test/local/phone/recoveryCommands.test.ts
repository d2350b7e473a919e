import { readFile } from "node:fs/promises";
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

/** A backup with a waiting time of 3 days, and a recovery that waits on a second phone. @returns its id */
async function waiting(): Promise<string> {
  await terminal.backedUp();
  await phone("policy", "--waiting", "3d");
  const [, recoveryId] =
    /^The recovery (\S{22}) waits until /m.exec(await printed("recover", ...second)) ?? [];
  return recoveryId ?? expect.fail("the recovery waits");
}

describe("a recovery that waits, at the command line", () => {
  it("says until when, and who can approve it [H10]", async () => {
    await terminal.backedUp();
    expect(await printed("policy", "--waiting", "12h")).toContain(
      "A recovery on a new phone waits: 43200 s.",
    );
    const lines = (await printed("recover", ...second)).split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/^The recovery \S{22} waits until 2026-11-22T20:00:00\.000Z\. Then: open\.$/),
      expect.stringMatching(/^Phones that can approve it before: 1\. There: approve \S{22}\.$/),
      "Recoveries that this phone may still begin: 4.",
    ]);
  });

  it("is opened when the time has passed, without its id being named [H4] [H10]", async () => {
    await waiting();
    const early = await told("open", ...second);
    expect(early).toMatch(/^Waits until: 2026-11-25T08:00:00\.000Z\. Phones that can approve it: 1\.$/m);
    expect(early).toMatch(/^remedy: approve-on-another-phone \(after \d+ s\)$/m);
    terminal.service.advance(3 * DAY);
    const out = join(terminal.directory, "opened.json");
    expect(await printed("open", ...second, "--out", out)).toContain("Recovered version 1: 12 accounts.");
    expect(JSON.parse(await readFile(out, "utf8"))).toEqual(JSON.parse(await readFile(SAMPLE, "utf8")));
    expect(await told("open", ...second)).toBe(
      "no recovery waits on this phone: open takes RECOVERY-ID after it",
    );
  });

  it("is seen on the other phone, and opens at once when that has approved it [H10]", async () => {
    const recoveryId = await waiting();
    expect(await printed("status")).toMatch(
      new RegExp(
        `^The recovery ${recoveryId}, begun on \\S+ on second \\(android\\), waits until \\S+\\.$`,
        "m",
      ),
    );
    expect(await printed("approve", recoveryId)).toBe(
      `The recovery ${recoveryId} waits no longer: its phone can open it.`,
    );
    expect(await printed("status", ...second)).toMatch(
      /on this phone, waits until .*\nIndicator: exclamation\.$/m,
    );
    expect(await printed("open", ...second)).toContain("Recovered version 1");
    expect(await printed("status")).toContain("on second (android), was released.");
  });

  it("resumes when begun again [H4]", async () => {
    const recoveryId = await waiting();
    terminal.service.advance(DAY);
    expect(await printed("recover", ...second)).toContain(
      `The recovery ${recoveryId} waits until 2026-11-25T08:00:00.000Z.`,
    );
  });

  it("is cancelled by its phone, which then has nothing to open [H4]", async () => {
    const recoveryId = await waiting();
    expect(await printed("cancel", ...second)).toBe(`The recovery ${recoveryId} is cancelled.`);
    expect(await told("open", recoveryId, ...second)).toContain("It is cancelled.");
  });

  it("is denied by the other phone, which has the backup frozen until it lifts that [H5]", async () => {
    const recoveryId = await waiting();
    expect(await printed("deny", recoveryId)).toContain("is denied, and its phone has no access any more.");
    expect(await printed("status")).toMatch(
      /^The backup is frozen: a recovery was denied on \S+, from first/,
    );
    expect(await told("recover", "--phone", "third")).toMatch(/^Frozen: \S+, from first \(android\)\./m);
    expect(await printed("lift-freeze")).toBe("The backup is not frozen.");
    expect(await printed("status")).not.toContain("frozen");
  });

  it("can be previewed without beginning [H4]", async () => {
    await terminal.backedUp();
    await phone("policy", "--waiting", "600");
    expect(await printed("preview", ...second)).toMatch(
      /^Version 1 \(android\): 12 accounts, .*\n {2}personal: \d+\n {2}work-or-school: \d+\n {2}third-party: \d+\nTo be verified again: \d+\.\nIt would wait 600 s\. Phones that can approve it before: 1\.$/,
    );
    expect(await printed("activity")).not.toContain("recovery-begun");
  });

  it("waits shorter only after a while, and the owner is told when [H10]", async () => {
    await waiting();
    expect(await printed("policy", "--waiting", "0")).toContain(
      "A recovery on a new phone waits: 259200 s.\nFrom 2026-11-25T08:00:00.000Z on: 0 s.",
    );
  });

  it("can't be begun again and again [H8]", async () => {
    await waiting();
    for (let begun = 1; begun < 5; begun++) {
      await phone("cancel", ...second);
      expect(await printed("recover", ...second)).toContain(`may still begin: ${4 - begun}.`);
    }
    await phone("cancel", ...second);
    expect(await told("recover", ...second)).toMatch(
      /^No more tries \(recoveries\) until: 2026-11-23T08:00:00\.000Z\.$/m,
    );
  });
});

describe("a waiting time at the command line [H10]", () => {
  it.each(["3w", "-1", "1.5d", "d", ""])("is not understood: %j", async (text) => {
    expect(await told("policy", `--waiting=${text}`)).toBe(
      "--waiting is a time in days, hours or seconds: 3d, 12h or 600",
    );
  });

  it.each(["approve", "deny"])("%s needs the id of a recovery", async (command) => {
    expect(await told(command)).toContain(`${command} takes RECOVERY-ID after it`);
  });
});
