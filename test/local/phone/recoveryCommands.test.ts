import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { timeOf } from "../../../local/phone/cli/print/time.ts";
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
      "A recovery on a new phone waits 12 hours.",
    );
    const lines = (await printed("recover", ...second)).split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/^The recovery \S{22} waits until 2026-11-2[123] .{5}\. Then: open\.$/),
      expect.stringMatching(/^Phones that can approve it before: 1\. There: approve \S{22}\.$/),
      "Recoveries that this phone may still begin: 4.",
    ]);
  });

  it("is opened when the time has passed, without its id being named [H4] [H10]", async () => {
    await waiting();
    const early = await told("open", ...second);
    expect(early.split("\n")).toContain(
      `Waits until: ${timeOf("2026-11-25T08:00:00.000Z")}. Phones that can approve it: 1.`,
    );
    expect(early).toMatch(/^remedy: approve-on-another-phone, or wait$/m);
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
        `^The recovery ${recoveryId}, begun on .+ on second \\(android\\), waits until .+\\. If that is you: approve ${recoveryId}\\. If not: deny ${recoveryId}\\.$`,
        "m",
      ),
    );
    expect(await printed("approve", recoveryId)).toBe(
      `The recovery ${recoveryId} waits no longer: its phone can open it.`,
    );
    expect(await printed("status", ...second)).toMatch(
      /^Indicator: exclamation\.$[\s\S]*on this phone, waits until .+\. Then: open\.$/m,
    );
    expect(await printed("open", ...second)).toContain("Recovered version 1");
    expect(await printed("status")).toContain(
      `on second (android), was released; it can be denied until ${timeOf("2026-12-06T08:00:00.000Z")}. If that was not you: deny `,
    );
  });

  it("resumes when begun again [H4]", async () => {
    const recoveryId = await waiting();
    terminal.service.advance(DAY);
    expect(await printed("recover", ...second)).toContain(
      `The recovery ${recoveryId} waits until ${timeOf("2026-11-25T08:00:00.000Z")}.`,
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
      /^The backup is frozen until 2026-12-2\d .{5}: a recovery was denied on .+, from first/,
    );
    expect(await told("recover", "--phone", "third")).toMatch(/^Frozen: .+, from first \(android\)\./m);
    expect(await printed("lift-freeze")).toBe("The backup is not frozen.");
    expect(await printed("status")).not.toContain("frozen");
  });

  it("is denied after its release, too, and what came from there is current no more [H5]", async () => {
    await terminal.backedUp();
    await phone("recover", ...second);
    await phone("upload", SAMPLE, ...second);
    const [, recoveryId = ""] = /If that was not you: deny (\S{22})\.$/m.exec(await printed("status")) ?? [];
    await printed("deny", recoveryId);
    const listed = await printed("versions");
    expect(listed).toMatch(/^\* +1 +12 +\d+ +1 .* first \(android\)$/m);
    expect(listed).toMatch(/^ +2 +12 +\d+ +1 .* second \(android\), denied$/m);
  });

  it("can be previewed without beginning [H4]", async () => {
    await terminal.backedUp();
    await phone("policy", "--waiting", "600");
    expect(await printed("preview", ...second)).toMatch(
      /^Version 1 \(android\): 12 accounts, .*\n {2}personal: \d+\n {2}work-or-school: \d+\n {2}third-party: \d+\nTo be verified again: \d+\.\nIt would wait 10 minutes\. Phones that can approve it before: 1\.$/,
    );
    expect(await printed("activity")).not.toContain("recovery-begun");
  });

  it("waits shorter only after a while, and the owner is told when [H10]", async () => {
    await waiting();
    expect(await printed("policy", "--waiting", "0")).toContain(
      `A recovery on a new phone waits 3 days.\nFrom ${timeOf("2026-11-25T08:00:00.000Z")} on it waits no time.`,
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
      /^No more tries \(recoveries\) until: 2026-11-2\d .{5}\.$/m,
    );
  });
});

describe("a phone that is registered, at the command line", () => {
  it("is told what it takes, in words and as commands, whatever it asks of the backup [D11] [G9]", async () => {
    await terminal.backedUp();
    expect(await printed("status", ...second)).toMatch(
      /^This phone is registered, not trusted\. To use the backup here: recover, or start-anew\.$/m,
    );
    for (const command of [
      ["upload", SAMPLE],
      ["versions"],
      ["turn-off", "--confirm", "delete"],
      ["policy", "--waiting", "0"],
    ]) {
      expect(await told(...command, ...second)).toMatch(
        /^What to do: Recover your backup on this phone, or start anew\. \(recover, or start-anew --confirm start-anew\)\ncode: {3}trust-required /m,
      );
    }
    expect(await printed("list")).toMatch(/^\* +first +android +yes [\s\S]*^ +second +android +no /m);
  });

  it("is told to turn on where there is no backup yet [B1]", async () => {
    expect(await printed("status")).toBe(
      "Backup is off.\nThis phone is registered, not trusted. To begin a backup here: turn-on.",
    );
    expect(await told("upload", SAMPLE)).toBe("backup is off: first turn-on");
  });

  it("says what is there when it would replace it with a key from before it was revoked [D11]", async () => {
    await terminal.backedUp();
    await phone("recover", ...second);
    const [, id = ""] = /^ +second .* (\S{43})$/m.exec(await printed("list")) ?? [];
    await printed("revoke", id);
    expect(await told("status", ...second)).toMatch(
      /^What to do: .*\(register\)\ncode: {3}device-not-registered /m,
    );
    expect(await printed("register", ...second)).toBe(
      "This phone is registered, and not trusted: see status.",
    );
    const refused = await told("upload", await terminal.sampleOf(2), ...second);
    expect(refused).toMatch(
      /^There now: version 1, 12 accounts, .*, from first \(android\)\.\nWhat to do: /m,
    );
    expect(refused).toContain("code:   overwrite-refused");
    expect(refused).not.toContain("--replaces");
  });

  it("may not lift a freeze, nor decide about a recovery: an older phone does [H5]", async () => {
    const recoveryId = await waiting();
    const third = ["--phone", "third"];
    expect(await printed("status", ...third)).not.toContain("deny");
    for (const command of ["approve", "deny"]) {
      expect(await told(command, recoveryId, ...third)).toMatch(
        /^code: {3}(trust-required|older-phone-required) /m,
      );
    }
    await printed("deny", recoveryId);
    expect(await told("lift-freeze", ...third)).toContain("code:   trust-required");
  });
});

describe("starting anew at the command line [D11] [G9]", () => {
  const anew = ["start-anew", "--confirm", "start-anew"] as const;
  const iPhone = ["--phone", "tablet", "--platform", "ios"] as const;

  it("is done only when its owner says so, and leaves what was there in the history", async () => {
    await terminal.backedUp();
    expect(await told("start-anew", ...second)).toContain("repeat it with --confirm start-anew");
    expect(await printed("status")).toContain("Version 1: 12 accounts");
    expect(await printed(...anew, ...second)).toMatch(/^This phone has a new key/);
    expect(await printed("status", ...second)).toContain(
      "Nothing is backed up since it began anew. Versions kept: 1.",
    );
    expect(await printed("upload", await terminal.sampleOf(2), ...second)).toContain("Version 2: 2 accounts");
    expect(await printed("recover", "--phone", "third", "--version", "1")).toContain(
      "Recovered version 1: 12",
    );
  });

  it("waits as a recovery does, can be denied by the other phone, and leaves all as it was [H10] [H5]", async () => {
    await terminal.backedUp();
    await phone("policy", "--waiting", "7d");
    const [, recoveryId = ""] =
      /^The recovery (\S{22}) waits until /.exec(await printed(...anew, ...second)) ?? [];
    expect(await printed("status")).toMatch(
      new RegExp(`^The new beginning ${recoveryId}, .* waits until `, "m"),
    );
    expect(await printed("deny", recoveryId)).toContain("The backup is frozen until ");
    terminal.service.advance(30 * DAY);
    expect(await printed("status")).not.toContain("frozen");
    expect(await printed("status")).toContain("Version 1: 12 accounts");
  });

  it("is opened when it has waited", async () => {
    await terminal.backedUp();
    await phone("policy", "--waiting", "7d");
    await printed(...anew, ...second);
    expect(await told("open", ...second)).toContain("code:   recovery-waiting");
    terminal.service.advance(7 * DAY);
    expect(await printed("open", ...second)).toMatch(/^This phone has a new key/);
    expect(await printed("upload", SAMPLE, ...second)).toContain("Version 2: 12 accounts");
  });

  it.each([
    ["two platforms", [], "platform-changed"],
    ["two iCloud accounts", ["--platform", "ios", "--icloud", "other"], "storage-account-mismatch"],
  ] as const)(
    "takes the backup over from another trusted phone, and an upload never does: %s [G1] [A8]",
    async (_, options, code) => {
      await printed("turn-on", ...options);
      await printed("upload", SAMPLE, ...options);
      await printed(...anew, ...iPhone);
      await printed("upload", SAMPLE, ...iPhone);
      for (const [phone, other] of [
        [options, iPhone],
        [iPhone, options],
      ] as const) {
        const current = await printed("versions", ...other);
        for (let tries = 0; tries < 2; tries++) {
          expect(await told("upload", SAMPLE, ...phone)).toMatch(
            new RegExp(
              `^Or: Start a new backup .* \\(start-anew --confirm start-anew\\)\ncode: {3}${code} `,
              "m",
            ),
          );
        }
        expect(await printed("versions", ...other)).toBe(current);
        await printed(...anew, ...phone);
        expect(await printed("upload", SAMPLE, ...phone)).toMatch(/^Version \d: 12 accounts/);
      }
    },
  );
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
